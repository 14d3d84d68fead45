const BASIS_POINTS = 10_000n
/** Balances below this are shown as nothing. */
const DUST_WEI = 100n
/** 1 METIS, in wei. */
const ONE = 10n ** 18n

/** The pool, as its price of a share needs it. */
export interface StakelinkPool {
  totalStakedWei: bigint
  totalShares: bigint
}

/**
 * Shares for stMETIS, rounded down.
 *
 * Source: stake.link `StakingRewardsPool.getSharesByStake`.
 */
export function stakelinkShares({totalStakedWei, totalShares}: StakelinkPool, wei: bigint): bigint {
  return totalStakedWei === 0n ? wei : (wei * totalShares) / totalStakedWei
}

/**
 * stMETIS for shares, rounded down.
 *
 * Source: stake.link `StakingRewardsPool.getStakeByShares`.
 */
export function stakelinkStake(
  {totalStakedWei, totalShares}: StakelinkPool,
  shares: bigint,
): bigint {
  return totalShares === 0n ? shares : (shares * totalStakedWei) / totalShares
}

/** stMETIS that the token shows for shares. Source: stake.link `StakingRewardsPool.balanceOf`. */
export function stakelinkBalance(pool: StakelinkPool, shares: bigint): bigint {
  const wei = stakelinkStake(pool, shares)
  return wei < DUST_WEI ? 0n : wei
}

/** The pool after METIS was staked. */
export function afterStake(pool: StakelinkPool, wei: bigint): StakelinkPool {
  return {
    totalStakedWei: pool.totalStakedWei + wei,
    totalShares: pool.totalShares + stakelinkShares(pool, wei),
  }
}

/** The pool after stMETIS was burnt for METIS. */
export function afterBurn(pool: StakelinkPool, wei: bigint): StakelinkPool {
  return {
    totalStakedWei: pool.totalStakedWei - wei,
    totalShares: pool.totalShares - stakelinkShares(pool, wei),
  }
}

/** Fees on rewards, each rounded down. Source: stake.link `StakingPool._updateStrategyRewards`. */
export function stakelinkFees(rewardsWei: bigint, basisPoints: readonly bigint[]): bigint[] {
  return basisPoints.map((each) => (rewardsWei * each) / BASIS_POINTS)
}

/**
 * The pool after rewards, or after a loss when they are below zero. Fees are new shares.
 *
 * @param feesWei all of them, those of operators included
 * Source: stake.link `StakingPool._updateStrategyRewards`.
 */
export function afterRewards(
  pool: StakelinkPool,
  rewardsWei: bigint,
  feesWei: bigint,
): StakelinkPool & {feeShares: bigint} {
  const totalStakedWei = pool.totalStakedWei + rewardsWei
  const due = feesWei >= totalStakedWei ? 0n : feesWei
  const feeShares = due === 0n ? 0n : (due * pool.totalShares) / (totalStakedWei - due)
  return {totalStakedWei, totalShares: pool.totalShares + feeShares, feeShares}
}

/**
 * METIS per share, scaled by 1e18: now, and once the rewards that the strategy knows of are shared.
 * The provider's part of rewards is scaled by 1e18 too. Operators get a part on L1 before.
 */
export function stakelinkRates(
  pool: StakelinkPool,
  {pendingWei, feeBasisPoints}: {pendingWei: bigint; feeBasisPoints: readonly bigint[]},
): {shareRate: bigint; shareRateAfter: bigint; feeRate: bigint} {
  const earned = pendingWei > 0n ? pendingWei : 0n
  const fees = sum(stakelinkFees(earned, feeBasisPoints))
  return {
    shareRate: stakelinkStake(pool, ONE),
    shareRateAfter: stakelinkStake(afterRewards(pool, pendingWei, fees), ONE),
    feeRate: (sum(feeBasisPoints) * ONE) / BASIS_POINTS,
  }
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, each) => total + each, 0n)
}
