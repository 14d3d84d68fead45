import {isAddressEqual, zeroAddress} from 'viem'

import {readAllowance} from '../../chain/actions/erc20/read-token.ts'
import {counted, formatWeiShort} from '../../lib/units.ts'
import {ourOwn, type Condition} from '../sending/check.ts'
import type {Context} from '../context.ts'
import {approveLockingInfo, metisText} from '../sending/planned-calls.ts'
import {requireOwner} from '../staking/sequencers.ts'
import {coverOf, readGovernance, type Governance} from './governance.ts'
import {coverWord} from './set-reward.ts'
import {changesSomething, toSettingPlan, type SettingPlan} from './setting-plan.ts'

/**
 * Plans a new allowance of the reward payer. LockingInfo pulls every reward batch from it, and a
 * larger batch reverts for everyone in it.
 *
 * @param amountMetisWei the maximum number means unlimited; 0 stops rewards
 * @throws {MetisSeqError} NOT_REWARD_PAYER, NOTHING_TO_CHANGE
 */
export async function planPayerApproval(
  context: Context,
  amountMetisWei: bigint,
): Promise<SettingPlan> {
  const caller = requireOwner(context)
  const {client} = context.l1()
  const {metis, lockingInfo} = context.network.l1.contracts
  const readNow = (at: {blockNumber?: bigint} = {}) =>
    readAllowance(client, {token: metis, owner: caller, spender: lockingInfo, ...at})
  const [governance, before] = await Promise.all([readGovernance(context), readNow()])
  const {rewardPerBlockMetisWei} = governance.pool
  const coverWith = (allowanceMetisWei: bigint) =>
    coverOf(
      {...governance, payer: {...governance.payer, allowanceMetisWei}},
      rewardPerBlockMetisWei,
    )
  const [now, then] = [coverWith(before), coverWith(amountMetisWei)]
  return toSettingPlan({
    action: 'governance approve-payer',
    title: `Let LockingInfo pay rewards of ${metisText(amountMetisWei, 18)}`,
    subject: 'An approval of rewards',
    from: caller,
    calls: [approveLockingInfo({metis, lockingInfo, amountWei: amountMetisWei})],
    conditions: [
      isPayer(caller, governance),
      changesSomething(
        'the allowance differs from the current one',
        metisText(before, 18),
        before !== amountMetisWei,
      ),
    ],
    effects: [
      {label: 'allowance', before: metisText(before, 18), after: metisText(amountMetisWei, 18)},
      {
        label: 'covers, with what the payer holds',
        before: counted(now.blocks, 'block'),
        after: `${counted(then.blocks, 'block')}; it holds ${formatWeiShort(governance.payer.balanceMetisWei)} METIS`,
      },
      {
        label: 'unsubmitted rewards',
        before: coverWord(now.coversOwed),
        after: coverWord(then.coversOwed),
      },
    ],
    figures: [{id: 'payerAllowanceMetisWei', before: `${before}`, after: `${amountMetisWei}`}],
    readFigures: async (blockNumber) => ({
      payerAllowanceMetisWei: `${await readNow({blockNumber})}`,
    }),
  })
}

/** Source: `LockingInfo.distributeReward` only pulls from `rewardPayer`. */
function isPayer(
  caller: Parameters<typeof isAddressEqual>[0],
  {payer, offices}: Governance,
): Condition {
  return ourOwn('reward-payer', 'NOT_REWARD_PAYER', {
    label: 'the account is the reward payer',
    ok: payer.address !== null && isAddressEqual(caller, payer.address),
    seen: `payer ${payer.address ?? zeroAddress}, account ${caller}`,
    remedy:
      payer.address === null
        ? `No payer is set; the owner of LockingInfo, ${offices.infoOwner}, names one.`
        : 'Use a profile with the payer’s key as its owner, or `--from PAYER --unsigned FILE`.',
  })
}
