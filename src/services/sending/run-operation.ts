import type {Address} from 'viem'

import {MetisSeqError, messageOf} from '../../lib/errors.ts'
import {shortHex} from '../../lib/units.ts'
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

/** Values on chain once a plan is mined. */
export interface Verification {
  /** Values changed at the same time for another reason. */
  differences: readonly Difference[]
}

/** The result shown when an operation is done. */
export interface Shown {
  text: string
  data?: object
}

/** One on-chain operation: planned, carried out, and compared with the chain. */
export interface Operation<P extends Plan = Plan, V extends Verification = Verification> {
  /** Words of the command. */
  action: string
  chain: Plan['chain']
  from: Address
  /** True when it sets a state, so that continuing after an earlier run does nothing twice. */
  isRepeatable?: boolean
  /** Reads only. Recreated if the operator took long to confirm. */
  plan(): Promise<P>
  /**
   * Reads the chain at the block of the last transaction.
   *
   * @throws {MetisSeqError} POST_STATE when the operation did not have its effect
   */
  verify(plan: P, mined: Receipt): Promise<V>
  done(verified: V, plan: P, mined: Receipt): Shown | Promise<Shown>
}

export type Outcome =
  /** `--dry-run`: nothing was sent. */
  | {state: 'previewed'; preview: Preview}
  /** The transactions are for a signer on another machine. */
  | {state: 'written'; preview: Preview; written: WrittenFile}
  | {state: 'sent'; preview: Preview; sent: SentCall[]; shown: Shown}

/**
 * The single runner of operations: settle transactions of an earlier run, plan, preview, confirm,
 * send, compare the chain with the plan, and report the outcome.
 *
 * @throws {MetisSeqError} any error that stops it; transactions sent by then are in the journal
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
 * @throws {MetisSeqError} DONE_EARLIER when an earlier run did it, unless it is repeatable and incomplete
 */
async function planAfterEarlier<P extends Plan, V extends Verification>(
  operation: Operation<P, V>,
  request: SendRequest,
  session: Session,
): Promise<P> {
  const earlier = await settleEarlier(operation, request, session)
  if (earlier && operation.isRepeatable !== true) throw earlier.error
  let plan: P
  try {
    plan = await operation.plan()
  } catch (error) {
    const isDone = error instanceof MetisSeqError && NOTHING_LEFT.includes(error.code)
    throw isDone ? (earlier?.error ?? error) : error
  }
  for (const {label, hash} of earlier?.calls ?? []) {
    const message = `${label} (${shortHex(hash)}) was sent by an earlier run and is mined; this run continues with the rest.`
    session.host.say({kind: 'warning', code: 'EARLIER_SETTLED', message})
  }
  return plan
}

/** Of a repeatable operation: an earlier run did all of it. */
const NOTHING_LEFT: readonly string[] = [
  'NOTHING_TO_CHANGE',
  'NOTHING_CLAIMABLE',
  'NO_WITHDRAW_REQUEST',
]

/** The money has moved, so an endpoint that stops responding now is a warning and not a failure. */
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
