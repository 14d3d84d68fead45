import {enkiShare} from './queue.ts'
import {enkiAssets, type EnkiVault} from './vault.ts'

const ONE = 10n ** 18n

/**
 * METIS per seMETIS, scaled by 1e18: now, and after the rewards on the dispatcher are dispatched,
 * which the provider does. The provider's share is scaled by 1e18 too.
 *
 * Source: Enki `SeMetis.convertToAssets`, `RewardDispatcher.dispatch`.
 */
export function enkiRates(state: EnkiVault & {undispatchedWei: bigint; treasuryRatio: bigint}): {
  rate: bigint
  rateAfterHarvest: bigint
  feeRate: bigint
} {
  const {totalAssetsWei, supplyWei, undispatchedWei, treasuryRatio} = state
  const toVaultWei = undispatchedWei - enkiShare(undispatchedWei, treasuryRatio)
  const later = {supplyWei, totalAssetsWei: totalAssetsWei + toVaultWei}
  return {
    rate: enkiAssets(state, ONE),
    rateAfterHarvest: enkiAssets(later, ONE),
    feeRate: treasuryRatio * 10n ** 12n,
  }
}
