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
