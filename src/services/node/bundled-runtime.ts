/** The bundled node as a background process on this machine. */
import {join} from 'node:path'

import {exitOfInterrupt, MetisSeqError} from '../../lib/errors.ts'
import {killOrphan} from '../../process/anvil.ts'
import {lastLogLines, logFileOf, readDaemon, startDaemon, stopDaemon} from '../../process/daemon.ts'
import {capabilitiesOf} from '../../protocol/node-runtime.ts'
import type {NodeProfile} from '../../store/config.ts'
import type {Context} from '../context.ts'
import {lookAtNode} from '../health/local-facts.ts'
import {NODE_DAEMON, readNodeStatus} from './node-answers.ts'
import type {NodeRuntime, StartedNode, StartOptions, StopOutcome} from './runtime-port.ts'
import {upgradeFailed} from './upgrade-failed.ts'

/** Replaying a long chain log takes a while; the node serves its admin API only afterwards. */
const READY_TIMEOUT_MS = 60_000
const STOP_TIMEOUT_MS = 20_000

export interface BundledRuntime extends NodeRuntime {
  kind: 'bundled'
  node: NodeProfile
  /** Its data directory. */
  dir: string
}

export function createBundledRuntime(
  context: Context,
  profile: string,
  node: NodeProfile,
): BundledRuntime {
  const dir = context.home.nodeDir(profile)
  const start = (options: StartOptions) => startNode(context, profile, dir, options)
  return {
    ...{kind: 'bundled', capabilities: capabilitiesOf.bundled, profile, node, dir},
    endpoint: null,
    status: () => lookAtNode(dir),
    process: () => readDaemon(dir, NODE_DAEMON) ?? null,
    start,
    stop: () => stopNodeIn(dir),
    async restart(options) {
      assertUnattended(context, options)
      await stopNodeIn(dir)
      try {
        return await start(options)
      } catch (error) {
        throw options.signal?.aborted && !readDaemon(dir, NODE_DAEMON)
          ? leftStopped(profile, options.signal, error)
          : error
      }
    },
    logs: (lines) => lastLogLines(dir, NODE_DAEMON, lines),
    logFile: () => logFileOf(dir, NODE_DAEMON),
    async upgrade({version, ...options}) {
      assertUnattended(context, options)
      const from = (await readNodeStatus(dir))?.version ?? null
      await stopNodeIn(dir)
      const started = await start(options)
      const found = (await readNodeStatus(dir))?.version ?? null
      if (found === version) return started
      const reason = `${found ?? 'A version that does not report itself'} answers in its place.`
      throw upgradeFailed({profile, from, to: version}, reason, {isRunning: true})
    },
  }
}

/** An interrupted restart has taken the node down: without these words it would look as if nothing was done. */
function leftStopped(profile: string, {reason}: AbortSignal, cause: unknown): MetisSeqError {
  return new MetisSeqError({
    code: 'INTERRUPTED',
    message: 'Interrupted: the node was stopped, and was not started again.',
    exit: exitOfInterrupt(reason),
    hints: [`Run \`metis-seq node start --profile ${profile}\`.`],
    cause,
  })
}

/** Stops the node of a directory, and its engine if the node had to be killed. */
export async function stopNodeIn(dir: string): Promise<StopOutcome> {
  const outcome = await stopDaemon(dir, NODE_DAEMON, {timeoutMs: STOP_TIMEOUT_MS})
  // A killed node could not stop its engine.
  if (outcome !== 'stopped') await killOrphan(join(dir, 'engine'), 'engine')
  return outcome
}

async function startNode(
  context: Context,
  profile: string,
  dir: string,
  options: StartOptions,
): Promise<StartedNode> {
  const {self, passwordFile, passwordDescriptor, runArguments = [], signal} = options
  assertUnattended(context, options)
  const passwordArguments = passwordDescriptor === undefined ? [] : ['--password-fd', '3']
  const {pid} = await startDaemon({
    name: NODE_DAEMON,
    dir,
    file: self.file,
    args: [
      ...[...self.args, 'node', 'run', '--profile', profile],
      ...[...passwordArguments, ...runArguments],
    ],
    descriptor: passwordDescriptor,
    env: {
      METIS_SEQ_HOME: context.home.root,
      ...(passwordFile ? {METIS_SEQ_PASSWORD_FILE: passwordFile} : {}),
    },
    probe: async (started) => (await readNodeStatus(dir))?.pid === started,
    readyTimeoutMs: READY_TIMEOUT_MS,
    runningHints: [
      `Run \`metis-seq node status --profile ${profile}\` to check it, or \`metis-seq node stop --profile ${profile}\` to stop it.`,
    ],
    ...(signal ? {signal} : {}),
  })
  return {pid, profile}
}

/** A background process cannot prompt: a password must be passed to it. */
function assertUnattended(
  context: Context,
  {passwordFile, passwordDescriptor}: Pick<StartOptions, 'passwordFile' | 'passwordDescriptor'>,
): void {
  const isGiven = passwordFile !== undefined || passwordDescriptor !== undefined
  const {keys} = context.config.read()
  const key = keys[context.profile?.keys.signer ?? '']
  if (!key || key.backend !== 'file' || key.passwordFile || isGiven) return
  throw new MetisSeqError({
    code: 'PASSWORD_NEEDED',
    message: `Key ${key.name} is encrypted, and a node in the background cannot ask for its password.`,
    facts: {key: key.name},
    hints: [
      'Pass `--password-file FILE` or `--password-fd N`, or set METIS_SEQ_PASSWORD_FILE.',
      'Or run `metis-seq node run` in a terminal, which prompts for it.',
    ],
  })
}
