import type {Address} from 'viem'

/** A ticket of the redemption queue: an NFT. */
export interface EnkiTicket {
  id: bigint
  /** Null once it is burnt. */
  holder: Address | null
  isRedeemed: boolean
  /** Unix time. */
  maturity: bigint
  /** METIS, after the redemption fee. */
  owedWei: bigint
  /** Out of 1e6. */
  cancelFee: bigint
  /** What shortened its wait. */
  lp: {token: Address; wei: bigint; maturity: bigint; isClaimed: boolean} | null
}

/** Why each open ticket cannot be redeemed now, in the order in which they are redeemed. */
export function enkiBlockers(
  tickets: readonly EnkiTicket[],
  {now, liquidityMetisWei}: {now: bigint; liquidityMetisWei: bigint},
): ('time' | 'liquidity')[][] {
  let left = liquidityMetisWei
  return tickets.map(({maturity, owedWei}) => {
    const isShort = owedWei > left
    const isEarly = now < maturity
    // What a ticket takes is no longer there for the account's next one.
    if (!isShort && !isEarly) left -= owedWei
    return [...(isEarly ? (['time'] as const) : []), ...(isShort ? (['liquidity'] as const) : [])]
  })
}

/** LP tokens that can be unlocked now. */
export function unlockableLp({lp}: EnkiTicket, now: bigint): boolean {
  return lp !== null && !lp.isClaimed && lp.maturity <= now
}
