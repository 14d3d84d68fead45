import {readRewardHistory} from '../rewards/reward-history.ts'
import type {Context} from '../context.ts'

/** METIS credited on one day, UTC. */
export interface RewardDay {
  /** `2026-11-29` */
  day: string
  metisWei: bigint
}

export interface RewardDays {
  /** The newest 30 days, oldest first, with those without a credit. */
  days: RewardDay[]
  /** Mean per day over the last seven; null while the sequencer is younger. */
  perDayMetisWei: bigint | null
  lastBatch: {batchId: bigint; metisWei: bigint; atSeconds: number} | null
  /** Credits whose amount is unknown, and which are in no sum. */
  unknown: number
}

const SHOWN_DAYS = 30
const RATE_DAYS = 7
const DAY_SECONDS = 86_400

/**
 * Credits of the profile's sequencer by day.
 *
 * @throws {MetisSeqError} NOT_REGISTERED, LOGS_UNREADABLE, those of the connections
 */
export async function readRewardDays(context: Context, signal: AbortSignal): Promise<RewardDays> {
  const {ledger, headTimeSeconds} = await readRewardHistory(context, undefined, {signal})
  const credits = ledger.entries.filter((entry) => entry.kind === 'credit')
  const known = credits.flatMap(({creditedMetisWei, timeSeconds, batchId}) =>
    creditedMetisWei === null || timeSeconds === null
      ? []
      : [{batchId, metisWei: creditedMetisWei, atSeconds: timeSeconds}],
  )
  const since = headTimeSeconds - RATE_DAYS * DAY_SECONDS
  const [first] = known
  const recent = known.filter(({atSeconds}) => atSeconds > since)
  const sum = recent.reduce((total, {metisWei}) => total + metisWei, 0n)
  return {
    days: daysUntil(headTimeSeconds).map((day) => ({
      day,
      metisWei: known
        .filter(({atSeconds}) => dayOf(atSeconds) === day)
        .reduce((total, {metisWei}) => total + metisWei, 0n),
    })),
    perDayMetisWei: first && first.atSeconds <= since ? sum / BigInt(RATE_DAYS) : null,
    lastBatch: known.at(-1) ?? null,
    unknown: credits.length - known.length,
  }
}

function daysUntil(seconds: number): string[] {
  return Array.from({length: SHOWN_DAYS}, (_, index) =>
    dayOf(seconds - (SHOWN_DAYS - 1 - index) * DAY_SECONDS),
  )
}

function dayOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10)
}
