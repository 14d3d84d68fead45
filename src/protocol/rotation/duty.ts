import type {Address} from 'viem'

import {epochBlocks} from '../epoch.ts'
import type {ForecastEpoch, ForecastLabel} from './forecast.ts'
import {isSame, type EpochRecord} from './records.ts'

/** A stretch of blocks in which a signer has nothing to produce. */
export interface IdleWindow {
  /** First block of it; at most the next block. */
  fromBlock: bigint
  /** Last block before the own turn; null when no own turn is known in the horizon. */
  untilBlock: bigint | null
  /** The epoch that ends it; null when none does. */
  endsWith: {number: bigint; label: ForecastLabel} | null
}

/**
 * May the epoch be the signer's? Only an exact forecast rules it out: a draw that is merely probable
 * can still turn out otherwise for everybody who can be drawn, and an unknown one for everybody.
 */
function mayBe({signer, label}: ForecastEpoch, own: Address, isCandidate: boolean): boolean {
  if (signer !== null && isSame(signer, own)) return true
  return label === 'unknown' || (label === 'probable' && isCandidate)
}

/**
 * Every stretch without an own turn, from the next block to the end of the forecast, in order. An
 * epoch that may be the signer's ends a window: a window never overlaps a turn that is possible.
 *
 * @param forecast of consecutive epochs, from the current one
 * @param isCandidate whether the signer can be drawn at all
 */
export function idleWindows(
  forecast: readonly ForecastEpoch[],
  {own, nextBlock, isCandidate}: {own: Address; nextBlock: bigint; isCandidate: boolean},
): IdleWindow[] {
  const windows: IdleWindow[] = []
  let from: bigint | null = null
  for (const epoch of forecast) {
    const {number, label, startBlock, endBlock} = epoch
    if (startBlock === null || endBlock === null) break
    if (endBlock < nextBlock) continue
    if (!mayBe(epoch, own, isCandidate)) {
      from ??= startBlock > nextBlock ? startBlock : nextBlock
      continue
    }
    if (from !== null)
      windows.push({fromBlock: from, untilBlock: startBlock - 1n, endsWith: {number, label}})
    from = null
  }
  if (from !== null) windows.push({fromBlock: from, untilBlock: null, endsWith: null})
  return windows
}

/** Blocks of a window; for one without an end, those of the forecast. */
export function windowBlocks(
  {fromBlock, untilBlock}: IdleWindow,
  forecast: readonly ForecastEpoch[],
): bigint {
  const end =
    untilBlock ?? forecast.findLast(({endBlock}) => endBlock !== null)?.endBlock ?? fromBlock
  return end >= fromBlock ? end - fromBlock + 1n : 0n
}

/**
 * How an epoch went for its signer. `taken-over`: it fell silent and another signer finished the
 * blocks. `missed`: it was drawn and made none. `stood-in`: a respan gave it the epoch. `short`: the
 * epoch has fewer blocks than one has today, and no respan is known. `not-committed`: it was drawn, and
 * a respan gave the epoch to another signer before it was committed. `unknown`: taken over or missed,
 * unless nobody could produce, and the contract's log that says so is not available. `pending`: not over.
 */
export const dutyOutcomes = [
  ...(['full', 'stood-in', 'short', 'taken-over', 'missed', 'not-committed'] as const),
  ...(['unknown', 'pending'] as const),
] as const
export type DutyOutcome = (typeof dutyOutcomes)[number]

export interface Duty {
  number: bigint
  outcome: DutyOutcome
  startBlock: bigint
  /** Inclusive. */
  endBlock: bigint
  /** Blocks sealed by the signer so far. */
  made: bigint
  /** Blocks that the signer was to seal. */
  expected: bigint
}

/**
 * The duties of a signer among these epochs, in their order: those it sealed and those it was drawn for.
 *
 * @param epochLength blocks of an epoch that no respan changes
 */
