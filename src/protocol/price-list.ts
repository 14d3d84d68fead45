import {readUnits} from '../lib/units.ts'

/** A price of one METIS. */
export interface Price {
  /** `2026-01-31`, UTC. */
  date: string
  /** As written, for documents that preserve it. */
  text: string
  /** Price times 1e18. */
  scaled: bigint
  /** `USD`. */
  currency: string
}

/** Maximum age of a price for a day. */
const MOST_DAYS = 7
const ONE = 10n ** 18n
/** Decimals of a monetary value. */
const VALUE_DECIMALS = 8

export type PriceListResult = {ok: true; prices: Price[]} | {ok: false; line: number; fault: string}

/**
 * Reads `date,price,currency` lines; a heading and empty lines are skipped. A list has one currency.
 *
 * @returns prices by date, or the first invalid line
 */
export function parsePriceList(text: string): PriceListResult {
  const prices: Price[] = []
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.replace(/^\uFEFF/, '').trim()
    if (line === '' || (prices.length === 0 && /^date\s*,/i.test(line))) continue
    const fail = (fault: string): PriceListResult => ({ok: false, line: index + 1, fault})
    const cells = line.split(',').map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'))
    const [date = '', price = '', currency = ''] = cells
    if (cells.length !== 3) return fail('a line has three cells: date,price,currency')
    if (!isDate(date)) return fail(`"${date.slice(0, 30)}" is not a date such as 2026-01-31`)
    const read = readUnits(price)
    if ('fault' in read) return fail(`the price ${read.fault}`)
    if (!/^[A-Z][A-Z0-9]{1,11}$/.test(currency))
      return fail('the currency is not a code such as USD or EUR')
    if (prices[0] && prices[0].currency !== currency) return fail('a list has one currency')
    prices.push({date, text: price, scaled: read.units, currency})
  }
  return {ok: true, prices: prices.toSorted((a, b) => (a.date < b.date ? -1 : 1))}
}

/** The price for a day: the newest one on or before it, at most a week old. */
export function priceOn(prices: readonly Price[], date: string): Price | undefined {
  const price = prices.findLast((each) => each.date <= date)
  return price && daysBetween(price.date, date) <= MOST_DAYS ? price : undefined
}

/** Value of an amount of METIS as decimal text, truncated to eight decimals. */
export function valueOf(amountMetisWei: bigint, {scaled}: Price): string {
  const unit = ONE / 10n ** BigInt(VALUE_DECIMALS)
  const value = (amountMetisWei * scaled) / ONE / unit
  const digits = value.toString().padStart(VALUE_DECIMALS + 1, '0')
  return `${digits.slice(0, -VALUE_DECIMALS)}.${digits.slice(-VALUE_DECIMALS)}`
}

/** The day of a time, UTC. */
export function dateOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10)
}

function isDate(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`)
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(time) && dateOf(time / 1000) === text
}

function daysBetween(from: string, until: string): number {
  return (Date.parse(until) - Date.parse(from)) / 86_400_000
}
