/** The commands of the built program in front of endpoints that behave like real ones. */
import {rmSync} from 'node:fs'

import type {Address} from 'viem'

import {lockingInfoAbi} from '../../src/chain/abis/locking-info.ts'
import {lockingPoolAbi} from '../../src/chain/abis/locking-pool.ts'
import type {Network} from '../../src/protocol/network.ts'
import {forgetJournal, statusesIn} from '../helpers/journal.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {claimable, deposited} from '../helpers/lst-steps.ts'
import {makeOperator} from '../helpers/operator.ts'
import {runCli} from '../helpers/run-cli.ts'
import {saveNetwork} from '../../src/store/networks.ts'
import type {TempHome} from '../helpers/temp-home.ts'
import {governance, startTestChain, type TestChain} from '../helpers/test-chain.ts'
import {
  batchSpellings,
  bodies,
  knownAlready,
  knownSpellings,
  lagging,
  limitsBatches,
  logLimits,
  on,
  type Behaviour,
} from './behaviours.ts'
import {startChaosProxy, type ChaosProxy} from './proxy.ts'
import {statuses} from './statuses.ts'

const owner = accountOf('owner').address
const heir = accountOf('heir').address
const EXIT_SECONDS = 21 * 86_400
/** The fee that a reward of 200,000 gas at 1 gwei needs. */
const FEE_WEI = 200_000_000_000_000n

/** Behaviours have a state: each run makes its own. */
export type NamedBehaviour = readonly [name: string, make: () => Behaviour]

const batchLimits = Object.entries(batchSpellings).map(([name, spelling], at): NamedBehaviour => {
  const most = [1, 3, 10][at % 3]!
  return [`a batch limit of ${most}: ${name}`, () => limitsBatches(most, spelling)]
})

/** For commands that read. */
export const readingBehaviours: readonly NamedBehaviour[] = [
  ...batchLimits,
  ...statuses.map(([name, behaviour]): NamedBehaviour => [`status ${name}`, () => behaviour]),
  ...Object.entries(bodies).map(
    ([name, behaviour]): NamedBehaviour => [`a body that is ${name}`, () => behaviour],
  ),
  ...logLimits.map(
    ([name, behaviour]): NamedBehaviour => [`a limit of logs: ${name}`, () => behaviour],
  ),
]

/** The transaction is taken, whatever is said of it, and reads do not show it for a while. */
export const knownBehaviours: readonly NamedBehaviour[] = knownSpellings.map(
  ([code, text, data]): NamedBehaviour => [
    `${code} "${text}" while reads lag`,
    () => lagging(3, knownAlready(code, text, data)),
  ],
)

/** For commands that send: the broadcast alone is met by them, or everything is. */
export const sendingBehaviours: readonly NamedBehaviour[] = [
  ...knownBehaviours,
  ...batchLimits,
  ...statuses.map(
    ([name, behaviour]): NamedBehaviour => [
      `status ${name} for the broadcast`,
      () => on('eth_sendRawTransaction', behaviour),
    ],
  ),
  ...Object.entries(bodies).map(
    ([name, behaviour]): NamedBehaviour => [
      `the answer to a broadcast is ${name}`,
      () =>
        on('eth_sendRawTransaction', async (asked) => {
          const answers = await asked.forward()
          return behaviour({...asked, forward: async () => answers})
        }),
    ],
  ),
]

export const readingCommands: readonly string[] = [
  'status',
  'dashboard --once',
  'epoch current',
  'epoch next',
  'epoch list',
  'sequencer list',
  'sequencer show 1',
  'sequencer eligible',
  'stake show 1',
  'reward show 1',
  'reward history 1',
  'reward forecast 1',
  'exit status 1',
  'exit plan 1',
  'governance show',
  'lst list',
  'lst rates',
  'lst position',
  'lst requests',
  'lst queue',
  'lst backing',
  'lst compare 20000',
  'lst history artemis --days 1 --points 2',
  'lst peg',
  'network check',
  'tx list',
]

