import type {Address} from 'viem'
import {readContract} from 'viem/actions'

import type {AtBlock} from '../../at-block.ts'
import {lockingInfoAbi} from '../../abis/locking-info.ts'
import {lockingPoolAbi} from '../../abis/locking-pool.ts'
import type {PoolSettings} from '../../../protocol/locking-pool.ts'
import type {ChainClient} from '../../connect.ts'
import {MOST_EPOCH_NUMBER} from '../../../protocol/epoch.ts'
import {atMost, LAST_SECOND, MOST_METIS_WEI, MOST_SEQUENCERS} from '../../plausible.ts'

export type {PoolSettings} from '../../../protocol/locking-pool.ts'

/** Numbers of the contract's `Status` enum. */
const INACTIVE = 1
const ACTIVE = 2

/**
 * - Signed by: nobody. Chain: L1.
 * - Source: views of `LockingPool` and `LockingInfo`.
 *
 * @throws {MetisSeqError} ENDPOINT_WRONG_ANSWER
 */
export async function readPool(
  l1: ChainClient,
  {lockingPool, lockingInfo, ...at}: {lockingPool: Address; lockingInfo: Address} & AtBlock,
): Promise<PoolSettings> {
  const pool = {address: lockingPool, abi: lockingPoolAbi, ...at} as const
  const info = {address: lockingInfo, abi: lockingInfoAbi, ...at} as const
  const [limits, rewards, counts, paused] = await Promise.all([
    Promise.all([
      readContract(l1, {...info, functionName: 'minLock'}),
      readContract(l1, {...info, functionName: 'maxLock'}),
      readContract(l1, {...info, functionName: 'totalLocked'}),
      readContract(l1, {...pool, functionName: 'exitDelayPeriod'}),
      readContract(l1, {...pool, functionName: 'signerUpdateThrottle'}),
    ]),
    Promise.all([
      readContract(l1, {...pool, functionName: 'rewardPerBlock'}),
      readContract(l1, {...pool, functionName: 'curBatchState'}),
    ]),
    Promise.all([
      readContract(l1, {...pool, functionName: 'totalSequencers'}),
      readContract(l1, {...pool, functionName: 'seqStatuses', args: [ACTIVE]}),
      readContract(l1, {...pool, functionName: 'seqStatuses', args: [INACTIVE]}),
    ]),
    readContract(l1, {...pool, functionName: 'paused'}),
  ])
  const [min, max, total, exitDelay, throttle] = limits
  const [rewardPerBlock, batch] = rewards
  const [count, active, exiting] = counts
  return {
    minLockMetisWei: atMost(MOST_METIS_WEI, 'minLock', min),
    // A contract without a limit has the highest number.
    maxLockMetisWei: max,
    totalLockedMetisWei: atMost(MOST_METIS_WEI, 'totalLocked', total),
    rewardPerBlockMetisWei: atMost(MOST_METIS_WEI, 'rewardPerBlock', rewardPerBlock),
    exitDelaySeconds: atMost(LAST_SECOND, 'exitDelayPeriod', exitDelay),
    signerUpdateThrottle: throttle,
    rewardBatchId: atMost(MOST_EPOCH_NUMBER, 'curBatchState', batch[0]),
    rewardedUntilEpoch: atMost(MOST_EPOCH_NUMBER, 'curBatchState', batch[3]),
    totalSequencers: atMost(MOST_SEQUENCERS, 'totalSequencers', count),
    activeSequencers: atMost(MOST_SEQUENCERS, 'seqStatuses', active),
    exitingSequencers: atMost(MOST_SEQUENCERS, 'seqStatuses', exiting),
    paused,
  }
}

/**
 * - Source: `LockingPool.whitelist`. Nearly every owner call needs it, claiming included.
 */
export function readWhitelisted(
  l1: ChainClient,
  {lockingPool, owner, ...at}: {lockingPool: Address; owner: Address} & AtBlock,
): Promise<boolean> {
  return readContract(l1, {
    ...at,
    address: lockingPool,
    abi: lockingPoolAbi,
    functionName: 'whitelist',
    args: [owner],
  })
}
