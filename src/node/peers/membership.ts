import {encodeFunctionData, zeroAddress, type Address} from 'viem'

import {lockingPoolAbi} from '../../chain/abis/locking-pool.ts'
import type {Clock} from '../../lib/clock.ts'
import type {RpcClient} from '../../lib/json-rpc.ts'
import {lowerCase} from '../../protocol/block.ts'
import {MEMBER_LOOKUPS, PEERS, STRANGER_MS, STRANGERS} from '../peer-limits.ts'
import type {Rotation} from '../rotation/rotation.ts'
import type {IsMember} from './exchange.ts'

export interface MembershipOptions {
  l1: RpcClient
  lockingPool: Address
  rotation: Rotation
  clock: Clock
}

/** Value of `seqSigners` for a signer that was replaced or has left. */
const BURNED = (1n << 256n) - 1n

/**
 * Decides who may connect: signers of epochs and signers registered on L1. Strangers get nothing. A
 * network without a LockingPool (the zero address) has no register, so every key may connect there.
 *
 * @returns undefined when unknown at present: L1 does not respond or was queried a moment ago
 *
 * - Source: `LockingPool.seqSigners`, metis-sequencer-contract; 0 is never used, the maximum is
 *   burned.
 */
export function createMembership({l1, lockingPool, rotation, clock}: MembershipOptions): IsMember {
  const registered = new Set<Address>()
  const strangers = new Map<Address, number>()
  const lookups = new Map<Address, Promise<boolean | undefined>>()
  const isOpen = lowerCase(lockingPool) === zeroAddress
  const lookUp = async (address: Address): Promise<boolean | undefined> => {
    const data = encodeFunctionData({
      abi: lockingPoolAbi,
      functionName: 'seqSigners',
      args: [address],
    })
    try {
      const word = await l1.request('eth_call', [{to: lockingPool, data}, 'latest'])
      // Data of another length is not a valid response and admits nobody.
      if (typeof word !== 'string' || !/^0x[0-9a-f]{64}$/i.test(word)) return undefined
      const id = BigInt(word)
      if (id === 0n || id === BURNED) {
        // Strangers with ever new keys must neither exhaust our memory nor keep L1 busy.
        if (strangers.size >= STRANGERS) strangers.clear()
        strangers.set(address, clock.monotonicMs() + STRANGER_MS)
        return false
      }
    } catch {
      // Without L1 nobody new can be admitted.
      return undefined
    }
    if (registered.size < PEERS) registered.add(address)
    return true
  }
  return async (address) => {
    if (isOpen || registered.has(address)) return true
    if (rotation.epochs().some(({signer}) => signer === address)) return true
    if (clock.monotonicMs() < (strangers.get(address) ?? 0)) return undefined
    const running = lookups.get(address)
    if (running) return running
    if (lookups.size >= MEMBER_LOOKUPS) return undefined
    const lookup = lookUp(address).finally(() => lookups.delete(address))
    lookups.set(address, lookup)
    return lookup
  }
}
