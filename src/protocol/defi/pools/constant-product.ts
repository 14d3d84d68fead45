/** Arithmetic of pools with a constant product, rounded as the contracts round. */

/** 100 %, scaled by 1e18. */
export const ONE = 10n ** 18n

/** One pool of a swap, seen in its direction. */
export interface Hop {
  reserveIn: bigint
  reserveOut: bigint
  /** Thousandths of the input that stay in the pool. */
  feePerMille: bigint
}

/**
 * Output of a swap through one pool; 0 for a pool without liquidity.
 *
 * Source: `UniswapV2Library.getAmountOut`, with the fee as a parameter.
 */
export function amountOut(amountIn: bigint, {reserveIn, reserveOut, feePerMille}: Hop): bigint {
  const counted = amountIn * (1000n - feePerMille)
  const divisor = reserveIn * 1000n + counted
  return divisor === 0n ? 0n : (counted * reserveOut) / divisor
}

/** Outputs after each pool of a path. */
export function amountsOut(amountIn: bigint, hops: readonly Hop[]): bigint[] {
  let amount = amountIn
  return hops.map((hop) => (amount = amountOut(amount, hop)))
}

/**
 * How much worse than the current price a swap is because it moves the price, scaled by 1e18. The
 * fee is not part of it.
 */
export function priceImpact(amountIn: bigint, out: bigint, hops: readonly Hop[]): bigint {
  let fair = amountIn
  let divisor = 1n
  for (const {reserveIn, reserveOut, feePerMille} of hops) {
    fair *= reserveOut * (1000n - feePerMille)
    divisor *= reserveIn * 1000n
  }
  return fair === 0n ? 0n : ONE - (out * divisor * ONE) / fair
}

/** A pool as its contract stores it. */
export interface PoolFigures {
  reserveA: bigint
  reserveB: bigint
  supply: bigint
  /** True when a part of the fee is minted to a recipient. */
  feeOn: boolean
  /** Product of the reserves after the last deposit or withdrawal; 0 if unknown. */
  kLast: bigint
}

/** The two amounts that a deposit takes: within the desired ones, in the ratio of the pool. */
export function fitLiquidity(
  desiredA: bigint,
  desiredB: bigint,
  {reserveA, reserveB}: Pick<PoolFigures, 'reserveA' | 'reserveB'>,
): {amountA: bigint; amountB: bigint} {
  if (reserveA === 0n || reserveB === 0n) return {amountA: desiredA, amountB: desiredB}
  const amountB = (desiredA * reserveB) / reserveA
  if (amountB <= desiredB) return {amountA: desiredA, amountB}
  return {amountA: (desiredB * reserveA) / reserveB, amountB: desiredB}
}

/** Minted to nobody by the first deposit. */
const MINIMUM_LIQUIDITY = 1000n

/**
 * Shares that a deposit mints.
 *
 * Source: `UniswapV2Pair.mint`; the shares of the fee recipient are minted first.
 */
export function sharesFor(amountA: bigint, amountB: bigint, pool: PoolFigures): bigint {
  const supply = supplyAfterFee(pool)
  if (supply === 0n) {
    const shares = squareRoot(amountA * amountB)
    return shares > MINIMUM_LIQUIDITY ? shares - MINIMUM_LIQUIDITY : 0n
  }
  const byA = (amountA * supply) / pool.reserveA
  const byB = (amountB * supply) / pool.reserveB
  return byA < byB ? byA : byB
}

/** The value of shares in both tokens. Source: `UniswapV2Pair.burn`. */
export function amountsOf(shares: bigint, pool: PoolFigures): {amountA: bigint; amountB: bigint} {
  const supply = supplyAfterFee(pool)
  if (supply === 0n) return {amountA: 0n, amountB: 0n}
  return {
    amountA: (shares * pool.reserveA) / supply,
    amountB: (shares * pool.reserveB) / supply,
  }
}

/** With a fee recipient, every deposit and withdrawal first mints it a sixth of the growth. */
export function supplyAfterFee({reserveA, reserveB, supply, feeOn, kLast}: PoolFigures): bigint {
  if (!feeOn || kLast === 0n) return supply
  const now = squareRoot(reserveA * reserveB)
  const then = squareRoot(kLast)
  if (now <= then) return supply
  return supply + (supply * (now - then)) / (now * 5n + then)
}

/** The least amount accepted within a tolerance in basis points. */
export function leastOf(amount: bigint, slippageBasisPoints: number): bigint {
  return (amount * BigInt(10_000 - slippageBasisPoints)) / 10_000n
}

/**
 * Amount of the second token that raises the price of the first by some basis points, without fee:
 * `reserve * (sqrt(1 + basisPoints) - 1)`, as the price grows with the square of the reserve.
 */
export function depthOf(reserve: bigint, basisPoints: number): bigint {
  const target = (reserve * reserve * BigInt(10_000 + basisPoints)) / 10_000n
  return squareRoot(target) - reserve
}

/** Whole part of a square root, by Newton's method. */
function squareRoot(value: bigint): bigint {
  if (value < 2n) return value
  let root = 1n << (BigInt(value.toString(2).length) / 2n + 1n)
  for (;;) {
    const next = (root + value / root) / 2n
    if (next >= root) return root
    root = next
  }
}
