import {encodeFunctionData, zeroAddress, type Address} from 'viem'

import {lockingPoolAbi} from '../../chain/abis/locking-pool.ts'
import type {RpcClient} from '../../lib/json-rpc.ts'
import {lowerCase} from '../../protocol/block.ts'
import {PEERS} from '../limits.ts'
import type {Rotation} from '../rotation/rotation.ts'

export interface MembershipOptions {
  l1: RpcClient
  lockingPool: Address
  rotation: Rotation
}

/** What `seqSigners` holds for a signer that was replaced or has left. */
const BURNED = (1n << 256n) - 1n

/**
 * Who may talk to us: signers of epochs, and signers registered on L1. Strangers get nothing. A network
 * without a LockingPool (the zero address) has no register, so every key may talk there.
 *
 * - Source: `LockingPool.seqSigners`, metis-sequencer-contract; 0 is never used, the maximum is burned.
 */
export function createMembership({
  l1,
  lockingPool,
  rotation,
}: MembershipOptions): (address: Address) => Promise<boolean> {
  const registered = new Set<Address>()
  const isOpen = lowerCase(lockingPool) === zeroAddress
  return async (address) => {
    if (isOpen || registered.has(address)) return true
    if (rotation.epochs().some(({signer}) => signer === address)) return true
    const data = encodeFunctionData({
      abi: lockingPoolAbi,
      functionName: 'seqSigners',
      args: [address],
    })
    try {
      const word = await l1.request('eth_call', [{to: lockingPool, data}, 'latest'])
      const id = BigInt(String(word))
      if (id === 0n || id === BURNED) return false
    } catch {
      // Without L1 nobody new can be admitted.
      return false
    }
    if (registered.size < PEERS) registered.add(address)
    return true
  }
}
