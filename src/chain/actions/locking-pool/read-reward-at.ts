import type {Address} from 'viem'
import {readContract} from 'viem/actions'

import {lockingPoolAbi} from '../../abis/locking-pool.ts'
import type {ChainClient} from '../../connect.ts'

/**
 * The unclaimed reward of a sequencer as it stood after a block, in wei of METIS. Only an archive
 * endpoint can return it; others return an error.
 *
 * - Signed by: nobody. Chain: L1.
 * - Source: `LockingPool.sequencers`, field `reward`.
 */
export async function readRewardAt(
  l1: ChainClient,
  {lockingPool, sequencerId, block}: {lockingPool: Address; sequencerId: bigint; block: bigint},
): Promise<bigint> {
  const tuple = await readContract(l1, {
    address: lockingPool,
    abi: lockingPoolAbi,
    functionName: 'sequencers',
    args: [sequencerId],
    blockNumber: block,
  })
  return tuple[1]
}
