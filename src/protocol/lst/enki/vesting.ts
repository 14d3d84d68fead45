/** ENKI that has to be staked for each eMETIS that vests. */
export const ENKI_PER_EMETIS = 10n

/** An account in the vesting contract: its `userInfos`. */
export interface EnkiVesting {
  stakedEnkiWei: bigint
  cumulativeClaimWei: bigint
  claimedWei: bigint
  lastVestingTime: bigint
  /** eMETIS that has not vested. */
  unvestedWei: bigint
}

/**
 * eMETIS that vests in one vesting duration.
 *
 * Source: Enki `Vesting.amountOfDuration`.
 */
export function enkiVestingBase(account: EnkiVesting): bigint {
  const {unvestedWei, cumulativeClaimWei, stakedEnkiWei} = account
  const owed = unvestedWei + cumulativeClaimWei
  const covered = stakedEnkiWei / ENKI_PER_EMETIS
  return owed < covered ? owed : covered
}

/** eMETIS vested since the last update. */
export function enkiVested(account: EnkiVesting, now: bigint, durationSeconds: bigint): bigint {
  if (account.stakedEnkiWei === 0n) return 0n
  const elapsed = now - account.lastVestingTime
  const vested = (enkiVestingBase(account) * elapsed) / durationSeconds
  return vested < account.unvestedWei ? vested : account.unvestedWei
}

/**
 * eMETIS that `claim` pays.
 *
 * Source: Enki `Vesting.claimable`.
 */
export function enkiClaimable(account: EnkiVesting, now: bigint, durationSeconds: bigint): bigint {
  const {cumulativeClaimWei, claimedWei} = account
  return cumulativeClaimWei - claimedWei + enkiVested(account, now, durationSeconds)
}

/**
 * When everything will have vested; null while nothing vests.
 *
 * Source: Enki `Vesting.estimateFinishTime`.
 */
export function enkiFinishTime(account: EnkiVesting, durationSeconds: bigint): bigint | null {
  const base = enkiVestingBase(account)
  if (base === 0n) return null
  return account.lastVestingTime + (durationSeconds * account.unvestedWei) / base
}
