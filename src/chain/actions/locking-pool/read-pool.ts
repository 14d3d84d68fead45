import type {Address} from 'viem'
import {readContract} from 'viem/actions'

import {lockingInfoAbi} from '../../abis/locking-info.ts'
import {lockingPoolAbi} from '../../abis/locking-pool.ts'
import type {ChainClient} from '../../connect.ts'

/** Settings and totals that hold for every sequencer. All of them can be changed by the pool's owner. */
export interface PoolSettings {
  minLockMetisWei: bigint
  maxLockMetisWei: bigint
  totalLockedMetisWei: bigint
  rewardPerBlockMetisWei: bigint
  exitDelaySeconds: bigint
  /** Id of the current reward batch. */
  rewardBatchId: bigint
  /** Last epoch that was paid; 0 before the first batch. */
  rewardedUntilEpoch: bigint
  totalSequencers: bigint
  paused: boolean
}

/**
 * - Signed by: nobody. Chain: L1.
 * - Source: views of `LockingPool` and `LockingInfo`.
 */
export async function readPool(
  l1: ChainClient,
  {lockingPool, lockingInfo}: {lockingPool: Address; lockingInfo: Address},
): Promise<PoolSettings> {
  const pool = {address: lockingPool, abi: lockingPoolAbi} as const
  const info = {address: lockingInfo, abi: lockingInfoAbi} as const
  const [min, max, total, rewardPerBlock, exitDelay, batch, count, paused] = await Promise.all([
    readContract(l1, {...info, functionName: 'minLock'}),
    readContract(l1, {...info, functionName: 'maxLock'}),
    readContract(l1, {...info, functionName: 'totalLocked'}),
    readContract(l1, {...pool, functionName: 'rewardPerBlock'}),
    readContract(l1, {...pool, functionName: 'exitDelayPeriod'}),
    readContract(l1, {...pool, functionName: 'curBatchState'}),
    readContract(l1, {...pool, functionName: 'totalSequencers'}),
    readContract(l1, {...pool, functionName: 'paused'}),
  ])
  return {
    minLockMetisWei: min,
    maxLockMetisWei: max,
    totalLockedMetisWei: total,
    rewardPerBlockMetisWei: rewardPerBlock,
    exitDelaySeconds: exitDelay,
    rewardBatchId: batch[0],
    rewardedUntilEpoch: batch[3],
    totalSequencers: count,
    paused,
  }
}

/**
 * - Source: `LockingPool.whitelist`. Nearly every owner call needs it, claiming included.
 */
export function readWhitelisted(
  l1: ChainClient,
  {lockingPool, owner}: {lockingPool: Address; owner: Address},
): Promise<boolean> {
  return readContract(l1, {
    address: lockingPool,
    abi: lockingPoolAbi,
    functionName: 'whitelist',
    args: [owner],
  })
}
