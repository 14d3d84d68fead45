import {getAddress, isAddressEqual, sliceHex, type Address, type Hex} from 'viem'
import {getStorageAt} from 'viem/actions'

import type {PoolRules} from '../../../protocol/locking-pool.ts'
import type {ChainClient} from '../../connect.ts'

/** keccak256('eip1967.proxy.implementation') - 1. Source: EIP-1967. */
const IMPLEMENTATION_SLOT: Hex =
  '0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc'

/**
 * The rule set of the LockingPool behind the proxy.
 *
 * - Signed by: nobody. Chain: L1.
 * - Source: EIP-1967 implementation slot, compared with the implementations in the network
 *   document.
 */
export async function readPoolRules(
  l1: ChainClient,
  {lockingPool, known}: {lockingPool: Address; known: Readonly<Record<Address, PoolRules>>},
): Promise<PoolRules> {
  const implementation = await readImplementation(l1, lockingPool)
  if (implementation === null) return 'unknown'
  const found = Object.entries(known).find(([address]) =>
    isAddressEqual(address as Address, implementation),
  )
  return found?.[1] ?? 'unknown'
}

/**
 * Implementation behind a proxy; null if the address is not a proxy.
 *
 * - Signed by: nobody. Chain: L1. Source: EIP-1967.
 */
export async function readImplementation(l1: ChainClient, proxy: Address): Promise<Address | null> {
  const word = await getStorageAt(l1, {address: proxy, slot: IMPLEMENTATION_SLOT})
  if (!word || word.length !== 66 || BigInt(word) === 0n) return null
  return getAddress(sliceHex(word, 12))
}
