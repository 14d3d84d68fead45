/** Bounds for numbers from contracts. Without them, loops and dates could become unbounded. */
import {wrongRead} from './endpoint-errors.ts'

/** Registered sequencers; a few dozen in the first years. */
export const MOST_SEQUENCERS = 10_000n
/** A hundred times the supply of METIS: no stake, reward or balance of it exceeds that. */
export const MOST_METIS_WEI = 1_000_000_000n * 10n ** 18n
/** Unix time, or a delay, of the year 9999: the last one with four digits. */
export const LAST_SECOND = 253_402_300_799n

/**
 * Checks a number that was read for plausibility.
 *
 * @param what name of the function that was read
 * @throws {MetisSeqError} ENDPOINT_WRONG_ANSWER
 */
export function atMost(most: bigint, what: string, value: bigint): bigint {
  if (value > most) throw wrongRead(what)
  return value
}
