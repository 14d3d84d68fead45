import type {Address} from 'viem'
import {readContract} from 'viem/actions'

import {lockingInfoAbi} from '../../abis/locking-info.ts'
import {lockingPoolAbi} from '../../abis/locking-pool.ts'
import type {ChainClient} from '../../connect.ts'

/** A view that returns the address of another contract, and the expected contract. */
export interface Pointer {
  label: string
  expected: Address
  read(): Promise<Address>
}

/**
 * The addresses that the staking contracts store for each other. A wrong one would send METIS to a
 * stranger.
 *
 * - Signed by: nobody. Chain: L1.
 * - Source: views of `LockingPool` and `LockingInfo`.
 */
export function poolPointers(
  l1: ChainClient,
  contracts: Record<'metis' | 'lockingPool' | 'lockingInfo' | 'bridge', Address>,
): Pointer[] {
  const {metis, lockingPool, lockingInfo, bridge} = contracts
  const info = {address: lockingInfo, abi: lockingInfoAbi} as const
  return [
    {
      label: 'LockingPool.escrow is LockingInfo',
      expected: lockingInfo,
      read: () =>
        readContract(l1, {address: lockingPool, abi: lockingPoolAbi, functionName: 'escrow'}),
    },
    {
      label: 'LockingInfo.manager is LockingPool',
      expected: lockingPool,
      read: () => readContract(l1, {...info, functionName: 'manager'}),
    },
    {
      label: 'LockingInfo.l1Token is METIS',
      expected: metis,
      read: () => readContract(l1, {...info, functionName: 'l1Token'}),
    },
    {
      label: 'LockingInfo.bridge is the L1 bridge',
      expected: bridge,
      read: () => readContract(l1, {...info, functionName: 'bridge'}),
    },
  ]
}
