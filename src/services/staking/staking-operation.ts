import type {Context} from '../context.ts'
import type {Operation} from '../sending/run-operation.ts'
import {requireOwner} from './sequencers.ts'
import {requireSigner} from './open-snapshot.ts'
import type {StakingPlan} from './staking-plan.ts'
import {verifyStaking, type Verified} from './verify.ts'

/**
 * An operation on a sequencer, compared with the chain at the block of its last transaction.
 *
 * @throws {MetisSeqError} OWNER_UNKNOWN, SIGNER_UNKNOWN, PROFILE_MISSING
 */
export function stakingOperation(
  context: Context,
  {
    role,
    ...operation
  }: Pick<Operation<StakingPlan, Verified>, 'action' | 'plan' | 'done'> & {
    role: 'owner' | 'signer'
  },
): Operation<StakingPlan, Verified> {
  return {
    ...operation,
    chain: 'L1',
    from: role === 'owner' ? requireOwner(context) : requireSigner(context),
    verify: (plan, mined) => verifyStaking(context, plan, mined.blockNumber),
  }
}
