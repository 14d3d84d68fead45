import type {Address} from 'viem'

/**
 * One epoch: `signer` seals every block from `startBlock` to `endBlock`, inclusive.
 *
 * Source: `MetisSequencerSet.epochs`, MetisProtocol/metis-sequencer-contract.
 */
export interface Epoch {
  /** Counts from 0. The same number as the span that proposed it. */
  number: bigint
  signer: Address
  startBlock: bigint
  endBlock: bigint
}

/** Ten thousand years of epochs of five minutes. */
export const MOST_EPOCH_NUMBER = 1_000_000_000n
/** Six hundred years of blocks of two seconds. */
export const MOST_BLOCK = 10_000_000_000n
/** Eight months of such blocks. The first epoch is longer: it ends where the rotation began. */
export const MOST_EPOCH_BLOCKS = 10_000_000n

/** False for numbers that no chain reaches: a window or a date computed from them would be nonsense. */
export function isPlausibleEpoch({number, startBlock, endBlock}: Omit<Epoch, 'signer'>): boolean {
  if (number < 0n || startBlock < 0n || endBlock < startBlock) return false
  if (number > MOST_EPOCH_NUMBER || endBlock > MOST_BLOCK) return false
  return number === 0n || endBlock - startBlock < MOST_EPOCH_BLOCKS
}

/**
 * The epoch that contains a block, newest first as the contract searches, so that after a respan the
 * later commitment wins.
 *
 * Source: `MetisSequencerSet.getEpochByBlock`.
 *
 * @param epochs ordered by number
 */
export function epochAt(epochs: readonly Epoch[], block: bigint): Epoch | undefined {
  // Walking from the newest end finds the epoch of the head in one step, the common case.
  for (let index = epochs.length - 1; index >= 0; index--) {
    const epoch = epochs[index]!
    if (block >= epoch.startBlock && block <= epoch.endBlock) return epoch
  }
  return undefined
}

/** Blocks of the epoch after `head`. Never negative. */
export function blocksLeft(epoch: Epoch, head: bigint): bigint {
  if (head < epoch.startBlock) return epoch.endBlock - epoch.startBlock + 1n
  return epoch.endBlock > head ? epoch.endBlock - head : 0n
}

/** Blocks in an epoch, inclusive. */
export function epochBlocks({startBlock, endBlock}: Epoch): bigint {
  return endBlock >= startBlock ? endBlock - startBlock + 1n : 0n
}
