/** The source of reward payments. */
export interface Purse {
  balanceMetisWei: bigint
  /** Allowance to LockingInfo. */
  allowanceMetisWei: bigint
}

/**
 * The maximum cost of a reward batch before all of it reverts.
 *
 * Source: `LockingInfo.distributeReward`, a transferFrom of the reward payer.
 */
export function payable({balanceMetisWei, allowanceMetisWei}: Purse): bigint {
  return balanceMetisWei < allowanceMetisWei ? balanceMetisWei : allowanceMetisWei
}
