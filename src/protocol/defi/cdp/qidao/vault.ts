import type {CdpChange, CdpHealth, CdpPosition} from '../position.ts'

const WAD = 10n ** 18n
/** One dollar, with the eight decimals of the feed. */
const PEG = 10n ** 8n
const TEN_THOUSAND = 10_000n

/** Settings of the vaults that every figure depends on. */
export interface VaultTerms {
  /** Dollars with eight decimals. */
  price: bigint
  /** Whole percent. */
  minPercent: bigint
  /** Of 10,000. */
  openingFee: bigint
  closingFee: bigint
  /** Share of the fees that the front end charges, of 10,000. */
  promoter: bigint
  /** Ten to the difference between the decimals of the debt and of the collateral. */
  scale: bigint
}

/**
 * A fee on an amount of debt, in collateral.
 *
 * Source: QiDao `stableQiVault.calculateFee`.
 */
export function vaultFee(
  fee: bigint,
  amount: bigint,
  {price, promoter, scale}: VaultTerms,
): bigint {
  if (price === 0n) return 0n
  const charged =
    promoter > 0n
      ? (amount * fee * PEG * promoter) / (price * TEN_THOUSAND * TEN_THOUSAND)
      : (amount * fee * PEG) / (price * TEN_THOUSAND)
  return charged / scale
}

/**
 * Collateral percentage as the contract sees it: whole percent, rounded down.
 *
 * Source: QiDao `stableQiVault.calculateCollateralProperties`.
 */
export function vaultPercent(
  {collateral, debt}: Pick<CdpPosition, 'collateral' | 'debt'>,
  {price, scale}: VaultTerms,
): bigint | null {
  if (debt === 0n) return null
  return (collateral * price * scale * 100n) / (debt * PEG)
}

/** The ratio with all its decimals, and the lowest price at which the percentage is the minimum. */
export function vaultHealth(position: CdpPosition, terms: VaultTerms): CdpHealth {
  const {collateral, debt} = position
  const {price, scale, minPercent} = terms
  if (debt === 0n) return {ratio: null, liquidationPrice: null}
  const ratio = (collateral * price * scale * WAD) / (debt * PEG)
  const divisor = collateral * scale * 100n
  const liquidationPrice =
    divisor === 0n ? null : (minPercent * debt * PEG + divisor - 1n) / divisor
  return {ratio, liquidationPrice}
}

/**
 * A position after a change, in the order of our calls: deposit, repay, borrow, withdraw.
 *
 * Source: QiDao `stableQiVault.borrowToken` charges the opening fee on the whole new debt,
 * `payBackToken` the closing fee on what is repaid; both are taken from the collateral.
 */
export function afterVault(
  position: CdpPosition,
  {deposit, withdraw, borrow, repay}: CdpChange,
  terms: VaultTerms,
): CdpPosition {
  const debt = position.debt - repay + borrow
  const closing = repay > 0n ? vaultFee(terms.closingFee, repay, terms) : 0n
  const opening = borrow > 0n ? vaultFee(terms.openingFee, debt, terms) : 0n
  return {
    ...position,
    debt,
    collateral: position.collateral + deposit - closing - opening - withdraw,
  }
}
