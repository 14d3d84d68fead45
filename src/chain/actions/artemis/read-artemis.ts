import type {Address} from 'viem'
import {getBalance, readContract} from 'viem/actions'

import type {ArtemisContracts} from '../../../protocol/network.ts'
import {amtDepositPoolAbi} from '../../abis/amt-deposit-pool.ts'
import {amtRewardPoolAbi} from '../../abis/amt-reward-pool.ts'
import {amtWithdrawalManagerAbi} from '../../abis/amt-withdrawal-manager.ts'
import {artMetisAbi} from '../../abis/art-metis.ts'
import type {ChainClient} from '../../connect.ts'

/** The figures every rate, quote and position follows from. */
export interface ArtemisState {
  totalDepositsMetisWei: bigint
  supplyArtMetisWei: bigint
  /** METIS in the reward pool, not yet harvested. */
  pendingRewardMetisWei: bigint
  /** Share of rewards the provider keeps; 1e18 is all. */
  feeRate: bigint
}

/**
 * - Signed by: nobody. Chain: L2.
 * - Source: Artemis `AMTDepositPool.totalDeposits`, `ArtMetis.totalSupply`, `AMTRewardPool.feeRate`.
 */
export async function readArtemis(
  l2: ChainClient,
  {depositPool, artMetis, rewardPool}: ArtemisContracts,
): Promise<ArtemisState> {
  const [totalDeposits, supply, pending, feeRate] = await Promise.all([
    readContract(l2, {address: depositPool, abi: amtDepositPoolAbi, functionName: 'totalDeposits'}),
    readContract(l2, {address: artMetis, abi: artMetisAbi, functionName: 'totalSupply'}),
    getBalance(l2, {address: rewardPool}),
    readContract(l2, {address: rewardPool, abi: amtRewardPoolAbi, functionName: 'feeRate'}),
  ])
  return {
    totalDepositsMetisWei: totalDeposits,
    supplyArtMetisWei: supply,
    pendingRewardMetisWei: pending,
    feeRate,
  }
}

export interface ArtemisPosition {
  artMetisWei: bigint
  /** Withdrawal requests not yet completed. */
  openRequests: bigint
}

/** - Source: `ArtMetis.balanceOf`, `AMTWithdrawalManager.getUserWithdrawRequestLength`. */
export async function readArtemisPosition(
  l2: ChainClient,
  {artMetis, withdrawalManager}: ArtemisContracts,
  account: Address,
): Promise<ArtemisPosition> {
  const [artMetisWei, openRequests] = await Promise.all([
    readContract(l2, {
      address: artMetis,
      abi: artMetisAbi,
      functionName: 'balanceOf',
      args: [account],
    }),
    readContract(l2, {
      address: withdrawalManager,
      abi: amtWithdrawalManagerAbi,
      functionName: 'getUserWithdrawRequestLength',
      args: [account],
    }),
  ])
  return {artMetisWei, openRequests}
}
