import {MetisSeqError} from '../lib/errors.ts'
import {readDaemon, startDaemon} from '../process/daemon.ts'
import {portIsFree} from '../process/ports.ts'
import {openContext, type Context} from '../services/context.ts'
import {findAccount} from '../services/keys/keys.ts'
import {answers} from '../services/node/node-answers.ts'
import {requireRuntime} from '../services/node/node-runtime.ts'
import type {SelfCommand} from '../services/node/runtime-port.ts'
import {planRegistration} from '../services/staking/register.ts'
import {runUnattended} from '../services/sending/run-unattended.ts'
import {stakingOperation} from '../services/staking/staking-operation.ts'
import {openConfig, type ConfigStore} from '../store/config.ts'
import type {Home} from '../store/home.ts'
import {
  createGuards,
  createLocalKeys,
  deployLocalL1,
  INITIAL_LOCK_WEI,
  localKeyNames,
  writeL1Genesis,
  writeL2Genesis,
  writeNetwork,
  writeProfiles,
  type LocalKeys,
} from './create.ts'
import type {L1Deployment} from './deploy-l1.ts'
import {fund, metisPayment, payAsGovernance} from './faucet.ts'
import {portBusy, readyL1Host} from './l1-host.ts'
import {lockPartsOf} from './lst/providers.ts'
import {bringDown, L1_DAEMON, listDaemons, POS_DAEMON} from './processes.ts'
import {deleteNetwork} from './reset.ts'
import {
  halfMade,
  LOCAL_NETWORK,
  localPaths,
  localPorts,
  sequencersOf,
  readLocalState,
  saveLocalState,
  type LocalSettings,
  type LocalState,
} from './settings.ts'

export interface UpOptions {
  home: Home
  self: SelfCommand
  /** Used for a fresh network; an existing one keeps its own. */
  settings: LocalSettings
  onStep(text: string): void
  signal: AbortSignal
}

export interface UpResult {
  state: LocalState
  /** True when the network was created now; false when an existing one was continued. */
  fresh: boolean
  started: string[]
}

/**
 * Brings the local network up: creates it the first time, continues the same chains afterwards.
 *
 * @throws {MetisSeqError} LOCAL_RUNNING, LOCAL_HALF_MADE, PORT_BUSY, DAEMON_NOT_READY
 */
export async function bringUp(options: UpOptions): Promise<UpResult> {
  const existing = readLocalState(options.home)
  if (!existing) return createOrTakeBack(options)
  if (existing.phase !== 'ready') throw halfMade(existing)
  // Nodes that joined later are started by their operators; this list has only the parts that `up`
  // starts.
  const own = ['l1', 'pos', ...existing.profiles.map((name) => `node ${name}`)]
  const daemons = listDaemons(options.home, existing).filter(({name}) => own.includes(name))
  if (daemons.every(({running}) => running)) throw alreadyRunning(daemons.length)
  await assertPortsFree(options.home, existing)
  try {
    const started = await startProcesses(options, existing)
    return {state: existing, fresh: false, started}
  } catch (error) {
    if (options.signal.aborted) await bringDown(options.home, options.onStep)
    throw error
  }
}

/**
 * A network whose creation fails is stopped. After Ctrl-C nothing remains; after a failure its
 * files stay, because the error refers to its logs.
 */
async function createOrTakeBack(options: UpOptions): Promise<UpResult> {
  const {home, onStep, signal} = options
  try {
    return await createNetwork(options)
  } catch (error) {
    if (readLocalState(home)) await bringDown(home, onStep)
    if (signal.aborted) deleteNetwork(home)
    throw error
  }
}

