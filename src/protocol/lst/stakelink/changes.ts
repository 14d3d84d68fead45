import type {RateChange} from '../yield.ts'
import type {StakelinkPool} from './shares.ts'

/** Something that moved the totals of the pool. */
export interface StakelinkChange {
  blockNumber: bigint
  /**
   * `stake`, `exit`: METIS came in or went out at the price of a share. `gift`: METIS came in without
   * shares. `burn`: shares went without METIS. `rewards`: earned or, below zero, lost; with new
   * shares for fees.
   */
  kind: 'stake' | 'exit' | 'gift' | 'burn' | 'rewards'
  wei: bigint
  /** Of rewards. */
  feesWei?: bigint
}

/**
 * What each change added to deposits and shares, walked back from the totals after the last one: the
 * events of the pool tell METIS, and shares follow from the price. A division rounds each by a share
 * at most.
 *
 * @param changes in chain order
 * Source: stake.link `StakingPool`, `StakingRewardsPool`.
 */
export function stakelinkRateChanges(
  after: StakelinkPool,
  changes: readonly StakelinkChange[],
): RateChange[] {
  let pool = after
  return changes
    .toReversed()
    .map((change) => {
      const before = poolBefore(pool, change)
      const metisWei = pool.totalStakedWei - before.totalStakedWei
      const sharesWei = pool.totalShares - before.totalShares
      pool = before
      return {blockNumber: change.blockNumber, metisWei, sharesWei}
    })
    .toReversed()
}

function poolBefore(
  {totalStakedWei, totalShares}: StakelinkPool,
  {kind, wei, feesWei = 0n}: StakelinkChange,
): StakelinkPool {
  switch (kind) {
    case 'stake':
      return atPrice(totalStakedWei - wei)
    case 'exit':
      return atPrice(totalStakedWei + wei)
    case 'gift':
      return {totalStakedWei: totalStakedWei - wei, totalShares}
    case 'burn':
      return {totalStakedWei, totalShares: part(totalShares * totalStakedWei, totalStakedWei - wei)}
    case 'rewards': {
      const shares = part(totalShares * (totalStakedWei - feesWei), totalStakedWei)
      return {totalStakedWei: totalStakedWei - wei, totalShares: shares}
    }
  }

  function atPrice(staked: bigint): StakelinkPool {
    return {totalStakedWei: staked, totalShares: part(totalShares * staked, totalStakedWei)}
  }
}

/** The pool was empty where there is nothing to divide by. */
function part(dividend: bigint, divisor: bigint): bigint {
  return divisor > 0n ? dividend / divisor : 0n
}
