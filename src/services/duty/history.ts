import type {Address} from 'viem'

import {readBlockMark} from '../../chain/actions/block/read-block-mark.ts'
import {
  dutiesOf,
  knowsMissed,
  luckOf,
  scoreOf,
  type Duty,
  type DutyScore,
  type Luck,
} from '../../protocol/rotation/duty.ts'
import {isSame} from '../../protocol/rotation/records.ts'
import type {Context} from '../context.ts'
import {measureBlockInterval} from '../network/block-interval.ts'
import {readEpochLength} from '../../chain/actions/sequencer-set/read-epochs.ts'
import {readRecords, type Records, type ScanOptions} from '../rotation/records.ts'

/** Epochs of half a year at ten minutes each. */
const MOST_EPOCHS = 30_000
/** Times per HTTP request. */
const TIMES_AT_ONCE = 50

export interface TimedDuty extends Duty {
  /** Time of its first block, seconds since 1970; null when it has none yet. */
  startSeconds: number | null
}

/** Duties within a number of days, and what they add up to. */
export interface DutyPeriod {
  days: number
  /** First block of the period. */
  fromBlock: bigint
  /** False when the endpoint has no blocks that old, or when there are more epochs than are read. */
  isWhole: boolean
  score: DutyScore
  /** Null where the consensus layer tells no shares of that time: nobody else knows them. */
  luck: Luck | null
}

export interface DutyHistory {
  signer: Address
  headBlock: bigint
  /** Within the longest period, oldest first. */
  duties: TimedDuty[]
  /** In the order asked for. */
  periods: DutyPeriod[]
  /** False where the consensus layer does not tell all respans and draws: epochs may have been missed. */
  knowsMissed: boolean
}

/**
 * What a signer was to produce, and what it has produced.
 *
 * @param days of each period
 * @param mostEpochs are read at most; a period that has more is not whole
 * @throws {MetisSeqError} INTERRUPTED, those of the L2 endpoint
 */
export async function readDutyHistory(
  context: Context,
  {
    signer,
    days,
    mostEpochs = MOST_EPOCHS,
    ...options
  }: ScanOptions & {signer: Address; days: readonly number[]; mostEpochs?: number},
): Promise<DutyHistory> {
  const {client} = context.l2()
  const {sequencerSet} = context.network.l2.contracts
  const [{headBlock, blockIntervalSeconds}, epochLength] = await Promise.all([
    measureBlockInterval(context),
    readEpochLength(client, {sequencerSet}),
  ])
  const longest = Math.max(...days)
  const perEpoch = Math.max(1, Number(epochLength) * blockIntervalSeconds)
  const starts = await Promise.all(
    days.map((each) => blockAtAge(context, headBlock, each * 86_400)),
  )
  const oldest = starts.reduce((least, {block}) => (block < least ? block : least), headBlock)
  const blocks = Number(headBlock - oldest) + 1
  // Respans make epochs shorter: half as many again are read, and more where that does not reach back.
  const expected = Math.ceil((longest * 86_400) / perEpoch)
  let count = Math.min(
    mostEpochs,
    Math.ceil(Math.max(expected, blocks / Number(epochLength)) * 1.5) + 3,
  )
  let records = await readRecords(context, count, options)
  while (!reachesBack(records, oldest) && count < mostEpochs) {
    count = Math.min(mostEpochs, count * 2)
    records = await readRecords(context, count, options)
  }
  const all = dutiesOf(records.records, {own: signer, head: headBlock, epochLength})
  const within = all.filter(({endBlock}) => endBlock >= oldest)
  return {
    signer,
    headBlock,
    duties: await withTimes(context, within, headBlock),
    periods: days.map((each, at) =>
      periodOf(records, all, {signer, head: headBlock, days: each, ...starts[at]!}),
    ),
    knowsMissed: isMissedKnown(records, oldest, signer),
  }
}

function reachesBack({records}: Records, block: bigint): boolean {
  const [first] = records
  return first === undefined || first.number === 0n || first.startBlock <= block
}

function isMissedKnown({records, respans}: Records, from: bigint, signer: Address): boolean {
  const within = records.filter(({endBlock}) => endBlock >= from)
  return respans !== null && knowsMissed(within, signer)
}

function periodOf(
  records: Records,
  duties: readonly Duty[],
  {signer, head, days, block, isWhole}: PeriodStart & {signer: Address; head: bigint; days: number},
): DutyPeriod {
  const {spans, respans} = records
  // Nobody is drawn for the epoch of the genesis.
  const begun = records.records.filter(
    ({number, startBlock, endBlock}) => number > 0n && endBlock >= block && startBlock <= head,
  )
  const shares = begun.map(({number}) => {
    const span = spans.get(number)
    if (!span) return null
    const {powers, drawn: by} = span
    const total = [...powers.values()].reduce((sum, power) => sum + power, 0)
    const own = [...powers].find(([address]) => isSame(address, signer))?.[1] ?? 0
    return {share: total === 0 ? 0 : own / total, isOwn: isSame(by, signer)}
  })
  return {
    ...{days, fromBlock: block, isWhole: isWhole && reachesBack(records, block)},
    score: scoreOf(
      duties.filter(({endBlock}) => endBlock >= block),
      isMissedKnown(records, block, signer),
    ),
    luck: respans === null ? null : luckOf(shares),
  }
}

interface PeriodStart {
  /** Its first block. */
  block: bigint
  isWhole: boolean
}

/**
 * The first block of a period, by halving. `isWhole` is false when the endpoint has no block as old
 * as the period: the chain is younger, or the endpoint is pruned.
 */
async function blockAtAge(
  context: Context,
  head: bigint,
  ageSeconds: number,
): Promise<PeriodStart> {
  const {client} = context.l2()
  const newest = await readBlockMark(client, head)
  if (!newest) return {block: head, isWhole: false}
  const wanted = newest.timeSeconds - ageSeconds
  let isWhole = false
  let [low, high] = [0n, head]
  while (high - low > 1n) {
    const middle = (low + high) / 2n
    const mark = await readBlockMark(client, middle)
    if (mark && mark.timeSeconds >= wanted) high = middle
    else {
      low = middle
      // A block that the endpoint does not have proves nothing about its age.
      isWhole ||= mark !== undefined
    }
  }
  return {block: high, isWhole}
}

async function withTimes(
  context: Context,
  duties: readonly Duty[],
  head: bigint,
): Promise<TimedDuty[]> {
  const {client} = context.l2()
  const timed: TimedDuty[] = []
  for (let at = 0; at < duties.length; at += TIMES_AT_ONCE) {
    const part = duties.slice(at, at + TIMES_AT_ONCE)
    const marks = await Promise.all(
      part.map(({startBlock}) =>
        startBlock > head ? undefined : readBlockMark(client, startBlock).catch(() => undefined),
      ),
    )
    timed.push(
      ...part.map((duty, index) => ({...duty, startSeconds: marks[index]?.timeSeconds ?? null})),
    )
  }
  return timed
}
