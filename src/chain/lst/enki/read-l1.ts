import {keccak256, toBytes, type Address} from 'viem'
import {readContract} from 'viem/actions'

import {enkiDealerAbi as abi} from '../../abis/enki-dealer.ts'
import type {ChainClient} from '../../connect.ts'
import {atMost} from '../../plausible.ts'

/** Active agents of the dealer. */
const MOST_AGENTS = 200n

export interface EnkiDealer {
  totalLockedMetisWei: bigint
  /** Rewards of the active agents that are not collected. */
  pendingRewardMetisWei: bigint
  /** Every reward that was ever minted on L2. */
  sumRewardsWei: bigint
  activeAgents: bigint
}

/**
 * - Signed by: nobody. Chain: L1.
 * - Source: Enki `Dealer.totalLocked`, `sumRewards`, `activeSequencerIds`, `sequencerData`.
 */
export async function readEnkiDealer(
  l1: ChainClient,
  dealer: Address,
  at: {blockNumber?: bigint} = {},
): Promise<EnkiDealer> {
  const contract = {address: dealer, abi, ...at} as const
  const [totalLockedMetisWei, sumRewardsWei, found] = await Promise.all([
    readContract(l1, {...contract, functionName: 'totalLocked'}),
    readContract(l1, {...contract, functionName: 'sumRewards'}),
    readContract(l1, {...contract, functionName: 'activeSequencerCount'}),
  ])
  const activeAgents = atMost(MOST_AGENTS, 'activeSequencerCount', BigInt(found))
  const rewards = await Promise.all(
    Array.from({length: Number(activeAgents)}, async (_, index) => {
      const agentId = await readContract(l1, {
        ...{...contract, functionName: 'activeSequencerIds', args: [BigInt(index)]},
      })
      const {reward} = await readContract(l1, {
        ...{...contract, functionName: 'sequencerData', args: [agentId]},
      })
      return reward
    }),
  )
  const pendingRewardMetisWei = rewards.reduce((sum, reward) => sum + reward, 0n)
  return {totalLockedMetisWei, sumRewardsWei, activeAgents, pendingRewardMetisWei}
}

/** - Source: OpenZeppelin `AccessControl.hasRole` of the dealer, for `BACKEND_ROLE`. */
export function readEnkiBackendRole(
  l1: ChainClient,
  dealer: Address,
  account: Address,
): Promise<boolean> {
  const role = keccak256(toBytes('BACKEND_ROLE'))
  return readContract(l1, {
    ...{address: dealer, abi, functionName: 'hasRole', args: [role, account]},
  })
}
