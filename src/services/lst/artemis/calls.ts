import {amtDepositPoolAbi} from '../../../chain/abis/amt-deposit-pool.ts'
import {amtWithdrawalManagerAbi} from '../../../chain/abis/amt-withdrawal-manager.ts'
import {formatWeiShort} from '../../../lib/units.ts'
import {artemis, type ArtemisContracts} from '../../../protocol/lst/artemis/about.ts'
import type {PlannedCall} from '../../sending/plan.ts'
import {planCallOf} from '../../sending/planned-call.ts'

/**
 * Deposits METIS; artMETIS goes to the sender.
 *
 * - Signed by: owner. Chain: L2. Value: the METIS.
 * - Source: Artemis `AMTDepositPool.deposit(uint256,string)`.
 */
export function depositCall(
  {depositPool}: Pick<ArtemisContracts, 'depositPool'>,
  amountWei: bigint,
  minOutWei: bigint,
): PlannedCall {
  return planCallOf(amtDepositPoolAbi, {
    contract: 'AMTDepositPool',
    to: depositPool,
    functionName: 'deposit',
    args: [minOutWei, ''],
    label: () => `Deposit ${formatWeiShort(amountWei)} METIS with Artemis`,
    valueWei: amountWei,
  })
}

/**
 * Collects pending rewards for all holders. Anyone may.
 *
 * - Signed by: owner. Chain: L2. Value: none.
 * - Source: Artemis `AMTDepositPool.harvest()`.
 */
export function harvestCall({depositPool}: Pick<ArtemisContracts, 'depositPool'>): PlannedCall {
  return planCallOf(amtDepositPoolAbi, {
    contract: 'AMTDepositPool',
    to: depositPool,
    functionName: 'harvest',
    args: [],
    label: () => 'Harvest the pending rewards of Artemis',
    gasAtMost: 200_000n,
  })
}

/**
 * Burns artMETIS at once, without an approval, and queues a request.
 *
 * - Signed by: owner. Chain: L2. Value: none.
 * - Source: Artemis `AMTWithdrawalManager.initiateWithdrawal(uint256)`.
 */
export function withdrawCall(
  {withdrawalManager}: Pick<ArtemisContracts, 'withdrawalManager'>,
  amountWei: bigint,
): PlannedCall {
  return planCallOf(amtWithdrawalManagerAbi, {
    contract: 'AMTWithdrawalManager',
    to: withdrawalManager,
    functionName: 'initiateWithdrawal',
    args: [amountWei],
    label: (artMetisWei) => `Withdraw ${formatWeiShort(artMetisWei)} artMETIS from Artemis`,
    gasAtMost: 500_000n,
  })
}

/**
 * Pays the oldest request of the sender.
 *
 * - Signed by: owner. Chain: L2. Value: none.
 * - Source: Artemis `AMTWithdrawalManager.completeWithdrawal()`.
 */
export function claimCall(
  {withdrawalManager}: Pick<ArtemisContracts, 'withdrawalManager'>,
  id: string,
  metisWei: bigint,
): PlannedCall {
  return planCallOf(amtWithdrawalManagerAbi, {
    contract: 'AMTWithdrawalManager',
    to: withdrawalManager,
    functionName: 'completeWithdrawal',
    args: [],
    label: () => `Claim request ${id}: ${formatWeiShort(metisWei)} METIS from Artemis`,
    // Each pays by itself: a run that ended after one did a part of what was asked.
    moves: {rest: `metis-seq lst claim ${artemis.id}`},
    gasAtMost: 200_000n,
  })
}
