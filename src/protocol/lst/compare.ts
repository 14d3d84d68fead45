/** Parts of a percent in which a rate enters the arithmetic. */
const PERCENT_SCALE = 1_000_000
const ONE = 10n ** 18n
const YEAR_DAYS = 365n

/** METIS after a time at a simple yearly rate. */
export function afterDays(amountWei: bigint, yearlyPercent: number, days: number): bigint {
  const parts = BigInt(Math.round(yearlyPercent * PERCENT_SCALE))
  return amountWei + (amountWei * parts * BigInt(days)) / (BigInt(100 * PERCENT_SCALE) * YEAR_DAYS)
}

export interface ThroughProvider {
  amountWei: bigint
  days: number
  /** Tokens that a deposit gives. */
  tokensWei: bigint
  /** METIS per token now, scaled by 1e18. */
  rate: bigint
  /** Net of the provider's fee. */
  aprPercent: number
  /** Share of a withdrawal that the provider keeps, scaled by 1e18. */
  exitFeeRate: bigint
}

/** METIS owed by a withdrawal at the end of the horizon. */
export function heldThroughProvider(through: ThroughProvider): bigint {
  const {tokensWei, rate, aprPercent, days, exitFeeRate} = through
  const worth = afterDays((tokensWei * rate) / ONE, aprPercent, days)
  return worth - (worth * exitFeeRate) / ONE
}

export interface DirectLock {
  amountWei: bigint
  days: number
  totalLockedWei: bigint
  rewardPerBlockWei: bigint
  blockIntervalSeconds: number
}

/**
 * Yearly rate of a lock that is added to those that are there: everybody's share shrinks by it.
 *
 * Source: `LockingPool._credit`, blocks times `rewardPerBlock`; the share of blocks follows the lock.
 */
export function rateOfLock(lock: Omit<DirectLock, 'days'>): number {
  const {amountWei, totalLockedWei, rewardPerBlockWei, blockIntervalSeconds} = lock
  const total = totalLockedWei + amountWei
  if (total === 0n || blockIntervalSeconds <= 0) return 0
  const blocksPerYear = 31_536_000 / blockIntervalSeconds
  return (Number(rewardPerBlockWei) * blocksPerYear * 100) / Number(total)
}
