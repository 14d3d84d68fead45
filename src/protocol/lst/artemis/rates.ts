/** 100 %, scaled by 1e18. */
export const ONE = 10n ** 18n

export interface ArtemisFigures {
  totalDepositsMetisWei: bigint
  /** Total supply of artMETIS. */
  supplyWei: bigint
  pendingRewardMetisWei: bigint
  feeRate: bigint
}

/**
 * METIS per artMETIS, scaled by 1e18: now, and after pending rewards are harvested.
 *
 * Source: Artemis `AMTDepositPool.getArtMetisAmountToMint`, inverted; `AMTRewardPool.claimReward`.
 */
export function artemisRate(figures: ArtemisFigures): {rate: bigint; afterHarvest: bigint} {
  const {totalDepositsMetisWei, supplyWei} = figures
  const rateOf = (deposits: bigint) => (supplyWei === 0n ? ONE : (deposits * ONE) / supplyWei)
  return {
    rate: rateOf(totalDepositsMetisWei),
    afterHarvest: rateOf(totalDepositsMetisWei + harvestOf(figures)),
  }
}

/**
 * artMETIS minted for a deposit. `deposit` harvests first, so the static quote of the contract is too
 * high while rewards are pending; this is the one after the harvest.
 *
 * Source: Artemis `AMTDepositPool.deposit`.
 */
export function quoteArtemisDeposit(figures: ArtemisFigures, amountMetisWei: bigint): bigint {
  const deposits = figures.totalDepositsMetisWei + harvestOf(figures)
  if (deposits === 0n) return amountMetisWei
  return (amountMetisWei * figures.supplyWei) / deposits
}

/**
 * artMETIS for one METIS after a harvest, scaled by 1e18: the divisor of a withdrawal.
 *
 * Source: Artemis `AMTDepositPool.getArtMetisAmountToMint`.
 */
export function withdrawalOf(figures: ArtemisFigures): bigint {
  return quoteArtemisDeposit(figures, ONE)
}

/** Rewards that a harvest adds to the deposits. Source: Artemis `AMTRewardPool.claimReward`. */
export function harvestOf({pendingRewardMetisWei, feeRate}: ArtemisFigures): bigint {
  return pendingRewardMetisWei - (pendingRewardMetisWei * feeRate) / ONE
}
