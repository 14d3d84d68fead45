/** Terms of a stablecoin that is borrowed against one kind of collateral. */
export interface CdpTerms {
  /** Dollars for one whole token of collateral, with eight decimals. */
  price: bigint
  /** Below it a position can be liquidated; scaled by 1e18. */
  minRatio: bigint
  minDebt: bigint
  /** Of one position; null without a limit. */
  maxDebt: bigint | null
  /** The most that everybody together can borrow now; null without a limit. */
  available: bigint | null
  /** Interest per year, scaled by 1e18. */
  interest: bigint
  /** Shares of the debt that are charged when it is taken and when it is repaid, scaled by 1e18. */
  openingFee: bigint
  closingFee: bigint
  /** Others may repay the debt for its collateral at face value. */
  isRedeemable: boolean
}

/** Collateral and debt under one id. */
export interface CdpPosition {
  id: bigint
  collateral: bigint
  debt: bigint
}

/** A change of a position. Every amount is zero or more. */
export interface CdpChange {
  deposit: bigint
  withdraw: bigint
  borrow: bigint
  repay: bigint
}

export const noChange: CdpChange = {deposit: 0n, withdraw: 0n, borrow: 0n, repay: 0n}

/** How safe a position is. */
export interface CdpHealth {
  /** Value of the collateral over the debt, scaled by 1e18; null without debt. */
  ratio: bigint | null
  /** Lowest price at which it is not liquidated, with eight decimals; null without debt. */
  liquidationPrice: bigint | null
}
