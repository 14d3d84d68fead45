import type {Context} from '../context.ts'
import type {Operation, Verification} from '../sending/run-operation.ts'
import {requireOwner} from '../staking/sequencers.ts'
import {verifySetting, type SettingPlan} from './setting-plan.ts'

/**
 * A change of a setting of the network, which is read back. For owners of a network and for its reward payer, each with
 * the key of the owner of a profile.
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
