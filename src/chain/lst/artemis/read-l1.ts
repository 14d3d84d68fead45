import {keccak256, toBytes, type Address} from 'viem'
import {readContract} from 'viem/actions'

import {l1StakingPoolManagerAbi as abi} from '../../abis/l1-staking-pool-manager.ts'
import type {ChainClient} from '../../connect.ts'
import {atMost} from '../../plausible.ts'

/** Pools of the manager; two in the first years. */
const MOST_POOLS = 200n

export interface ArtemisPool {
  address: Address
  stakedMetisWei: bigint
  rewardMetisWei: bigint
}

/**
 * - Signed by: nobody. Chain: L1.
 * - Source: Artemis `StakingPoolManager.getPool`, `getStakingAmount`, `getRewards`.
 */
export async function readArtemisPools(
  l1: ChainClient,
  manager: Address,
  at: {blockNumber?: bigint} = {},
): Promise<ArtemisPool[]> {
  const contract = {address: manager, abi, ...at} as const
  const found = await readContract(l1, {...contract, functionName: 'getPoolCount'})
  const count = atMost(MOST_POOLS, 'getPoolCount', found)
  return Promise.all(
    Array.from({length: Number(count)}, async (_, index) => {
      const address = await readContract(l1, {
        ...{...contract, functionName: 'getPool', args: [BigInt(index)]},
      })
      const [stakedMetisWei, rewardMetisWei] = await Promise.all([
        readContract(l1, {...contract, functionName: 'getStakingAmount', args: [address]}),
        readContract(l1, {...contract, functionName: 'getRewards', args: [address]}),
      ])
      return {address, stakedMetisWei, rewardMetisWei}
    }),
  )
}

/** - Source: OpenZeppelin `AccessControl.hasRole` of the manager, for `ADMIN_ROLE`. */
export function readArtemisAdmin(
  l1: ChainClient,
  manager: Address,
  account: Address,
): Promise<boolean> {
  const role = keccak256(toBytes('ADMIN_ROLE'))
  return readContract(l1, {
    ...{address: manager, abi, functionName: 'hasRole', args: [role, account]},
  })
}
