import {enkiShare} from './queue.ts'

/** The vault, as its rates need it. */
export interface EnkiVault {
  totalAssetsWei: bigint
  /** Total supply of seMETIS. */
  supplyWei: bigint
}

/**
 * eMETIS for shares, rounded down.
 *
 * Source: OpenZeppelin 4.9 `ERC4626._convertToAssets`, with an offset of 0.
 */
export function enkiAssets({totalAssetsWei, supplyWei}: EnkiVault, sharesWei: bigint): bigint {
  return (sharesWei * (totalAssetsWei + 1n)) / (supplyWei + 1n)
}

/** Shares for eMETIS, rounded down. */
export function enkiShares({totalAssetsWei, supplyWei}: EnkiVault, assetsWei: bigint): bigint {
  return (assetsWei * (supplyWei + 1n)) / (totalAssetsWei + 1n)
}

/** Shares that a withdrawal of exactly that much eMETIS burns: rounded up. */
export function enkiSharesToBurn(vault: EnkiVault, assetsWei: bigint): bigint {
  const {totalAssetsWei, supplyWei} = vault
  return (assetsWei * (supplyWei + 1n) + totalAssetsWei) / (totalAssetsWei + 1n)
}

/**
 * What leaves the vault at once, and what vests.
 *
 * Source: Enki `SeMetis._withdraw`.
 */
export function enkiSplit(
  assetsWei: bigint,
  vestingRatio: bigint,
): {liquidWei: bigint; vestsWei: bigint} {
  const vestsWei = enkiShare(assetsWei, vestingRatio)
  return {liquidWei: assetsWei - vestsWei, vestsWei}
}