/** Commands whose data are the same at every look at a chain that stands still. */
export const steadyCommands: readonly string[] = [
  'sequencer list',
  'sequencer show 1',
  'stake show 1',
  'reward show 1',
  'reward history 1',
  'exit status 1',
  'governance show',
  'epoch list',
]

export interface SendingCommand {
  line: string
  from: Address
  home: 'own' | 'fresh' | 'office'
  chain: 'l1' | 'l2'
  /** Transactions of the whole plan. */
  count: number
  before?: (scene: ChaosScene) => Promise<void>
}

const own = {from: owner, home: 'own', chain: 'l1', count: 1} as const
const office = {...own, from: accountOf('office').address, home: 'office'} as const
const publicKey = `0x${accountOf('next signer').publicKey.slice(4)}`
const setRecipient = `sequencer set-recipient 1 --recipient ${heir}`

export const sendingCommands: readonly SendingCommand[] = [
  {...own, line: 'sequencer register --amount 20000', from: heir, home: 'fresh', count: 2},
  {...own, line: 'stake increase 1 --amount 1000'},
  {...own, line: 'stake restake 1'},
  {...own, line: 'stake withdraw 1 --amount 1000 --override shared-throttle'},
  {...own, line: setRecipient},
  {
    ...own,
    line: `sequencer set-owner 1 --new-owner ${accountOf('buyer').address} --override new-owner-not-ready --confirm 1`,
  },
  {
    ...own,
    line: `sequencer rotate-signer 1 --signer-pubkey ${publicKey} --override shared-throttle --override unpaid-blocks`,
    from: accountOf('signer').address,
  },
  {...own, line: 'reward claim 1'},
  {...own, line: 'exit start 1 --override producing --confirm 1'},
  {...own, line: 'exit finish 1', before: unlocked},
  {...own, line: 'lst deposit artemis 1', chain: 'l2'},
  {
    ...{...own, line: 'lst withdraw artemis 1', chain: 'l2'},
    before: ({run}) => deposited((line) => run('own', line)),
  },
  {
    ...{...own, line: 'lst claim artemis', chain: 'l2'},
    before: ({chain, run}) => claimable(chain, (line) => run('own', line)),
  },
  {...office, line: `sequencer allow ${accountOf('newcomer').address}`},
  {...office, line: `sequencer disallow ${heir}`},
  {...office, line: 'governance set-reward --per-block 0.001'},
  {...office, line: 'governance set-limits --min-lock 15000 --max-lock 120000', count: 2},
  {...office, line: 'governance approve-payer --amount 100'},
  {...own, line: 'tx send SIGNED', before: signedElsewhere},
  {...own, line: 'tx speed-up', before: stuck},
  {...own, line: 'tx cancel', before: stuck},
]

async function unlocked({chain}: ChaosScene): Promise<void> {
  await chain.act(owner, chain.at.lockingPool, lockingPoolAbi, 'unlock', [1n, 0], FEE_WEI)
  await chain.l1.request('evm_increaseTime', [EXIT_SECONDS])
  await chain.l1.request('evm_mine')
}

async function signedElsewhere({homes, run}: ChaosScene): Promise<void> {
  const [unsigned, signed] = ['unsigned.json', 'signed.json'].map((name) => homes.own.path(name))
  for (const file of [unsigned!, signed!]) rmSync(file, {force: true})
  await run('own', `${setRecipient} --unsigned ${unsigned}`)
  await run('own', `tx sign ${unsigned} --output ${signed} --yes --override unknown-recipient`)
}

/** One is sent and not mined. */
async function stuck({chain, run}: ChaosScene): Promise<void> {
  await chain.l1.request('evm_setAutomine', [false])
  await run('own', `${setRecipient} --yes --wait none`)
}

export interface ChaosScene extends AsyncDisposable {
  chain: TestChain
  homes: Record<SendingCommand['home'], TempHome>
  /** A line that has to succeed. */
  run(home: SendingCommand['home'], line: string): Promise<void>
  behave(make: () => Behaviour): void
  /** Everything as at the start. */
  reset(): Promise<void>
}

