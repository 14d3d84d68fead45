const YEAR_SECONDS = 31_536_000
/** Precision when a ratio of two rates becomes a number. */
const SCALE = 10n ** 15n

/** A rate at a block: METIS per share, scaled by 1e18. */
export interface RateSample {
  blockNumber: bigint
  timeSeconds: number
  rate: bigint
}

/** Below this, one reward more or less decides the figure. */
export const SHORT_WINDOW_SECONDS = 7 * 86_400

export interface Yield {
  /** Per year, without compounding, net of the provider's fee. */
  aprPercent: number
  /** Per year, compounded over the window. */
  apyPercent: number
  windowSeconds: number
  /** The window is shorter than an epoch of rewards: the figure is noise. */
  isShort: boolean
  from: RateSample
  to: RateSample
}

/** Growth between two samples; null when no time passed or nothing was there. */
export function yieldBetween(from: RateSample, to: RateSample): Yield | null {
  const windowSeconds = to.timeSeconds - from.timeSeconds
  if (windowSeconds <= 0 || from.rate <= 0n) return null
  const growth = Number(((to.rate - from.rate) * SCALE) / from.rate) / Number(SCALE)
  const years = YEAR_SECONDS / windowSeconds
  return {
    aprPercent: growth * years * 100,
    apyPercent: ((1 + growth) ** years - 1) * 100,
    windowSeconds,
    isShort: windowSeconds < SHORT_WINDOW_SECONDS,
    ...{from, to},
  }
}
