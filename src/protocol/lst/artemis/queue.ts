import {ONE, withdrawalOf, type ArtemisFigures} from './rates.ts'

/** The withdrawal queue: requests are numbered by nonce, unlocked by the provider in this order. */
export interface ArtemisQueue {
  /** Of the next request. */
  nextWithdrawNonce: bigint
  /** The first request that is not unlocked. */
  nextUnlockNonce: bigint
  /** Between a request and its payment, unlocked or not. */
  delaySeconds: bigint
  /** Owed to the requests that are not unlocked. */
  lockedMetisWei: bigint
  /** METIS of the deposit pool, from which requests are unlocked. */
  poolMetisWei: bigint
  /** METIS of the manager, from which unlocked requests are paid. */
  managerMetisWei: bigint
}

/** Source: `AMTWithdrawalManager.WithdrawRequest`. */
export interface ArtemisRequest {
  artMetisAmount: bigint
  expectedAmount: bigint
  startTime: bigint
}

/** A request, and METIS that must be there before it can be unlocked. */
export interface ArtemisPlace extends ArtemisRequest {
  /** Owed to it and to every earlier request that is not unlocked; null once it is unlocked. */
  neededMetisWei: bigint | null
}

type Blocker = 'time' | 'admin' | 'liquidity'

/**
 * Gates that a request has yet to pass.
 *
 * @param requests of one account, the oldest first: they are paid in this order
 * @param nowSeconds timestamp of the block
 *
 * Source: Artemis `AMTWithdrawalManager.completeWithdrawal`, `unlockWithdrawal`.
 */
export function artemisBlockers(
  requests: readonly ArtemisPlace[],
  queue: ArtemisQueue,
  nowSeconds: bigint,
): Blocker[][] {
  let unlockedWei = 0n
  return requests.map(({startTime, expectedAmount, neededMetisWei}) => {
    const blockers: Blocker[] = []
    if (startTime + queue.delaySeconds > nowSeconds) blockers.push('time')
    if (neededMetisWei === null) {
      unlockedWei += expectedAmount
      if (unlockedWei > queue.managerMetisWei) blockers.push('liquidity')
      return blockers
    }
    blockers.push('admin')
    if (neededMetisWei > queue.poolMetisWei) blockers.push('liquidity')
    return blockers
  })
}

/**
 * METIS owed for a withdrawal, and the figures after a harvest before it.
 *
 * Source: Artemis `AMTWithdrawalManager.initiateWithdrawal`, which does not harvest itself.
 */
export function quoteArtemisWithdrawal(figures: ArtemisFigures, artMetisWei: bigint): bigint {
  const perMetis = withdrawalOf(figures)
  return perMetis === 0n ? 0n : (artMetisWei * ONE) / perMetis
}
