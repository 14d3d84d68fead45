import type {Context} from '../context.ts'
import type {Operation, Verification} from '../sending/run-operation.ts'
import {requireOwner} from '../staking/sequencers.ts'
import {verifySetting, type SettingPlan} from './setting-plan.ts'

/**
 * A change of a network setting, which is read back. For network owners and the reward payer, each
 * using the owner key of a profile.
 *
 * @throws {MetisSeqError} OWNER_UNKNOWN, PROFILE_MISSING
 */
export function settingOperation<P extends SettingPlan>(
  context: Context,
  operation: Pick<Operation<P>, 'action' | 'plan' | 'done'>,
): Operation<P> {
  return {
    ...operation,
    chain: 'L1',
    from: requireOwner(context),
    isRepeatable: true,
    async verify(plan, mined): Promise<Verification> {
      await verifySetting(context, plan, mined.blockNumber)
      return {differences: []}
    },
  }
}
