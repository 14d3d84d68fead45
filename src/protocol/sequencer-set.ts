import {keccak256, type Address, type Hash, type Hex} from 'viem'

import type {Epoch} from './epoch.ts'

/**
 * Storage of `MetisSequencerSet`, which a node reads directly: the mapping `epochs` is at slot 103 and
 * `currentEpochId` at slot 104.
 *
 * - Source: `l2geth/core/seq_set.go`, MetisProtocol/mvm, develop 79c12367.
 */
const EPOCHS_SLOT = 103n
const CURRENT_EPOCH_SLOT = 104n

/** `recommitEpoch(uint256,uint256,uint256,uint256,address)` */
export const RECOMMIT_SELECTOR = '0x2c91c679'
/** `finalizeDeposit(uint256,address,address,address,address,uint256)` */
export const RELAY_SELECTOR = '0x2a8abf05'

export interface Recommit {
  oldEpochId: bigint
  newEpochId: bigint
  startBlock: bigint
  endBlock: bigint
  /** Lower-case. */
  newSigner: Address
}

export const currentEpochSlot: Hash = slotHex(CURRENT_EPOCH_SLOT)

/** Slots of one epoch: number, signer, start block, end block. */
export function epochSlots(epochId: bigint): [Hash, Hash, Hash, Hash] {
  const base = BigInt(keccak256(`0x${word(epochId)}${word(EPOCHS_SLOT)}`))
  return [slotHex(base), slotHex(base + 1n), slotHex(base + 2n), slotHex(base + 3n)]
}

/** @param words values of `epochSlots`, in that order */
export function epochFromWords(words: readonly [Hex, Hex, Hex, Hex]): Epoch {
  return {
    number: BigInt(words[0]),
    signer: `0x${words[1].slice(2).padStart(64, '0').slice(24).toLowerCase()}`,
    startBlock: BigInt(words[2]),
    endBlock: BigInt(words[3]),
  }
}

/** The arguments of a recommitEpoch call, or undefined when the data is not exactly one. */
export function parseRecommit(data: Hex): Recommit | undefined {
  if (!data.startsWith(RECOMMIT_SELECTOR) || data.length !== 2 + 8 + 5 * 64) return undefined
  const words = Array.from({length: 5}, (_, index) => data.slice(10 + index * 64, 74 + index * 64))
  const [oldEpochId, newEpochId, startBlock, endBlock, signer] = words
  if (!signer?.startsWith('0'.repeat(24))) return undefined
  return {
    oldEpochId: BigInt(`0x${oldEpochId}`),
    newEpochId: BigInt(`0x${newEpochId}`),
    startBlock: BigInt(`0x${startBlock}`),
    endBlock: BigInt(`0x${endBlock}`),
    newSigner: `0x${signer.slice(24).toLowerCase()}`,
  }
}

function slotHex(slot: bigint): Hash {
  return `0x${word(slot % (1n << 256n))}`
}

function word(value: bigint): string {
  return value.toString(16).padStart(64, '0')
}
