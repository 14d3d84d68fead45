import type {Address} from 'viem'
import {readContract} from 'viem/actions'

import type {AtBlock} from '../../at-block.ts'
import {readTokenBalance} from '../../actions/erc20/read-token.ts'
import type {StakelinkContracts} from '../../../protocol/lst/stakelink/about.ts'
import type {StakelinkPool} from '../../../protocol/lst/stakelink/shares.ts'
import type {StakelinkWithdrawal} from '../../../protocol/lst/stakelink/withdrawals.ts'
import {l2StrategyAbi} from '../../abis/l2-strategy.ts'
import {l2TransmitterAbi} from '../../abis/l2-transmitter.ts'
import {priorityPoolAbi} from '../../abis/priority-pool.ts'
import {stakingPoolAbi} from '../../abis/staking-pool.ts'
import {withdrawalPoolAbi} from '../../abis/withdrawal-pool.ts'
import type {ChainClient} from '../../connect.ts'
import {atMost} from '../../plausible.ts'

export const poolStatuses = ['open', 'draining', 'closed'] as const

export interface StakelinkState extends StakelinkPool {
  /** METIS that the pool may still take. */
  roomWei: bigint
  /** METIS that the pool can pay: all that is on L2. */
  liquidWei: bigint
  /** Earned, or below zero lost, and not yet shared. */
  pendingWei: bigint
  /** Of the pool and of its strategy. */
  feeBasisPoints: readonly bigint[]
}

/**
 * - Signed by: nobody. Chain: L2.
 * - Source: stake.link `StakingPool`, `L2Strategy.getDepositChange`.
 */
export async function readStakelink(
  l2: ChainClient,
  {stMetis, strategy}: StakelinkContracts,
  at: AtBlock = {},
): Promise<StakelinkState> {
  const pool = {address: stMetis, abi: stakingPoolAbi, ...at} as const
  const below = {address: strategy, abi: l2StrategyAbi, ...at} as const
  const [totalStakedWei, totalShares, roomWei, liquidWei, pendingWei, fees, more] =
    await Promise.all([
      readContract(l2, {...pool, functionName: 'totalStaked'}),
      readContract(l2, {...pool, functionName: 'totalShares'}),
      readContract(l2, {...pool, functionName: 'canDeposit'}),
      readContract(l2, {...pool, functionName: 'canWithdraw'}),
      readContract(l2, {...below, functionName: 'getDepositChange'}),
      readContract(l2, {...pool, functionName: 'getFees'}),
      readContract(l2, {...below, functionName: 'getFees'}),
    ])
  const feeBasisPoints = [...fees, ...more].map(({basisPoints}) => basisPoints)
  return {totalStakedWei, totalShares, roomWei, liquidWei, pendingWei, feeBasisPoints}
}

export interface StakelinkQueue {
  status: (typeof poolStatuses)[number]
  /** Queueing and unqueueing are paused while a distribution is made. */
  isPaused: boolean
  totalQueuedWei: bigint
  queuedWithdrawalsWei: bigint
  allowsInstant: boolean
  minWithdrawalWei: bigint
}

/** - Source: stake.link `PriorityPool` and `WithdrawalPool`. */
export async function readStakelinkQueue(
  l2: ChainClient,
  {priorityPool, withdrawalPool}: StakelinkContracts,
  at: AtBlock = {},
): Promise<StakelinkQueue> {
  const front = {address: priorityPool, abi: priorityPoolAbi, ...at} as const
  const back = {address: withdrawalPool, abi: withdrawalPoolAbi, ...at} as const
  const [status, isPaused, totalQueuedWei, queuedWithdrawalsWei, allowsInstant, minWithdrawalWei] =
    await Promise.all([
      readContract(l2, {...front, functionName: 'poolStatus'}),
      readContract(l2, {...front, functionName: 'paused'}),
      readContract(l2, {...front, functionName: 'totalQueued'}),
      readContract(l2, {...back, functionName: 'getTotalQueuedWithdrawals'}),
      readContract(l2, {...front, functionName: 'allowInstantWithdrawals'}),
      readContract(l2, {...back, functionName: 'minWithdrawalAmount'}),
    ])
  return {
    // A status that we do not know lets nothing through.
    ...{status: poolStatuses[status] ?? 'closed', isPaused, totalQueuedWei},
    ...{queuedWithdrawalsWei, allowsInstant, minWithdrawalWei},
  }
}

export interface StakelinkAccount {
  shares: bigint
  wrappedWei: bigint
  /** Queued METIS that may have been staked since: the account is in a distribution tree. */
  isInTree: boolean
  /** All that was queued, less what was unqueued. */
  queuedWei: bigint
}

/** - Source: stake.link `StakingPool.sharesOf`, `PriorityPool.getQueuedTokens` and its tree. */
export async function readStakelinkAccount(
  l2: ChainClient,
  {stMetis, wstMetis, priorityPool}: StakelinkContracts,
  account: Address,
  at: AtBlock = {},
): Promise<StakelinkAccount> {
  const front = {address: priorityPool, abi: priorityPoolAbi, ...at} as const
  const [shares, wrappedWei, index, treeSize, queuedWei] = await Promise.all([
    readContract(l2, {
      ...{address: stMetis, abi: stakingPoolAbi, functionName: 'sharesOf', args: [account], ...at},
    }),
    readTokenBalance(l2, {token: wstMetis, account, ...at}),
    readContract(l2, {...front, functionName: 'getAccountIndex', args: [account]}),
    readContract(l2, {...front, functionName: 'merkleTreeSize'}),
    readContract(l2, {...front, functionName: 'getQueuedTokens', args: [account, 0n]}),
  ])
  return {shares, wrappedWei, queuedWei, isInTree: index !== 0n && index < treeSize}
}

