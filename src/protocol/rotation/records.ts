import type {Address} from 'viem'

import {epochBlocks, type Epoch} from '../epoch.ts'

/** A respan that the consensus layer has carried out. Source: Themis `metis/types/msg.go`, MsgReProposeSpan. */
export interface RespanRecord {
  /** The epoch that it set. */
  number: bigint
  /** Producer that was silent. */
  from: Address
  /** Producer that took over. */
  to: Address
  startBlock: bigint
  /** Epoch on L2 when it was planned. */
  l2Epoch: bigint
}

/** An epoch on L2, with what is known of how it came to be. */
export interface EpochRecord extends Epoch {
  /** Drawn for it; null when unknown. */
  drawn: Address | null
  /** A respan has set its signer. */
  isRespanned: boolean
  /** The producer whose silence led to that respan; null without one, and where it is unknown. */
  silent: Address | null
  /** A respan has ended it early. */
  isCut: boolean
}

/**
 * A normally committed epoch has exactly the contract's length; only a recommitment cuts one short
 * or extends past it. Epoch 0 is from genesis and has its own length.
 *
 * - Source: `MetisSequencerSet.commitEpoch`, `recommitEpoch`.
 */
export function beganWithRespan(
  epoch: Epoch,
  before: Epoch | undefined,
  epochLength: bigint,
): boolean {
  if (epoch.number === 0n) return false
  if (epochBlocks(epoch) > epochLength) return true
  return before !== undefined && before.number > 0n && epochBlocks(before) < epochLength
}

/** The one in progress and the one that is committed after it. */
const UNLISTED_EPOCHS = 2

/**
 * Joins the epochs of the contract with what the consensus layer knows. Pure.
 *
 * @param epochs consecutive, oldest first; the first one only tells how the second began
 * @param facts.drawn by number; missing where unknown
 * @param facts.respans null without a consensus layer: lengths then tell
 */
export function epochRecords(
  epochs: readonly Epoch[],
  facts: {
    drawn: ReadonlyMap<bigint, Address | null>
    respans: readonly RespanRecord[] | null
    epochLength: bigint
  },
): EpochRecord[] {
  const {drawn, respans, epochLength} = facts
  // Of several attempts in one epoch the last one stands.
  const bySpan = respans && new Map(respans.map((respan) => [respan.number, respan]))
  const isRespanned = (index: number) => {
    const epoch = epochs[index]
    if (!epoch) return false
    const respan = bySpan?.get(epoch.number)
    // One that never landed on L2 has set nothing.
    if (respan && isSame(respan.to, epoch.signer)) return true
    // L2 has the newest respan before the consensus layer lists it. Older lengths prove nothing where the list is
    // known: the length of an epoch may have been another one then.
    const isNew = index >= epochs.length - UNLISTED_EPOCHS
    return (!bySpan || isNew) && beganWithRespan(epoch, epochs[index - 1], epochLength)
  }
  return epochs.map((epoch, index) => {
    const respan = isRespanned(index) ? bySpan?.get(epoch.number) : undefined
    return {
      ...epoch,
      drawn: drawn.get(epoch.number) ?? null,
      isRespanned: isRespanned(index),
      silent: respan?.from ?? null,
      isCut: isRespanned(index + 1) && endedEarly(epoch, index, bySpan, isRespanned, epochLength),
    }
  })
}

/**
 * The next epoch began with a respan: either this one was cut short, or the next one never began
 * with its first signer, and this one is whole.
 */
function endedEarly(
  epoch: Epoch,
  index: number,
  bySpan: ReadonlyMap<bigint, RespanRecord> | null,
  isRespanned: (index: number) => boolean,
  epochLength: bigint,
): boolean {
  const blocks = epochBlocks(epoch)
  const respan = bySpan?.get(epoch.number + 1n)
  if (!respan) return epoch.number > 0n && blocks < epochLength
  // A committed epoch of its full length was not cut; a respanned one has any length.
  if (!isRespanned(index) && epoch.number > 0n && blocks >= epochLength) return false
  return isSame(respan.from, epoch.signer)
}

export function isSame(a: Address | null, b: Address | null): boolean {
  return a !== null && a.toLowerCase() === b?.toLowerCase()
}
