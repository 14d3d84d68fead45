import {join} from 'node:path'

import {MetisSeqError} from '../../lib/errors.ts'
import {exchange} from '../../lib/http.ts'
import {killOrphan} from '../../process/anvil.ts'
import {lastLogLines, startDaemon, stopDaemon} from '../../process/daemon.ts'
import type {Context} from '../context.ts'
import {ADMIN_BYTES, ADMIN_TIMEOUT_MS, NODE_DAEMON, readNodeStatus} from './node-answers.ts'
import {requireNode} from './node-runtime.ts'

/** How this very program is started again as a background process. */
export interface SelfCommand {
  file: string
  args: readonly string[]
}

/** Replaying a long chain log takes a while; the node answers its admin API only afterwards. */
const READY_TIMEOUT_MS = 60_000
const STOP_TIMEOUT_MS = 20_000

/**
 * Starts the profile's node in the background and returns when it answers.
 *
 * @throws {MetisSeqError} ALREADY_RUNNING, DAEMON_NOT_READY, NODE_NOT_SET_UP, NODE_IS_EXTERNAL
 */
export async function startNodeDaemon(
  context: Context,
  self: SelfCommand,
  options: {
    passwordFile?: string | undefined
    /** Descriptor of ours with the password; the node reads it. */
    passwordDescriptor?: number | undefined
    /** Further arguments of `node run`. */
    runArguments?: readonly string[]
    signal?: AbortSignal
  } = {},
): Promise<{pid: number; profile: string}> {
  const {name, dir} = requireNode(context)
  const {passwordFile, passwordDescriptor, runArguments = []} = options
  assertUnattended(context, passwordFile !== undefined || passwordDescriptor !== undefined)
  const passwordArguments = passwordDescriptor === undefined ? [] : ['--password-fd', '3']
  const {pid} = await startDaemon({
    name: NODE_DAEMON,
    dir,
    file: self.file,
    args: [...self.args, 'node', 'run', '--profile', name, ...passwordArguments, ...runArguments],
    descriptor: passwordDescriptor,
    env: {
      METIS_SEQ_HOME: context.home.root,
      ...(passwordFile ? {METIS_SEQ_PASSWORD_FILE: passwordFile} : {}),
    },
    probe: async (pid) => (await readNodeStatus(dir))?.pid === pid,
    readyTimeoutMs: READY_TIMEOUT_MS,
    runningHints: [
      `Run \`metis-seq node status --profile ${name}\` to check it, or \`metis-seq node stop --profile ${name}\` to stop it.`,
    ],
    ...(options.signal ? {signal: options.signal} : {}),
  })
  return {pid, profile: name}
}

/** A process in the background can ask nobody: a password it needs must be given. */
function assertUnattended(context: Context, isGiven: boolean): void {
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

/** Stops the profile's node: it finishes its slot and hands over its pool first. */
export async function stopNodeDaemon(
  context: Context,
): Promise<'stopped' | 'killed' | 'not-running'> {
  const {dir} = requireNode(context)
  const outcome = await stopDaemon(dir, NODE_DAEMON, {timeoutMs: STOP_TIMEOUT_MS})
  // A node that was killed could not end its engine.
  if (outcome !== 'stopped') await killOrphan(join(dir, 'engine'), 'engine')
  return outcome
}

export function readNodeLog(context: Context, lines: number): string[] {
  return lastLogLines(requireNode(context).dir, NODE_DAEMON, lines)
}

export function nodeLogFile(context: Context): string {
  return join(requireNode(context).dir, `${NODE_DAEMON}.log`)
}

/** Whether an HTTP endpoint answers a JSON-RPC or REST request at all. */
export async function answers(
  url: string,
  method: 'GET' | 'POST' = 'GET',
  body = '',
): Promise<boolean> {
  const options = {method, body, timeoutMs: ADMIN_TIMEOUT_MS, maxBytes: ADMIN_BYTES}
  const answer = await exchange(url, options).catch(() => undefined)
  return answer !== undefined && answer.status < 400
}
