import {MetisSeqError, messageOf} from '../lib/errors.ts'
import type {Standing} from '../protocol/locking-pool.ts'
import type {Receipt} from '../services/send-dependencies.ts'
import type {Context} from '../services/context.ts'
import {requireOwner} from '../services/sequencers.ts'
import {requireSigner} from '../services/staking/open-standing.ts'
import type {StakingPlan} from '../services/staking/staking-plan.ts'
import {verifyStaking, type Verified} from '../services/staking/verify.ts'
import {sequencerJson} from '../ui/presenters/sequencer.ts'
import type {Result} from './operator-command.ts'
import {send, settleEarlier, type SendFlags, type SendHost} from './send.ts'

/** One operation on a sequencer, as a command asks for it. */
export interface Operation {
  /** Words of the command. */
  action: string
  /** Who sends it. */
  role: 'owner' | 'signer'
  plan(): Promise<StakingPlan>
  /** What is shown when it is done. */
  done(standing: Standing, plan: StakingPlan, mined: Receipt): Shown | Promise<Shown>
}

interface Shown {
  text: string
  data?: object
}

/**
 * Settles what an earlier run left open, plans, sends, and compares the chain with the prediction.
 *
 * @throws {MetisSeqError} whatever stops it; what was sent by then is in the journal
 */
export async function operate(
  context: Context,
  flags: SendFlags,
  host: SendHost,
  {action, role, plan: makePlan, done}: Operation,
): Promise<Result> {
  const from = role === 'owner' ? requireOwner(context) : requireSigner(context)
  await settleEarlier(context, {action, chain: 'L1', from}, flags, host)
  const plan = await makePlan()
  const outcome = await send(context, plan, flags, host, makePlan)
  if (outcome.state !== 'sent') return {data: outcome.json, text: outcome.text}
  const mined = outcome.sent.at(-1)?.receipt
  if (!mined) return {data: outcome.json, text: ''}
  const verified = await compare(context, plan, mined.blockNumber, host)
  if (!verified)
    return {data: outcome.json, text: 'Mined. It was not compared with the prediction.'}
  const {standing, differences} = verified
  for (const {id, expected, actual} of differences) {
    host.warn({
      code: 'FIGURE_DIFFERS',
      message: `${id} is ${actual}, and ${expected} was expected: something else changed it in the same moment.`,
    })
  }
  const {text, data} = await done(standing, plan, mined)
  return {
    data: {...outcome.json, differences, sequencer: sequencerJson(standing.sequencer), ...data},
    text,
  }
}

/** The money has moved, so an endpoint that falls silent now is a remark and not a failure. */
async function compare(
  context: Context,
  plan: StakingPlan,
  blockNumber: bigint,
  host: SendHost,
): Promise<Verified | undefined> {
  try {
    return await verifyStaking(context, plan, blockNumber)
  } catch (error) {
    if (error instanceof MetisSeqError && error.exit === 'precondition') throw error
    host.warn({
      code: 'NOT_COMPARED',
      message: `It is mined in block ${blockNumber}, and the chain could not be read afterwards: ${messageOf(error)}`,
    })
    return undefined
  }
}
