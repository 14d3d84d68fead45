const ONE = 10n ** 18n

/** A withdrawal that waits for METIS, or has it and waits to be claimed. */
export interface StakelinkWithdrawal {
  id: bigint
  /** Shares for which METIS is still due. */
  shares: bigint
  /** METIS that is there already, where the rest still waits. */
  partWei: bigint
  /** Zero while it waits. */
  batchId: bigint
}

/** METIS of a withdrawal that is finalized. Source: stake.link `WithdrawalPool.withdraw`. */
export function finalizedWei(
  {shares, partWei}: Pick<StakelinkWithdrawal, 'shares' | 'partWei'>,
  stakePerShares: bigint,
): bigint {
  return partWei + (shares * stakePerShares) / ONE
}

/** Where the queue of withdrawals stands. */
export interface WithdrawalCycle {
  now: bigint
  /** METIS on L2 that the pool can pay. */
  liquidWei: bigint
  /** METIS that L1 has sent for those who wait: it need not be asked for again. */
  comingWei: bigint
  /** Unix time. The next batch comes after it. */
  nextBatchAt: bigint
  /** Unix time. The next message to L1, which asks for METIS, comes at or after it. */
  nextUpdateAt: bigint
}

/**
 * Why a withdrawal that waits is not paid, and the earliest time at which a batch can include it.
 * Somebody has to finalize it in any case, which the provider does.
 *
 * @param dueWei everything up to the end of this withdrawal, in the order of the queue
 */
export function withdrawalBlockers(
  {now, liquidWei, comingWei, nextBatchAt, nextUpdateAt}: WithdrawalCycle,
  dueWei: bigint,
): {blockedBy: ('time' | 'liquidity' | 'admin')[]; earliestAt: bigint} {
  const isShort = dueWei > liquidWei
  // METIS that is not here has to be asked for first.
  const isToAsk = dueWei > liquidWei + comingWei
  const earliestAt = isToAsk && nextUpdateAt > nextBatchAt ? nextUpdateAt : nextBatchAt
  return {
    earliestAt,
    blockedBy: [
      ...(now < earliestAt ? (['time'] as const) : []),
      ...(isShort ? (['liquidity'] as const) : []),
      'admin',
    ],
  }
}
