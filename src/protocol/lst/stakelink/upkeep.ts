/** METIS on L2 on its way between depositors, L1 and those who withdraw. */
export interface StakelinkFlow {
  /** Of the strategy, by its books: what an update sends to L1. */
  idleWei: bigint
  /** Of the strategy, by its balance: rewards that nobody counted are in it. */
  strategyWei: bigint
  /** METIS in the pool itself, which pays before the strategy does. */
  unusedWei: bigint
  /** METIS at the transmitter, from L1. */
  arrivedWei: bigint
  /** METIS that L1 says it has sent and that is not counted as arrived. */
  fromL1Wei: bigint
  toL1Wei: bigint
  /** Only more than this goes to L1. */
  thresholdWei: bigint
  /** stMETIS that waits for METIS. */
  dueWei: bigint
  /** The part of it that METIS on L2 pays. */
  payableWei: bigint
  /** METIS that waits for its owners to claim it. */
  finalizedWei: bigint
}

/** METIS from L1 is counted as idle. Source: stake.link `L2Transmitter.depositTokensFromL1`. */
export function afterArrival(flow: StakelinkFlow): StakelinkFlow & {countedWei: bigint} {
  const {idleWei, strategyWei, arrivedWei, fromL1Wei, payableWei, dueWei} = flow
  const countedWei = least(arrivedWei, fromL1Wei)
  return {
    ...{...flow, countedWei},
    ...{idleWei: idleWei + countedWei, strategyWei: strategyWei + countedWei},
    ...{arrivedWei: arrivedWei - countedWei, fromL1Wei: fromL1Wei - countedWei},
    payableWei: least(dueWei, payableWei + countedWei),
  }
}

/** Withdrawals are finalized, in their order. Source: stake.link `WithdrawalPool.performUpkeep`. */
export function afterUpkeep(flow: StakelinkFlow): StakelinkFlow & {paidWei: bigint} {
  const {idleWei, strategyWei, unusedWei, dueWei, payableWei, finalizedWei} = flow
  const paidWei = least(dueWei, payableWei)
  const fromPool = least(paidWei, unusedWei)
  const left = strategyWei - (paidWei - fromPool)
  return {
    ...{...flow, paidWei, unusedWei: unusedWei - fromPool, strategyWei: left},
    // A withdrawal from the strategy sets its books to its balance.
    idleWei: paidWei > fromPool ? left : idleWei,
    ...{dueWei: dueWei - paidWei, payableWei: payableWei - paidWei},
    finalizedWei: finalizedWei + paidWei,
  }
}

/**
 * What arrived is counted, withdrawals are finalized where it is time for that, and the rest leaves
 * for L1 where it is worth it. Source: stake.link `L2Transmitter.executeUpdate`.
 */
export function afterUpdate(
  flow: StakelinkFlow,
  canFinalize: boolean,
): StakelinkFlow & {paidWei: bigint; sentWei: bigint} {
  const counted = afterArrival(flow)
  const pays = canFinalize && counted.idleWei > 0n && counted.payableWei > 0n
  const paid = pays ? afterUpkeep(counted) : {...counted, paidWei: 0n}
  const sentWei = paid.idleWei > paid.thresholdWei ? paid.idleWei : 0n
  return {
    ...{...paid, sentWei, idleWei: paid.idleWei - sentWei},
    ...{strategyWei: paid.strategyWei - sentWei, toL1Wei: paid.toL1Wei + sentWei},
  }
}

/**
 * METIS for each vault, those first that come first, up to the most that one may lock. The first
 * deposit of a vault is at least the least that one may lock; one that exits gets none.
 *
 * @returns by the index of the vault
 */
export function spreadOverVaults(
  vaults: readonly {lockedMetisWei: bigint; isExiting: boolean}[],
  {idleWei, minWei, maxWei}: {idleWei: bigint; minWei: bigint; maxWei: bigint},
): {vault: bigint; wei: bigint}[] {
  let left = idleWei
  return vaults.flatMap(({lockedMetisWei, isExiting}, index) => {
    const wei = least(left, maxWei - lockedMetisWei)
    if (isExiting || wei <= 0n || lockedMetisWei + wei < minWei) return []
    left -= wei
    return [{vault: BigInt(index), wei}]
  })
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}
