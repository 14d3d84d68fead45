import type {Address} from 'viem'
import {readContract} from 'viem/actions'

import {lockingPoolAbi} from '../../abis/locking-pool.ts'
import type {ChainClient} from '../../connect.ts'

const INACTIVE = 1
const ACTIVE = 2

/**
 * How many sequencers serve and how many are exiting; the exit rule of mainnet compares both.
 *
 * - Signed by: nobody. Chain: L1.
 * - Source: `LockingPool.seqStatuses` (1 Inactive, 2 Active).
 */
export async function readStatusCounts(
  l1: ChainClient,
  {lockingPool}: {lockingPool: Address},
): Promise<{active: bigint; exiting: bigint}> {
  const count = (status: number) =>
    readContract(l1, {
      address: lockingPool,
      abi: lockingPoolAbi,
      functionName: 'seqStatuses',
      args: [status],
    })
  const [active, exiting] = await Promise.all([count(ACTIVE), count(INACTIVE)])
  return {active, exiting}
}
