import type {Address} from 'viem'
import {readContract} from 'viem/actions'

import {addressManagerAbi} from '../../abis/address-manager.ts'
import {discountOracleAbi} from '../../abis/discount-oracle.ts'
import type {ChainClient} from '../../connect.ts'

export interface BridgeFee {
  /** ETH to attach, in wei. The bridge keeps any excess; less reverts. */
  feeEthWei: bigint
  /** Gas units of the L2 leg. */
  l2GasLimit: number
}

/**
 * The exact fee that the L1 bridge charges for a deposit.
 *
 * - Signed by: nobody. Chain: L1.
 * - Source: `L1StandardBridge` and `MVM_DiscountOracle` (max(l2Gas, minL2Gas) x discount), resolved
 *   through the address manager because published oracle addresses disagree.
 */
export async function quoteBridgeFee(
  l1: ChainClient,
  {addressManager}: {addressManager: Address},
): Promise<BridgeFee> {
  const oracle = await readContract(l1, {
    address: addressManager,
    abi: addressManagerAbi,
    functionName: 'getAddress',
    args: ['MVM_DiscountOracle'],
  })
  const at = {address: oracle, abi: discountOracleAbi} as const
  const [minL2Gas, discount] = await Promise.all([
    readContract(l1, {...at, functionName: 'getMinL2Gas'}),
    readContract(l1, {...at, functionName: 'getDiscount'}),
  ])
  return {feeEthWei: minL2Gas * discount, l2GasLimit: Number(minL2Gas)}
}
