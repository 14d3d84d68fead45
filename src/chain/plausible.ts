/** Bounds of what a contract can say. A number without one makes loops and dates that no machine finishes. */
import {wrongRead} from './endpoint-errors.ts'

/** Registered ones; there were a few dozen in the first years. */
export const MOST_SEQUENCERS = 10_000n
/** Ten thousand years of epochs of five minutes. */
export const MOST_EPOCH_NUMBER = 1_000_000_000n
/** Unix time, or a delay, of the year 9999: the last one that a date of four digits can name. */
export const LAST_SECOND = 253_402_300_799n

/**
 * A number that was read, if it can be one.
 *
 * @param what the function that was read
 * @throws {MetisSeqError} ENDPOINT_WRONG_ANSWER
 */
export function atMost(most: bigint, what: string, value: bigint): bigint {
  if (value > most) throw wrongRead(what)
  return value
}