async function createNetwork(options: UpOptions): Promise<UpResult> {
  const {home, settings, onStep, signal} = options
  const config = openConfig(home)
  const keyNames = localKeyNames(settings)
  assertNamesFree(config, settings, keyNames)
  await assertFreshPorts(settings)
  const creating: LocalState = {
    version: 1,
    phase: 'creating',
    createdAt: new Date().toISOString(),
    settings,
    profiles: [],
    keys: keyNames,
  }
  saveLocalState(home, creating)
  onStep(`Creating keys for ${sequencersOf(settings).length} sequencers and the network`)
  const keys = await createLocalKeys(home, config, settings)
  writeL1Genesis(home, keys)
  onStep('Starting L1')
  await startL1(options, settings)
  signal.throwIfAborted()
  const l1 = await deployLocalL1({home, config}, keys, settings, ({index, total, name}) =>
    onStep(`Deploying the staking contracts ${index}/${total}: ${name}`),
  )
  onStep('Building the L2 genesis')
  const l2 = await writeL2Genesis(home, keys, settings, l1)
  writeNetwork(home, keys, settings, l1, l2)
  const profiles = writeProfiles(config, keys, settings, l1)
  createGuards(home, profiles)
  const state: LocalState = {...creating, profiles}
  saveLocalState(home, state)
  signal.throwIfAborted()
  const started = await startProcesses(options, state)
  const operators = keys.sequencers.filter(({provider}) => provider === null)
  await registerAll(
    options,
    operators.map(({profile}) => profile),
  )
  await lockForProviders(options, keys, l1)
  const ready: LocalState = {...state, phase: 'ready'}
  saveLocalState(home, ready)
  return {state: ready, fresh: true, started}
}

async function startProcesses(options: UpOptions, state: LocalState): Promise<string[]> {
  const {home, self, onStep, signal} = options
  const {l1Dir, posDir} = localPaths(home)
  const started: string[] = []
  if (!readDaemon(l1Dir, L1_DAEMON)?.running) {
    onStep('Starting L1')
    await startL1(options, state.settings)
    started.push('l1')
  }
  for (const name of state.profiles) {
    const context = openContext({home, profile: name})
    const node = requireRuntime(context)
    if (!node.process()?.running) {
      onStep(`Starting node ${name}`)
      // In a network of one node there are no other sources.
      const runArguments = state.profiles.length === 1 ? ['--alone'] : []
      await node.start({self, signal, runArguments})
      started.push(`node ${name}`)
    }
    context.close()
  }
  // Started last: it verifies the chain ids of both sides before it does anything.
  if (!readDaemon(posDir, POS_DAEMON)?.running) {
    onStep('Starting the consensus layer')
    await startPos(options, state.settings)
    started.push('pos')
  }
  return started
}

function startL1({home, self, signal}: UpOptions, settings: LocalSettings): Promise<{pid: number}> {
  const {l1Dir} = localPaths(home)
  const url = `http://127.0.0.1:${localPorts(settings).l1}`
  return startDaemon({
    name: L1_DAEMON,
    dir: l1Dir,
    file: self.file,
    args: [...self.args, 'local', 'l1'],
    env: {METIS_SEQ_HOME: home.root},
    probe: async () =>
      readyL1Host(l1Dir) === readDaemon(l1Dir, L1_DAEMON)?.pid &&
      (await answers(url, 'POST', '{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}')),
    readyTimeoutMs: 30_000,
    signal,
  })
}

function startPos(
  {home, self, signal}: UpOptions,
  settings: LocalSettings,
): Promise<{pid: number}> {
  const {posDir} = localPaths(home)
  const {pos} = localPorts(settings)
  return startDaemon({
    name: POS_DAEMON,
    dir: posDir,
    file: self.file,
    args: [
      ...[...self.args, 'pos', 'run', '--network', LOCAL_NETWORK, '--data-dir', posDir],
      ...['--port', String(pos), '--mpc-key', 'local-mpc'],
      ...['--reward-batch-epochs', String(settings.rewardBatchEpochs)],
      ...['--respan-extension', String(settings.epochLength)],
    ],
    env: {METIS_SEQ_HOME: home.root},
    probe: () => answers(`http://127.0.0.1:${pos}/healthz`),
    readyTimeoutMs: 30_000,
    signal,
  })
}

/** The initial sequencers register with exactly the plan of an operator's `sequencer register`. */
async function registerAll({home, onStep, signal}: UpOptions, profiles: string[]): Promise<void> {
  const contexts = profiles.map((profile) => openContext({home, profile}))
  const [first] = contexts
  if (!first) return
  onStep(`Funding and whitelisting ${profiles.length} owners`)
  await fund(
    first,
    contexts.map((context) => ({
      address: ownerOf(context),
      ethWei: 10n ** 18n,
      metisL1Wei: INITIAL_LOCK_WEI,
      metisL2Wei: 0n,
      whitelist: true,
    })),
  )
  onStep(`Registering ${profiles.length} sequencers`)
  // One after the other: ids follow the order, and seq-1 is to be sequencer 1.
  for (const context of contexts) await register(context, signal)
  for (const context of contexts) context.close()
}

