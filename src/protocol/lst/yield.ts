const YEAR_SECONDS = 31_536_000
/** Precision when a ratio of two rates becomes a number. */
const SCALE = 10n ** 15n

/** A rate at a block: METIS per share, scaled by 1e18. */
export interface RateSample {
  blockNumber: bigint
  timeSeconds: number
  rate: bigint
}

/** What an event added to the total deposits and to the shares; negative where it took. */
export interface RateChange {
  blockNumber: bigint
  metisWei: bigint
  sharesWei: bigint
}

/** Total deposits and shares of a pool. */
export interface PoolTotals {
  totalDepositsMetisWei: bigint
  supplyWei: bigint
}

/**
 * METIS per share after an earlier block, from the totals after a later one and the changes in
 * between.
 *
 * @returns undefined where there were no shares yet
 */
export function rateBefore(
  {totalDepositsMetisWei, supplyWei}: PoolTotals,
  changes: readonly RateChange[],
  blockNumber: bigint,
): bigint | undefined {
  const later = changes.filter((change) => change.blockNumber > blockNumber)
  const metis = later.reduce((sum, {metisWei}) => sum - metisWei, totalDepositsMetisWei)
  const shares = later.reduce((sum, {sharesWei}) => sum - sharesWei, supplyWei)
  return shares > 0n ? (metis * 10n ** 18n) / shares : undefined
}

/** Below this, one reward more or less decides the figure. */
export const SHORT_WINDOW_SECONDS = 7 * 86_400

export const yieldMethods = ['state', 'events'] as const

export interface Yield {
  /** `state`: the rate was read at both blocks. `events`: the earlier one follows from the events since. */
  method: (typeof yieldMethods)[number]
  /** Per year, without compounding, net of the provider's fee. */
  aprPercent: number
  /** Per year, compounded over the window; null where the window is too short to compound. */
  apyPercent: number | null
  windowSeconds: number
  /** The window is shorter than an epoch of rewards: the figure is noise. */
  isShort: boolean
  from: RateSample
  to: RateSample
}

/** Growth between two samples; null when no time passed or nothing was there. */
export function yieldBetween(
  from: RateSample,
  to: RateSample,
  method: Yield['method'] = 'state',
): Yield | null {
  const windowSeconds = to.timeSeconds - from.timeSeconds
  if (windowSeconds <= 0 || from.rate <= 0n) return null
  const growth = Number(((to.rate - from.rate) * SCALE) / from.rate) / Number(SCALE)
  const years = YEAR_SECONDS / windowSeconds
  const isShort = windowSeconds < SHORT_WINDOW_SECONDS
  return {
    method,
    aprPercent: growth * years * 100,
    apyPercent: isShort ? null : ((1 + growth) ** years - 1) * 100,
    windowSeconds,
    isShort,
    ...{from, to},
  }
}
