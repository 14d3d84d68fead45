const WAD = 10n ** 18n
const YEAR_SECONDS = 31_536_000n

/**
 * How long a repayment of everything may wait: what is checked and approved covers the interest until
 * then. It is the longest deadline that a call can be given.
 */
const MARGIN_SECONDS = 86_400n

/**
 * The most that a debt can be when a call is mined, a day from now at the latest, with two
 * units more for the rounding of the contracts.
 *
 * @param rate interest per year, scaled by 1e18; the contracts count with years that are no shorter
 */
export function withInterest(debt: bigint, rate: bigint): bigint {
  if (debt === 0n || rate === 0n) return debt
  return debt + (debt * rate * MARGIN_SECONDS) / (YEAR_SECONDS * WAD) + 2n
}
