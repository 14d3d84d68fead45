import type {Address} from 'viem'
import {readContract} from 'viem/actions'

import {lockingInfoAbi} from '../../abis/locking-info.ts'
import {lockingPoolAbi} from '../../abis/locking-pool.ts'
import type {ChainClient} from '../../connect.ts'

/** Privileged accounts besides the owners and signers of sequencers. */
export interface Offices {
  /** Governs LockingPool: whitelist, reward per block, exit delay. */
  poolOwner: Address
  /**
   * Governs LockingInfo: limits of a lock, reward payer. The contracts may have different owners.
   */
  infoOwner: Address
  /** Submits reward batches. */
  mpcAddress: Address
  /** Pays every reward batch; zero until set. */
  rewardPayer: Address
}

/**
 * - Signed by: nobody. Chain: L1.
 * - Source: views of `LockingPool` and `LockingInfo`.
 */
export async function readOffices(
  l1: ChainClient,
  {lockingPool, lockingInfo}: {lockingPool: Address; lockingInfo: Address},
): Promise<Offices> {
  const pool = {address: lockingPool, abi: lockingPoolAbi} as const
  const info = {address: lockingInfo, abi: lockingInfoAbi} as const
  const [poolOwner, infoOwner, mpcAddress, rewardPayer] = await Promise.all([
    readContract(l1, {...pool, functionName: 'owner'}),
    readContract(l1, {...info, functionName: 'owner'}),
    readContract(l1, {...pool, functionName: 'mpcAddress'}),
    readContract(l1, {...info, functionName: 'rewardPayer'}),
  ])
  return {poolOwner, infoOwner, mpcAddress, rewardPayer}
}
