import {awaitVerdict, startFailure} from '../services/node/node-report.ts'
import type {StartedNode, StartOptions} from '../services/node/runtime-port.ts'
import type {Context} from '../services/context.ts'
import {startedText} from '../ui/presenters/node.ts'
import {nodeArguments, type NodeFlags} from './node-flags.ts'
import type {Result} from './operator-command.ts'
import {passwordAccess, type PasswordFlags} from './password-flags.ts'
import {assertGiven} from './read-descriptor.ts'

interface Host {
  self: StartOptions['self']
  signal: AbortSignal
  during<T>(text: string, work: Promise<T>): Promise<T>
}

/**
 * Brings a node up in the background, and returns once its state is known.
 *
 * @param begin starts it, after whatever has to come first
 * @throws {MetisSeqError} those of the runtime, NODE_ENDED, NODE_HALTED
 */
export async function startNode(
  context: Context,
  flags: NodeFlags & PasswordFlags,
  {self, signal, during}: Host,
  [text, begin]: [text: string, begin: (options: StartOptions) => Promise<StartedNode>],
): Promise<Result> {
  const descriptor = flags['password-fd']
  if (descriptor !== undefined) assertGiven(descriptor, '--password-fd')
  const sinceMs = Date.now()
  const starting = begin({
    ...{self, signal, passwordDescriptor: descriptor},
    passwordFile: passwordAccess(flags, false).passwordFile,
    runArguments: nodeArguments(flags),
  }).catch((error: unknown) => {
    throw startFailure(context, sinceMs) ?? error
  })
  const started = await during(text, starting)
  const verdict = await during(
    'Waiting for the node to learn its state from its peers and L1',
    awaitVerdict(context, signal),
  )
  const {phase, syncing} = verdict
  return {data: {...started, phase, syncing}, text: startedText(started, verdict)}
}