export async function startChaosScene(): Promise<ChaosScene> {
  const chain = await startTestChain({l2Rich: [owner]})
  let l1Behaviour: Behaviour = () => false
  let l2Behaviour: Behaviour = () => false
  const proxies = [
    await startChaosProxy(chain.l1.url, (asked) => l1Behaviour(asked)),
    await startChaosProxy(chain.l2.url, (asked) => l2Behaviour(asked)),
  ] as const
  const homes = await makeHomes(chain, proxies)
  await prepare(chain)
  let count = 0
  const behave = (make: () => Behaviour) => {
    l1Behaviour = make()
    l2Behaviour = make()
    // A program that runs on remembers by the address what an endpoint takes: each behaviour is another endpoint.
    const through = throughProxies(chain, proxies, `/${++count}`)
    for (const {home} of Object.values(homes)) saveNetwork(home, through, {replace: true})
  }
  return {
    ...{chain, homes, behave},
    async run(home, line) {
      const {exitCode, stderr} = await runCli(line.split(' '), {home: homes[home].root})
      if (exitCode !== 0) throw new Error(`${line}: ${stderr}`)
    },
    async reset() {
      behave(() => () => false)
      await chain.l1.request('evm_setIntervalMining', [0])
      await chain.reset()
      for (const temp of Object.values(homes)) forgetJournal(temp)
    },
    async [Symbol.asyncDispose]() {
      for (const temp of Object.values(homes)) temp[Symbol.dispose]()
      for (const proxy of proxies) await proxy[Symbol.asyncDispose]()
      await chain[Symbol.asyncDispose]()
    },
  }
}

type Proxies = readonly [ChaosProxy, ChaosProxy]

function throughProxies({network}: TestChain, [l1, l2]: Proxies, path = ''): Network {
  return {
    ...network,
    l1: {...network.l1, rpcUrls: [`${l1.url}${path}`]},
    l2: {...network.l2, rpcUrls: [`${l2.url}${path}`]},
  }
}

async function makeHomes(chain: TestChain, proxies: Proxies): Promise<ChaosScene['homes']> {
  const through = throughProxies(chain, proxies)
  return {
    own: await makeOperator(through, {owner: 'owner', signer: 'signer'}),
    fresh: await makeOperator(through, {owner: 'heir', signer: 'heir signs'}),
    office: await makeOperator(through, {owner: 'office', signer: 'office signs'}),
  }
}

async function prepare(chain: TestChain): Promise<void> {
  const {lockingPool, lockingInfo} = chain.at
  const office = accountOf('office').address
  await chain.lock(owner, accountOf('signer'))
  for (const name of ['one', 'two'])
    await chain.lock(accountOf(name).address, accountOf(`${name} signs`))
  await chain.fund(heir)
  const rich = [accountOf('signer').address, '0xde0b6b3a7640000']
  await chain.l1.request('anvil_setBalance', rich)
  await chain.submitRewards(accountOf('signer').address, 100n)
  await chain.fund(office, {whitelist: false})
  await chain.act(governance.address, lockingInfo, lockingInfoAbi, 'setRewardPayer', [office])
  for (const [at, abi] of [
    [lockingPool, lockingPoolAbi],
    [lockingInfo, lockingInfoAbi],
  ] as const)
    await chain.act(governance.address, at, abi, 'transferOwnership', [office])
  await chain.keep()
}

export interface Outcome {
  /** `done`, or the code of the error. */
  told: string
  /** What must not be, one line each. */
  wrong: string[]
  elapsedMs: number
  /** The data of a command that ended well and warned of nothing; null otherwise. */
  data: unknown
}

/** A slow endpoint is given up after so many seconds. */
const TIMEOUT_SECONDS = '2'
/** A command asks for several things one after the other, and waits for a receipt. */
const MOST_MS = 60_000

