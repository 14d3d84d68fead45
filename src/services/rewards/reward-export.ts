import {MetisSeqError, messageOf} from '../../lib/errors.ts'
import {DOCUMENT_FILE_BYTES, readBoundedText} from '../../lib/read-file.ts'
import {dateOf, parsePriceList, priceOn, type Price} from '../../protocol/price-list.ts'
import type {LedgerEntry} from '../../protocol/reward-ledger.ts'
import type {ReadWarning} from '../network/l1-logs.ts'
import type {RewardHistory} from './reward-history.ts'

/** A line of the history with its day and price. */
export interface BookLine {
  entry: LedgerEntry
  /** `2026-01-31`, UTC; null when the block's time is unknown. */
  date: string | null
  price: Price | null
}

/** Input of the export for one sequencer. */
export interface RewardBook {
  sequencerId: bigint
  lines: BookLine[]
  /** The day of the newest L1 block, UTC. */
  untilDate: string
  unclaimedMetisWei: bigint
  /** True when every METIS is accounted for, so that the unclaimed sum may be asserted. */
  isComplete: boolean
  warnings: ReadWarning[]
}

/** @throws {MetisSeqError} PRICE_FILE_UNREADABLE, PRICE_FILE_INVALID */
export function readPrices(path: string | undefined): Price[] {
  if (path === undefined) return []
  const found = parsePriceList(readText(path))
  if (found.ok) return found.prices
  throw new MetisSeqError({
    code: 'PRICE_FILE_INVALID',
    message: `Line ${found.line} of ${path} is wrong: ${found.fault}.`,
    facts: {path, line: `${found.line}`},
    hints: ['Write one price of METIS per line: `2026-01-31,28.50,USD`.'],
  })
}

function readText(path: string): string {
  try {
    return readBoundedText(path, DOCUMENT_FILE_BYTES)
  } catch (cause) {
    throw new MetisSeqError({
      code: 'PRICE_FILE_UNREADABLE',
      message: `The price file ${path} cannot be read: ${messageOf(cause)}.`,
      facts: {path},
      hints: ['Check the path and the permissions of the file.'],
      cause,
    })
  }
}

/** Adds dates and prices to the lines of a history. A day without a price stays without one, with a warning. */
export function createBook(history: RewardHistory, prices: readonly Price[]): RewardBook {
  const lines = history.ledger.entries.map((entry): BookLine => {
    const date = entry.timeSeconds === null ? null : dateOf(entry.timeSeconds)
    return {entry, date, price: (date !== null && priceOn(prices, date)) || null}
  })
  const unpriced = prices.length > 0 ? lines.filter(({price}) => price === null).length : 0
  const undated = lines.filter(({date}) => date === null).length
  return {
    sequencerId: history.sequencer.sequencerId,
    lines,
    untilDate: dateOf(history.headTimeSeconds),
    unclaimedMetisWei: history.sequencer.rewardMetisWei,
    isComplete: history.unexplainedMetisWei === 0n && undated === 0,
    warnings: [
      ...history.warnings,
      ...warningOf(unpriced, 'PRICE_MISSING', 'without a price for the day or the week before'),
      ...warningOf(undated, 'DATE_MISSING', 'without a date, because L1 did not return the block'),
    ],
  }
}

function warningOf(count: number, code: string, what: string): ReadWarning[] {
  return count === 0
    ? []
    : [{code, message: `${count} ${count === 1 ? 'line is' : 'lines are'} ${what}.`}]
}