/** The providers lock what their first depositors gave them, each through its own contracts. */
async function lockForProviders(
  {home, onStep}: UpOptions,
  {sequencers}: LocalKeys,
  {lst}: L1Deployment,
): Promise<void> {
  if (!lst) return
  const context = openContext({home, network: LOCAL_NETWORK})
  const parts = lockPartsOf(lst)
  const locks = sequencers.flatMap(({provider, signer}) =>
    provider === null ? [] : [{...parts[provider], sequencer: signer}],
  )
  onStep(`Locking for ${locks.length} liquid-staking providers`)
  await payAsGovernance(
    context,
    locks.flatMap(({holder, lock, sequencer: {address: signer, publicKey}}) => [
      metisPayment(context, holder, INITIAL_LOCK_WEI),
      ...lock({signer, publicKey, amountWei: INITIAL_LOCK_WEI, operator: signer}).map((call) => ({
        ...{what: 'lock of a provider', account: holder},
        ...call,
      })),
    ]),
  )
  context.close()
}

async function register(context: Context, signal: AbortSignal): Promise<void> {
  const {config, profile} = context
  const owner = ownerOf(context)
  const {publicKey} = findAccount(config, profile?.keys.signer ?? '')
  const rewardRecipient = profile?.rewardRecipient ?? owner
  const operation = stakingOperation(context, {
    ...{action: 'sequencer register', role: 'owner'},
    plan: () =>
      planRegistration(context, {
        ...{owner, publicKey, rewardRecipient},
        amountMetisWei: INITIAL_LOCK_WEI,
      }),
    done: () => ({text: ''}),
  })
  await runUnattended(context, operation, signal)
}

function ownerOf({profile, profileName}: Context) {
  if (profile?.owner) return profile.owner
  throw new Error(`Profile ${profileName} of the local network has no owner.`)
}

/** A reset must only delete our own data: names that an operator already uses are rejected. */
function assertNamesFree(config: ConfigStore, settings: LocalSettings, keyNames: string[]): void {
  const {profiles, keys} = config.read()
  const names = sequencersOf(settings).map(({profile}) => profile)
  const taken =
    names.find((name) => profiles[name] !== undefined) ?? keyNames.find((name) => keys[name])
  if (taken === undefined) return
  throw new MetisSeqError({
    code: 'LOCAL_NAME_TAKEN',
    message: `The local network needs the name ${taken}, but one of your profiles or keys already has it.`,
    facts: {name: taken},
    hints: [
      'Run the local network in a separate directory: `METIS_SEQ_HOME=DIR metis-seq local up`.',
      `Or run \`metis-seq profile remove ${taken}\` if the profile is not needed.`,
    ],
  })
}

async function assertFreshPorts(settings: LocalSettings): Promise<void> {
  const ports = localPorts(settings)
  const needed: [string, number][] = [
    ['L1', ports.l1],
    ['the consensus layer', ports.pos],
  ]
  for (const [index, {profile}] of sequencersOf(settings).entries()) {
    needed.push([`node ${profile} (RPC)`, ports.nodeRpc(index + 1)])
    needed.push([`node ${profile} (peers)`, ports.nodePeer(index + 1)])
  }
  for (const [name, port] of needed) if (!(await portIsFree(port))) throw portBusy(name, port)
}

/** Ports of stopped parts: a port used by another program is reported before anything starts. */
async function assertPortsFree(home: Home, state: LocalState): Promise<void> {
  for (const {name, running, url} of listDaemons(home, state)) {
    const port = Number(new URL(url).port)
    if (!running && port > 0 && !(await portIsFree(port))) throw portBusy(name, port)
  }
}

function alreadyRunning(count: number): MetisSeqError {
  return new MetisSeqError({
    code: 'LOCAL_RUNNING',
    message: `The local network is already running (${count} processes).`,
    facts: {processes: `${count}`},
    hints: ['Run `metis-seq local status`, or `metis-seq local down` to stop it.'],
  })
}
