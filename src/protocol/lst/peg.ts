/** How far the market price of a token is from its rate. */

/** Basis points of the rate: above zero below the rate, below zero above it; rounded towards zero. */
export function discountOf(price: bigint, rate: bigint): number {
  return rate === 0n ? 0 : Number(((rate - price) * 10_000n) / rate)
}

/** `1.25 % below`, `0.4 % above`, or `at`: continues with the rate. */
export function basisPointsText(discount: number): string {
  if (discount === 0) return 'at'
  return `${Math.abs(discount) / 100} % ${discount > 0 ? 'below' : 'above'}`
}

/** METIS over a token, both in their smallest units. */
export interface PriceRatio {
  numerator: bigint
  denominator: bigint
}

/** An event of a pool that moved its price. */
export interface RatioChange {
  blockNumber: bigint
  /** Null where the event does not tell it. */
  before: PriceRatio | null
  after: PriceRatio
}

/**
 * The price of a pool after an earlier block.
 *
 * @param now the price after the last of the changes
 * @param changes of the blocks since, oldest first
 * @returns undefined where the next change does not tell the price before it
 */
export function ratioBefore(
  now: PriceRatio | null,
  changes: readonly RatioChange[],
  blockNumber: bigint,
): PriceRatio | null | undefined {
  const earlier = changes.findLast((change) => change.blockNumber <= blockNumber)
  if (earlier) return earlier.after
  const next = changes.find((change) => change.blockNumber > blockNumber)
  if (!next) return now
  return next.before ?? undefined
}
