import type {Address} from 'viem'
import {readContract} from 'viem/actions'

import {lockingPoolAbi} from '../../abis/locking-pool.ts'
import type {ChainClient} from '../../connect.ts'

/**
 * Epochs paid by the last reward batch; undefined before the first.
 *
 * - Signed by: nobody. Chain: L1.
 * - Source: `LockingPool.curBatchState`, which starts with both epochs 0.
 */
export async function readLastBatchEpochs(
  l1: ChainClient,
  {lockingPool}: {lockingPool: Address},
): Promise<bigint | undefined> {
  const [, , startEpoch, endEpoch] = await readContract(l1, {
    address: lockingPool,
    abi: lockingPoolAbi,
    functionName: 'curBatchState',
  })
  return endEpoch === 0n ? undefined : endEpoch - startEpoch + 1n
}
