import {MetisSeqError, messageOf} from '../lib/errors.ts'
import type {Context} from '../services/context.ts'
import {verifySetting, type SettingPlan} from '../services/governance/setting-plan.ts'
import {requireOwner} from '../services/sequencers.ts'
import type {Result} from './operator-command.ts'
import {send, settleEarlier, type SendFlags, type SendHost} from './send.ts'

/** A change of a setting of the network, as a command asks for it. */
export interface SettingChange<P extends SettingPlan> {
  /** Words of the command. */
  action: string
  plan(): Promise<P>
  /** What is shown when the chain has it. */
  done(plan: P): {text: string; data?: object}
}

/**
 * Settles what an earlier run left open, plans, sends, and reads the setting back. For owners of a
 * network and for its reward payer, each with the key of the owner of a profile.
 *
 * @throws {MetisSeqError} whatever stops it; what was sent by then is in the journal
 */
export async function changeSetting<P extends SettingPlan>(
  context: Context,
  flags: SendFlags,
  host: SendHost,
  {action, plan: makePlan, done}: SettingChange<P>,
): Promise<Result> {
  const from = requireOwner(context)
  const earlier = await settle(context, {action, chain: 'L1', from}, flags, host)
  const plan = await makePlan().catch((error: unknown) => {
    const isDone = error instanceof MetisSeqError && error.code === 'NOTHING_TO_CHANGE'
    throw isDone ? (earlier ?? error) : error
  })
  const outcome = await send(context, plan, flags, host, makePlan)
  if (outcome.state !== 'sent') return {data: outcome.json, text: outcome.text}
  const mined = outcome.sent.at(-1)?.receipt
  if (!mined) return {data: outcome.json, text: ''}
  if (!(await readBack(context, plan, mined.blockNumber, host))) {
    return {data: outcome.json, text: 'Mined. It was not read back.'}
  }
  const {text, data} = done(plan)
  return {data: {...outcome.json, ...data}, text}
}

/**
 * A setting is a state, so going on after an earlier run does nothing twice: what is left of it is done.
 *
 * @returns what an earlier run did, for the case that nothing is left
 */
async function settle(
  ...[context, wanted, flags, host]: Parameters<typeof settleEarlier>
): Promise<MetisSeqError | undefined> {
  try {
    await settleEarlier(context, wanted, flags, host)
    return undefined
  } catch (error) {
    if (error instanceof MetisSeqError && error.code === 'DONE_EARLIER') return error
    throw error
  }
}

/** It is mined, so an endpoint that falls silent now is a remark and not a failure. */
async function readBack(
  context: Context,
  plan: SettingPlan,
  blockNumber: bigint,
  host: SendHost,
): Promise<boolean> {
  try {
    await verifySetting(context, plan, blockNumber)
    return true
  } catch (error) {
    if (error instanceof MetisSeqError && error.exit === 'precondition') throw error
    host.warn({
      code: 'NOT_COMPARED',
      message: `It is mined in block ${blockNumber}, and the chain could not be read afterwards: ${messageOf(error)}`,
    })
    return false
  }
}
