import type {Address} from 'viem'

/** A token of a lending market with what one account has of it. */
export interface LendLine {
  token: {symbol: string; address: Address; decimals: number; isMetis: boolean}
  /** In dollars with eight decimals, for one whole token. */
  price: bigint
  /** Basis points of the value that can be borrowed, and that counts before liquidation. */
  ltv: bigint
  threshold: bigint
  /** Basis points that a liquidator gets on top. */
  bonus: bigint
  /** `frozen`: withdraw and repay only. `paused`: nothing moves. */
  state: 'open' | 'frozen' | 'paused' | 'inactive'
  canBorrow: boolean
  /** Per year, scaled by 1e18; null where it cannot be measured. */
  supplyRate: bigint | null
  borrowRate: bigint | null
  totalSupplied: bigint
  totalBorrowed: bigint
  /** The amount that the reserve can pay out now. */
  available: bigint
  /** In the smallest units; null without a limit. */
  supplyCap: bigint | null
  borrowCap: bigint | null
  supplied: bigint
  borrowed: bigint
  /** The supply is collateral. */
  counts: boolean
  /** Contract of this token alone, and the shares of it; null where one contract has all tokens. */
  market: {address: Address; shares: bigint} | null
}

/** An account's action with one token. */
export interface LendAction {
  kind: 'supply' | 'withdraw' | 'borrow' | 'repay'
  token: Address
  amount: bigint
}

/** Figures of a whole account, in dollars with eight decimals. */
export interface LendHealth {
  collateral: bigint
  debt: bigint
  /** The amount that can still be borrowed. */
  power: bigint
  /** Scaled by 1e18; below 1 anybody may liquidate. Null without debt. */
  factor: bigint | null
}

/**
 * The lowest price of a token at which an account is not liquidated, if all other prices stay.
 *
 * @param health of the account at other lines, as its market computes it
 * @returns with eight decimals; null where the price of the token cannot do it, or where the account
 *   is liquidatable already
 */
export function liquidationPrice(
  lines: readonly LendLine[],
  token: Address,
  health: (lines: readonly LendLine[]) => LendHealth,
): bigint | null {
  const line = lines.find((each) => each.token.address === token)
  if (!line || !line.counts || line.supplied === 0n) return null
  const isSafe = (price: bigint) => {
    const {factor} = health(lines.map((each) => (each === line ? {...each, price} : each)))
    return factor === null || factor >= 10n ** 18n
  }
  if (!isSafe(line.price) || isSafe(0n)) return null
  // Safe at `high`, not at `low`: halved until they are neighbours.
  let [low, high] = [0n, line.price]
  while (high - low > 1n) {
    const middle = (low + high) / 2n
    if (isSafe(middle)) high = middle
    else low = middle
  }
  return high
}

/** The largest amount up to `most` for which a condition is met; it must not be met again beyond. */
export function largest(most: bigint, holds: (amount: bigint) => boolean): bigint {
  if (most <= 0n || holds(most)) return most > 0n ? most : 0n
  let [low, high] = [0n, most]
  while (high - low > 1n) {
    const middle = (low + high) / 2n
    if (holds(middle)) low = middle
    else high = middle
  }
  return low
}
