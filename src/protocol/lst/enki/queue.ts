/** Fees and shares are parts of this. */
const FEE_PRECISION = 1_000_000n

/** The share of an amount, rounded down. */
export function enkiShare(amountWei: bigint, parts: bigint): bigint {
  return (amountWei * parts) / FEE_PRECISION
}

/**
 * METIS that a ticket is worth, and the fee that the queue keeps in eMETIS.
 *
 * Source: Enki `RedemptionQueue.enterRedemptionQueue`.
 */
export function enkiTicket(
  amountWei: bigint,
  redemptionFee: bigint,
): {owedWei: bigint; feeWei: bigint} {
  const feeWei = enkiShare(amountWei, redemptionFee)
  return {owedWei: amountWei - feeWei, feeWei}
}

/**
 * eMETIS that comes back when a ticket is cancelled.
 *
 * @param cancelFee the fee at the time when the ticket was made
 * Source: Enki `RedemptionQueue.cancelRedemptionTicketNft`.
 */
export function enkiCancel(
  owedWei: bigint,
  cancelFee: bigint,
): {returnedWei: bigint; feeWei: bigint} {
  const feeWei = enkiShare(owedWei, cancelFee)
  return {returnedWei: owedWei - feeWei, feeWei}
}

/**
 * Seconds by which LP tokens shorten the wait of a ticket. The contract keeps the lowest 64 bits.
 *
 * Source: Enki `RedemptionQueue.getReduceTime`.
 */
export function enkiReduceSeconds(owedWei: bigint, lpWei: bigint, factor: bigint): bigint {
  return BigInt.asUintN(64, (factor * lpWei) / owedWei)
}

/**
 * LP tokens for a reduction by that many seconds. The contract rounds down, so the reduction that
 * they give can be a second shorter.
 *
 * Source: Enki `RedemptionQueue.estimateLpAmount`.
 */
export function enkiLpNeeded(owedWei: bigint, reduceSeconds: bigint, factor: bigint): bigint {
  return (owedWei * reduceSeconds) / factor
}

/** Longest reduction that the contract takes now; zero when the ticket is too close to maturity. */
export function enkiMostReduceSeconds(ticket: {
  maturity: bigint
  now: bigint
  minQueueSeconds: bigint
}): bigint {
  const {maturity, now, minQueueSeconds} = ticket
  const left = maturity - now - minQueueSeconds
  return left > 0n ? left : 0n
}
