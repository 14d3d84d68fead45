/** What rewards are paid from. */
export interface Purse {
  balanceMetisWei: bigint
  /** What LockingInfo may take. */
  allowanceMetisWei: bigint
}

/**
 * What a reward batch can cost at most before all of it reverts.
 *
 * Source: `LockingInfo.distributeReward`, a transferFrom of the reward payer.
 */
export function payable({balanceMetisWei, allowanceMetisWei}: Purse): bigint {
  return balanceMetisWei < allowanceMetisWei ? balanceMetisWei : allowanceMetisWei
}
