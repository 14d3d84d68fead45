import {maxUint256, type Address} from 'viem'
import {readContract} from 'viem/actions'

import {lockingPoolAbi} from '../../abis/locking-pool.ts'
import type {ChainClient} from '../../connect.ts'

/** A signer's entry: an id, never used, or permanently burned after a signer update or an exit. */
export type SignerEntry =
  | {state: 'unused'}
  | {state: 'burned'}
  | {state: 'used'; sequencerId: bigint}

/**
 * Id of the live sequencer of an owner; 0 means none.
 *
 * - Source: `LockingPool.seqOwners`.
 */
export function readOwnedSequencerId(
  l1: ChainClient,
  {lockingPool, owner}: {lockingPool: Address; owner: Address},
): Promise<bigint> {
  return readContract(l1, {
    address: lockingPool,
    abi: lockingPoolAbi,
    functionName: 'seqOwners',
    args: [owner],
  })
}

/**
 * The use of a signer address.
 *
 * - Source: `LockingPool.seqSigners` (0 never used, uint256.max burned).
 */
export async function readSignerEntry(
  l1: ChainClient,
  {lockingPool, signer}: {lockingPool: Address; signer: Address},
): Promise<SignerEntry> {
  const id = await readContract(l1, {
    address: lockingPool,
    abi: lockingPoolAbi,
    functionName: 'seqSigners',
    args: [signer],
  })
  if (id === 0n) return {state: 'unused'}
  return id === maxUint256 ? {state: 'burned'} : {state: 'used', sequencerId: id}
}
