import type {Address} from 'viem'

import {MetisSeqError, messageOf} from '../../lib/errors.ts'
import type {Context} from '../context.ts'
import type {Plan} from './plan.ts'
import type {Receipt} from './send-dependencies.ts'
import type {Preview, SentCall} from './send-plan.ts'
import type {Difference} from '../staking/staking-plan.ts'
import type {OperationHost} from './host.ts'
import {looksOnly, type SendRequest} from './request.ts'
import {propose, sendProposal} from './send.ts'
import {withSession, type Session} from './session.ts'
import {settleEarlier} from './settle.ts'
import {writeUnsigned, type WrittenFile} from './unsigned-file.ts'

/** What the chain shows when all of a plan is mined. */
export interface Verification {
  /** Values that something else changed in the same moment. */
  differences: readonly Difference[]
}

/** What is shown when an operation is done. */
export interface Shown {
  text: string
  data?: object
}

/** One thing an operator does on chain: planned, carried out, and compared with the chain. */
export interface Operation<P extends Plan = Plan, V extends Verification = Verification> {
  /** Words of the command. */
  action: string
  chain: Plan['chain']
  from: Address
  /** True: it sets a state, so going on after an earlier run does nothing twice. */
  isRepeatable?: boolean
  /** Reads only. Made again where the answer of the operator took long. */
  plan(): Promise<P>
  /**
   * Reads the chain as it is with the last transaction mined.
   *
   * @throws {MetisSeqError} POST_STATE when the operation did not do what it is for
   */
  verify(plan: P, mined: Receipt): Promise<V>
  done(verified: V, plan: P, mined: Receipt): Shown | Promise<Shown>
}

export type Outcome =
  /** `--dry-run`: nothing left. */
  | {state: 'previewed'; preview: Preview}
  /** The transactions are for a signer elsewhere. */
  | {state: 'written'; preview: Preview; written: WrittenFile}
  | {state: 'sent'; preview: Preview; sent: SentCall[]; shown: Shown}

/**
 * The one way an operation is carried out: settle what an earlier run left open, plan, preview, ask, send, compare the
 * chain with what was planned, and say what came of it.
 *
 * @throws {MetisSeqError} whatever stops it; what was sent by then is in the journal
 */
export function runOperation<P extends Plan, V extends Verification>(
  context: Context,
  operation: Operation<P, V>,
  request: SendRequest,
  host: OperationHost,
): Promise<Outcome> {
  const lock = looksOnly(request) ? null : 'send'
  return withSession(context, operation, {lock, signal: request.signal}, host, async (session) => {
    const plan = await planAfterEarlier(operation, request, session)
    const proposal = await propose(context, plan, request, session)
    const {preview} = proposal
    if (request.dryRun) return {state: 'previewed', preview}
    if (request.unsigned) {
      const {chainId} = session.dependencies
      return {
        state: 'written',
        preview,
        written: writeUnsigned(proposal, request.unsigned, chainId),
      }
    }
    const sent = await sendProposal(proposal, operation, request, session)
    const mined = sent.at(-1)?.receipt
    const shown = mined ? await conclude(operation, plan, mined, host) : {text: ''}
    return {state: 'sent', preview, sent, shown}
  })
}

/**
 * @throws {MetisSeqError} DONE_EARLIER when an earlier run did it, unless it can be repeated and something of it is left
 */
async function planAfterEarlier<P extends Plan, V extends Verification>(
  operation: Operation<P, V>,
  request: SendRequest,
  session: Session,
): Promise<P> {
  const earlier = await settleEarlier(operation, request, session)
  if (earlier && operation.isRepeatable !== true) throw earlier
  try {
    return await operation.plan()
  } catch (error) {
    const isDone = error instanceof MetisSeqError && error.code === 'NOTHING_TO_CHANGE'
    throw isDone ? (earlier ?? error) : error
  }
}

/** The money has moved, so an endpoint that falls silent now is a remark and not a failure. */
async function conclude<P extends Plan, V extends Verification>(
  {verify, done}: Operation<P, V>,
  plan: P,
  mined: Receipt,
  {say}: OperationHost,
): Promise<Shown> {
  let verified: V
  try {
    verified = await verify(plan, mined)
  } catch (error) {
    if (error instanceof MetisSeqError && error.exit === 'precondition') throw error
    const message = `It is mined in block ${mined.blockNumber}, but the chain could not be read afterwards: ${messageOf(error)}`
    say({kind: 'warning', code: 'NOT_COMPARED', message})
    return {text: 'Mined, but not compared with the prediction.'}
  }
  for (const {id, expected, actual} of verified.differences) {
    const message = `${id} is ${actual}, and ${expected} was expected: something else changed it at the same time.`
    say({kind: 'warning', code: 'FIGURE_DIFFERS', message})
  }
  return done(verified, plan, mined)
}