export function dutiesOf(
  records: readonly EpochRecord[],
  {own, head, epochLength}: {own: Address; head: bigint; epochLength: bigint},
): Duty[] {
  return records.flatMap((record): Duty[] => {
    const {number, startBlock, endBlock, drawn, isRespanned, isCut} = record
    const range = {number, startBlock, endBlock}
    if (!isSame(record.signer, own)) {
      const outcome = lostDraw(record, own)
      if (outcome === null) return []
      return [{...range, outcome, made: 0n, expected: outcome === 'missed' ? epochLength : 0n}]
    }
    const blocks = epochBlocks(record)
    const made = head < startBlock ? 0n : head >= endBlock ? blocks : head - startBlock + 1n
    if (isCut) {
      const expected = blocks < epochLength ? epochLength : blocks
      return [{...range, outcome: 'taken-over', made, expected}]
    }
    if (isCut === null) return [{...range, outcome: 'unknown', made, expected: blocks}]
    if (head < endBlock) return [{...range, outcome: 'pending', made, expected: blocks}]
    // Its own draw, given back to it before it was committed.
    const isOwnDraw = isSame(drawn, own) && record.replaced === 'planned' && record.silent === null
    if (isRespanned && !isOwnDraw) return [{...range, outcome: 'stood-in', made, expected: blocks}]
    // Epoch 0 is from the genesis and has its own length.
    const isShort = number > 0n && blocks < epochLength
    return [{...range, outcome: isShort ? 'short' : 'full', made, expected: blocks}]
  })
}

/** An epoch that a respan gave to another signer: what that was for the one drawn. Null: nothing of its own. */
function lostDraw(
  {drawn, isRespanned, replaced, silent}: EpochRecord,
  own: Address,
): 'missed' | 'not-committed' | 'unknown' | null {
  if (!isRespanned || !isSame(drawn, own)) return null
  // If another producer's silence moved the epoch, nothing was missed.
  if (silent !== null && !isSame(silent, own)) return null
  if (replaced === 'planned') return 'not-committed'
  return replaced === 'committed' && silent !== null ? 'missed' : 'unknown'
}

/** Counts in a score: it is over, its signer had the right to produce, and it is known how it went. */
export function isCounted({outcome}: Pick<Duty, 'outcome'>): boolean {
  return outcome !== 'pending' && outcome !== 'not-committed' && outcome !== 'unknown'
}

/**
 * False where an epoch may have been missed by the signer without being among its duties: nobody knows who
 * was drawn for it.
 */
export function knowsMissed(records: readonly EpochRecord[], own: Address): boolean {
  return records.every(({signer, isRespanned, drawn, silent, replaced}) => {
    if (!isRespanned || isSame(signer, own) || drawn !== null) return true
    return replaced === 'planned' || (silent !== null && !isSame(silent, own))
  })
}

export interface DutyScore {
  /** Finished duties that count. */
  epochs: number
  full: number
  stoodIn: number
  takenOver: number
  /** Null where it is unknown; the score is then an upper bound. */
  missed: number | null
  /** Drawn, and respanned before they were committed; not among `epochs`. */
  notCommitted: number
  /** Taken over or missed, unless nobody could produce; not among `epochs`. */
  unknown: number
  blocksMade: bigint
  blocksExpected: bigint
  /** Blocks made of those expected, 0 to 1; null without a finished duty. */
  score: number | null
}

/**
 * Only duties that are over and known count, and those that the signer had the right to.
 *
 * @param isKnown false where epochs may have been missed that are not among the duties
 */
export function scoreOf(duties: readonly Duty[], isKnown: boolean): DutyScore {
  const done = duties.filter(isCounted)
  const count = (...outcomes: DutyOutcome[]) =>
    duties.filter(({outcome}) => outcomes.includes(outcome)).length
  const blocksMade = done.reduce((sum, {made}) => sum + made, 0n)
  const blocksExpected = done.reduce((sum, {expected}) => sum + expected, 0n)
  return {
    epochs: done.length,
    full: count('full', 'short'),
    stoodIn: count('stood-in'),
    takenOver: count('taken-over'),
    missed: isKnown ? count('missed') : null,
    notCommitted: count('not-committed'),
    unknown: count('unknown'),
    blocksMade,
    blocksExpected,
    score: blocksExpected === 0n ? null : Number(blocksMade) / Number(blocksExpected),
  }
}

export interface Luck {
  /** Epochs that were drawn, with known shares. */
  epochs: number
  /** Of them, those drawn for the signer. */
  drawn: number
  /** Of them, as its share of the stake promises. */
  expected: number
  /** Epochs whose shares are unknown, and which count nowhere. */
  unknown: number
}

/**
 * @param shares per drawn epoch: the share of the signer, and whether it was drawn; null where unknown
 * @returns null when none of them is known
 */
export function luckOf(shares: readonly ({share: number; isOwn: boolean} | null)[]): Luck | null {
  const known = shares.filter((each) => each !== null)
  if (known.length === 0 && shares.length > 0) return null
  return {
    epochs: known.length,
    drawn: known.filter(({isOwn}) => isOwn).length,
    expected: known.reduce((sum, {share}) => sum + share, 0),
    unknown: shares.length - known.length,
  }
}