export interface StakelinkClaims {
  /** All that are not paid, in the order of the queue. */
  withdrawals: StakelinkWithdrawal[]
  /** METIS of those that are finalized, in whole or in part. */
  claimableWei: bigint
}

/**
 * - Source: stake.link `WithdrawalPool.getWithdrawalIdsByOwner`, `getBatchIds`, `getWithdrawals`,
 *   `getFinalizedWithdrawalIdsByOwner`.
 */
export async function readStakelinkClaims(
  l2: ChainClient,
  {withdrawalPool}: StakelinkContracts,
  account: Address,
  at: AtBlock = {},
): Promise<StakelinkClaims> {
  const queue = {address: withdrawalPool, abi: withdrawalPoolAbi, ...at} as const
  const ids = await readContract(l2, {
    ...{...queue, functionName: 'getWithdrawalIdsByOwner', args: [account]},
  })
  if (ids.length === 0) return {withdrawals: [], claimableWei: 0n}
  const [batchIds, records, [, claimableWei]] = await Promise.all([
    readContract(l2, {...queue, functionName: 'getBatchIds', args: [ids]}),
    readContract(l2, {...queue, functionName: 'getWithdrawals', args: [ids]}),
    readContract(l2, {...queue, functionName: 'getFinalizedWithdrawalIdsByOwner', args: [account]}),
  ])
  const withdrawals = ids.map((id, index) => ({
    id,
    shares: records[index]?.sharesRemaining ?? 0n,
    partWei: records[index]?.partiallyWithdrawableAmount ?? 0n,
    batchId: batchIds[index] ?? 0n,
  }))
  return {withdrawals, claimableWei}
}

/** Withdrawals that wait before one: they are read in one call. */
const MOST_WAITING = 5000n

/**
 * Shares that wait before a withdrawal.
 *
 * - Source: stake.link `WithdrawalPool.indexOfNextWithdrawal` and `getWithdrawals`.
 */
export async function readSharesBefore(
  l2: ChainClient,
  {withdrawalPool}: StakelinkContracts,
  id: bigint,
  at: AtBlock = {},
): Promise<bigint> {
  const queue = {address: withdrawalPool, abi: withdrawalPoolAbi, ...at} as const
  const next = await readContract(l2, {...queue, functionName: 'indexOfNextWithdrawal'})
  const count = atMost(MOST_WAITING, 'indexOfNextWithdrawal', id > next ? id - next : 0n)
  if (count === 0n) return 0n
  const ids = Array.from({length: Number(count)}, (_, index) => next + BigInt(index))
  const before = await readContract(l2, {...queue, functionName: 'getWithdrawals', args: [ids]})
  return before.reduce((sum, {sharesRemaining}) => sum + sharesRemaining, 0n)
}

export interface StakelinkCycle {
  minSecondsBetweenBatches: bigint
  /** Unix time. */
  nextBatchAt: bigint
  nextUpdateAt: bigint
}

/** - Source: stake.link `WithdrawalPool.timeOfLastWithdrawal`, `L2Transmitter.timeOfLastUpdate`. */
export async function readStakelinkCycle(
  l2: ChainClient,
  {withdrawalPool, transmitter}: StakelinkContracts,
  at: AtBlock = {},
): Promise<StakelinkCycle> {
  const queue = {address: withdrawalPool, abi: withdrawalPoolAbi, ...at} as const
  const way = {address: transmitter, abi: l2TransmitterAbi, ...at} as const
  const [minBatch, lastBatch, minUpdate, lastUpdate] = await Promise.all([
    readContract(l2, {...queue, functionName: 'minTimeBetweenWithdrawals'}),
    readContract(l2, {...queue, functionName: 'timeOfLastWithdrawal'}),
    readContract(l2, {...way, functionName: 'minTimeBetweenUpdates'}),
    readContract(l2, {...way, functionName: 'timeOfLastUpdate'}),
  ])
  return {
    minSecondsBetweenBatches: minBatch,
    // A batch needs more than the minimum, an update no less than it.
    nextBatchAt: lastBatch + minBatch + 1n,
    nextUpdateAt: lastUpdate + minUpdate,
  }
}

/** METIS between the chains. Source: stake.link `L2Strategy.tokensInTransitToL1` and `FromL1`. */
export async function readStakelinkTransit(
  l2: ChainClient,
  {strategy}: StakelinkContracts,
  at: AtBlock = {},
): Promise<{toL1MetisWei: bigint; fromL1MetisWei: bigint}> {
  const books = {address: strategy, abi: l2StrategyAbi, ...at} as const
  const [toL1MetisWei, fromL1MetisWei] = await Promise.all([
    readContract(l2, {...books, functionName: 'tokensInTransitToL1'}),
    readContract(l2, {...books, functionName: 'tokensInTransitFromL1'}),
  ])
  return {toL1MetisWei, fromL1MetisWei}
}
