import {getAddress, type Address} from 'viem'

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

/** The contract's word on a respan. Source: `MetisSequencerSet`, event ReCommitEpoch. */
export interface Recommit {
  /** The epoch that it set. */
  number: bigint
  /** Whether a `commitEpoch` for that number had reached L2 before. */
  wasCommitted: boolean
  /** Last block that it set; a later respan may have ended the epoch before that. */
  endBlock: bigint
}

/**
 * State of an epoch when its respan came:
 *
 * - `committed`: on L2 for another signer, who had the right to produce in it.
 * - `planned`: not on L2. Nobody could produce in it, whoever was drawn.
 * - `unknown`: the contract's log of the respan is not available.
 */
export const replacedStates = ['committed', 'planned', 'unknown'] as const
export type ReplacedState = (typeof replacedStates)[number]

/** An epoch on L2, with what is known of how it came to be. */
export interface EpochRecord extends Epoch {
  /** Drawn for it; null when unknown. */
  drawn: Address | null
  /** A respan has set its signer. */
  isRespanned: boolean
  /** State in which that respan found it; null without one. */
  replaced: ReplacedState | null
  /** The producer whose silence led to that respan; null where nobody was silent, and where it is unknown. */
  silent: Address | null
  /** A respan has ended it early; null where that is unknown. */
  isCut: boolean | null
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

/** What is known of respans. */
export interface RespanFacts {
  /** Null without a consensus layer: lengths then tell. */
  respans: readonly RespanRecord[] | null
  epochLength: bigint
}

/**
 * Those that began with a respan. Pure.
 *
 * @param epochs consecutive, oldest first
 */
export function respannedEpochs(epochs: readonly Epoch[], facts: RespanFacts): Epoch[] {
  const {isRespanned} = respansOf(epochs, facts)
  return epochs.filter((_epoch, index) => isRespanned(index))
}

/**
 * Joins the epochs of the contract with what the consensus layer knows. Pure.
 *
 * @param epochs consecutive, oldest first; the first one only tells how the second began
 * @param facts.drawn by number; missing where unknown
 * @param facts.recommits of respanned epochs, by number; missing where the endpoint has no log of it
 */
export function epochRecords(
  epochs: readonly Epoch[],
  facts: RespanFacts & {
    drawn: ReadonlyMap<bigint, Address | null>
    recommits: ReadonlyMap<bigint, Recommit>
  },
): EpochRecord[] {
  const known = {...respansOf(epochs, facts), ...facts, epochs}
  return epochs.map((epoch, index) => ({
    ...epoch,
    drawn: facts.drawn.get(epoch.number) ?? null,
    isRespanned: known.isRespanned(index),
    replaced: replacedAt(index, known),
    silent: silentAt(index, known),
    isCut: isCutAt(index, known),
  }))
}

interface Known extends RespanFacts {
  epochs: readonly Epoch[]
  recommits: ReadonlyMap<bigint, Recommit>
  isRespanned(index: number): boolean
  /** As listed, landed or not; undefined where none is. */
  listed(number: bigint): RespanRecord | undefined
}

function respansOf(
  epochs: readonly Epoch[],
  {respans, epochLength}: RespanFacts,
): Pick<Known, 'isRespanned' | 'listed'> {
  // Of several attempts in one epoch the last one stands.
  const bySpan = respans && new Map(respans.map((respan) => [respan.number, respan]))
  const listed = (number: bigint) => bySpan?.get(number)
  const isRespanned = (index: number) => {
    const epoch = epochs[index]
    if (!epoch) return false
    const respan = listed(epoch.number)
    // One that never landed on L2 has set nothing.
    if (respan && isSame(respan.to, epoch.signer)) return true
    // L2 has the newest respan before the consensus layer lists it. Older lengths prove nothing where the list is
    // known: the length of an epoch may have been another one then.
    const isNew = index >= epochs.length - UNLISTED_EPOCHS
    return (!bySpan || isNew) && beganWithRespan(epoch, epochs[index - 1], epochLength)
  }
  return {isRespanned, listed}
}

function replacedAt(index: number, known: Known): ReplacedState | null {
  const epoch = known.epochs[index]!
  if (!known.isRespanned(index)) return null
  const recommit = known.recommits.get(epoch.number)
  if (recommit) return recommit.wasCommitted ? 'committed' : 'planned'
  const before = known.epochs[index - 1]
  const from = known.listed(epoch.number)?.from
  // Themis names the signer of the first missing block, and at the end of the last committed epoch the producer
  // before it. Anybody else can only come from a commitment.
  return from && before && !isSame(from, before.signer) ? 'committed' : 'unknown'
}

/** Nobody may produce beyond the last committed epoch: its producer has done all that it could. */
function silentAt(index: number, known: Known): Address | null {
  const replaced = replacedAt(index, known)
  const respan = known.listed(known.epochs[index]!.number)
  if (replaced === null || !respan) return null
  const isHeld = replaced === 'committed' || (index > 0 && isCutAt(index - 1, known) === true)
  // The consensus layer has addresses in lower case.
  return isHeld ? getAddress(respan.from) : null
}

/**
 * The next epoch began with a respan: either this one was cut short, or it is whole, and the next one
 * never began with its first signer or was not committed in time.
 */
function isCutAt(index: number, known: Known): boolean | null {
  const epoch = known.epochs[index]!
  if (!known.isRespanned(index + 1)) return false
  const recommit = known.recommits.get(epoch.number)
  if (recommit) return epoch.endBlock < recommit.endBlock
  const isShort = epoch.number > 0n && epochBlocks(epoch) < known.epochLength
  const respan = known.listed(epoch.number + 1n)
  if (respan && !isSame(respan.from, epoch.signer)) return false
  if (isShort) return true
  // A committed epoch of its full length was not cut; a respanned one has any length, and epoch 0 its own.
  return known.isRespanned(index) || epoch.number === 0n ? null : false
}

export function isSame(a: Address | null, b: Address | null): boolean {
  return a !== null && a.toLowerCase() === b?.toLowerCase()
}
