import type {Address} from 'viem'
import {getBalance, readContract} from 'viem/actions'

import type {AtBlock} from '../../at-block.ts'
import type {ArtemisContracts} from '../../../protocol/lst/artemis/about.ts'
import {ONE} from '../../../protocol/lst/artemis/rates.ts'
import {amtDepositPoolAbi} from '../../abis/amt-deposit-pool.ts'
import {amtRewardPoolAbi} from '../../abis/amt-reward-pool.ts'
import {amtWithdrawalManagerAbi} from '../../abis/amt-withdrawal-manager.ts'
import {artMetisAbi} from '../../abis/art-metis.ts'
import type {ChainClient} from '../../connect.ts'
import {atMost} from '../../plausible.ts'

/** The figures from which every rate, quote and position is computed. */
export interface ArtemisState {
  totalDepositsMetisWei: bigint
  supplyWei: bigint
  /** METIS in the reward pool, not yet harvested. */
  pendingRewardMetisWei: bigint
  /** Share of rewards that the provider keeps; 1e18 is 100 %. */
  feeRate: bigint
}

/**
 * - Signed by: nobody. Chain: L2.
 * - Source: Artemis `AMTDepositPool.totalDeposits`, `ArtMetis.totalSupply`,
 *   `AMTRewardPool.feeRate`.
 */
export async function readArtemis(
  l2: ChainClient,
  {depositPool, artMetis, rewardPool}: ArtemisContracts,
  at: AtBlock = {},
): Promise<ArtemisState> {
  const [totalDeposits, supply, pending, feeRate] = await Promise.all([
    readContract(l2, {
      address: depositPool,
      abi: amtDepositPoolAbi,
      functionName: 'totalDeposits',
      ...at,
    }),
    readContract(l2, {address: artMetis, abi: artMetisAbi, functionName: 'totalSupply', ...at}),
    getBalance(l2, {address: rewardPool, ...at}),
    readContract(l2, {address: rewardPool, abi: amtRewardPoolAbi, functionName: 'feeRate', ...at}),
  ])
  return {
    totalDepositsMetisWei: totalDeposits,
    supplyWei: supply,
    pendingRewardMetisWei: pending,
    // The contract holds it to this.
    feeRate: atMost(ONE, 'feeRate', feeRate),
  }
}

export interface ArtemisPosition {
  heldWei: bigint
  /** Withdrawal requests not yet completed. */
  openRequests: bigint
}

/** - Source: `ArtMetis.balanceOf`, `AMTWithdrawalManager.getUserWithdrawRequestLength`. */
export async function readArtemisPosition(
  l2: ChainClient,
  {artMetis, withdrawalManager}: ArtemisContracts,
  account: Address,
  at: AtBlock = {},
): Promise<ArtemisPosition> {
  const [heldWei, openRequests] = await Promise.all([
    readContract(l2, {
      address: artMetis,
      abi: artMetisAbi,
      functionName: 'balanceOf',
      args: [account],
      ...at,
    }),
    readContract(l2, {
      address: withdrawalManager,
      abi: amtWithdrawalManagerAbi,
      functionName: 'getUserWithdrawRequestLength',
      args: [account],
      ...at,
    }),
  ])
  return {heldWei, openRequests}
}
