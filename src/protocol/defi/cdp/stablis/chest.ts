import type {CdpChange, CdpHealth, CdpPosition} from '../position.ts'

const WAD = 10n ** 18n
/** From the eight decimals of a feed to the eighteen of a price. */
const PRICE_SCALE = 10n ** 10n

/** Settings that every figure of a chest depends on. */
export interface ChestTerms {
  /** Dollars with eight decimals. */
  price: bigint
  /** Scaled by 1e18. */
  minRatio: bigint
  /** Of a chest, without the reserve. */
  minNetDebt: bigint
  /** Debt that is kept for a liquidator. */
  gasReserve: bigint
  /** Share of a loan that is charged when it is taken, scaled by 1e18. */
  borrowingRate: bigint
}

/** Source: Stablis `StablisMath._computeCR`, and the lowest price at which it is the minimum. */
export function chestHealth(
  {collateral, debt}: Pick<CdpPosition, 'collateral' | 'debt'>,
  {price, minRatio}: ChestTerms,
): CdpHealth {
  if (debt === 0n) return {ratio: null, liquidationPrice: null}
  const ratio = (collateral * price * PRICE_SCALE) / debt
  const divisor = collateral * PRICE_SCALE
  const liquidationPrice = divisor === 0n ? null : (minRatio * debt + divisor - 1n) / divisor
  return {ratio, liquidationPrice}
}

/** Source: Stablis `StablisMath._computeNominalCR`. */
export function nominalRatio({collateral, debt}: Pick<CdpPosition, 'collateral' | 'debt'>): bigint {
  return debt === 0n ? 0n : (collateral * 10n ** 20n) / debt
}

/**
 * A chest after a change.
 *
 * Source: Stablis `BorrowerOperations`: a loan adds its fee to the debt, the first one the reserve too.
 */
export function afterChest(
  position: CdpPosition,
  {deposit, withdraw, borrow, repay}: CdpChange,
  {gasReserve, borrowingRate}: ChestTerms,
): CdpPosition {
  const fee = (borrowingRate * borrow) / WAD
  const reserve = position.debt === 0n && borrow > 0n ? gasReserve : 0n
  return {
    ...position,
    collateral: position.collateral + deposit - withdraw,
    debt: position.debt + borrow + fee + reserve - repay,
  }
}

/** Debt without the reserve, which only its owner repays. */
export function netDebt(debt: bigint, {gasReserve}: Pick<ChestTerms, 'gasReserve'>): bigint {
  return debt > gasReserve ? debt - gasReserve : 0n
}