/** A command that reads: right, or an error that says what the endpoint did; never a fault of ours. */
export async function read(
  scene: ChaosScene,
  line: string,
  make: () => Behaviour,
): Promise<Outcome> {
  scene.behave(make)
  const started = performance.now()
  const args = [...line.split(' '), '--json', '--timeout', TIMEOUT_SECONDS]
  const {json, exitCode, stderr} = await runCli(args, {home: scene.homes.own.root})
  const elapsedMs = performance.now() - started
  const wrong = faultsOf(json, exitCode, stderr, elapsedMs)
  const isWhole = json?.error === null && json.warnings.length === 0
  return {told: json?.error?.code ?? 'done', wrong, elapsedMs, data: isWhole ? json.data : null}
}

/** A command that sends: never "nothing was sent" of what is out, never "done" of what is not. */
export async function send(
  scene: ChaosScene,
  {line, from, home, chain, count, before}: SendingCommand,
  make: () => Behaviour,
): Promise<Outcome> {
  await scene.reset()
  await before?.(scene)
  const temp = scene.homes[home]
  const nonce = await nonceOf(scene, chain, from, 'latest')
  const isReplacement = line.startsWith('tx speed-up') || line.startsWith('tx cancel')
  scene.behave(isReplacement ? () => minesLater(scene, make()) : make)
  const started = performance.now()
  const words = line.replace('SIGNED', temp.path('signed.json')).split(' ')
  const args = [...words, '--yes', '--json', '--timeout', TIMEOUT_SECONDS]
  const {json, exitCode, stderr} = await runCli(args, {home: temp.root})
  const elapsedMs = performance.now() - started
  const out = (await nonceOf(scene, chain, from, 'pending')) - nonce
  const wrong = faultsOf(json, exitCode, stderr, elapsedMs)
  const said = JSON.stringify([json?.error?.message, json?.error?.hints])
  const statusesNow = statusesIn(temp)
  if (out > 0 && !isReplacement && count === 1) {
    if (/nothing was sent/i.test(said)) wrong.push(`it is out, and told: ${said}`)
    if (statusesNow.includes('rejected')) wrong.push('it is out, and the journal says rejected')
  }
  if (exitCode === 0 && out !== count) wrong.push(`told as done, and ${out} of ${count} are out`)
  if (exitCode === 0 && !isReplacement && statusesNow.some((each) => each !== 'mined'))
    wrong.push(`told as done, and the journal says ${statusesNow.join(', ')}`)
  return {told: json?.error?.code ?? 'done', wrong, elapsedMs, data: null}
}

/** A miner comes when the replacement is there, so that it is the one that is mined. */
function minesLater({chain}: ChaosScene, then: Behaviour): Behaviour {
  return async (asked) => {
    const isDone = await then(asked)
    if (asked.calls.some(({method}) => method === 'eth_sendRawTransaction'))
      void chain.l1.request('evm_setIntervalMining', [1])
    return isDone
  }
}

async function nonceOf({chain}: ChaosScene, on: 'l1' | 'l2', from: Address, tag: string) {
  return Number(await chain[on].request('eth_getTransactionCount', [from, tag]))
}

function faultsOf(
  json: Awaited<ReturnType<typeof runCli>>['json'],
  exitCode: number | null,
  stderr: string,
  elapsedMs: number,
): string[] {
  return [
    ...(json ? [] : [`no document: ${stderr.slice(0, 300)}`]),
    ...(exitCode === null ? ['ended by a signal'] : []),
    ...(json?.error?.exit === 'usage' ? [`no such command line: ${json.error.message}`] : []),
    ...(json?.error?.exit === 'internal' ? [`a fault of ours: ${json.error.message}`] : []),
    ...(JSON.stringify(json ?? '').includes('SECRETKEY') ? ['a secret is shown'] : []),
    ...(elapsedMs > MOST_MS ? [`it took ${Math.round(elapsedMs / 1000)} s`] : []),
  ]
}
