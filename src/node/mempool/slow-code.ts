/**
 * Contracts whose code is slow for its gas, learned from slow blocks. Gas is a poor measure of
 * time: MODEXP takes a hundred times as long as a token transfer. In: executed blocks. Out: whether
 * a transaction that calls such a contract fits into a slot.
 */
import type {Address, Hash} from 'viem'

import {executionGas, type SignedTransaction} from '../../protocol/transaction.ts'
import {
  SEAL_SHARE,
  SLOW_BLOCK_LEAST_GAS_PER_MS,
  SLOW_CODE_GAS_PER_MS,
  SLOW_CODE_KEPT_MS,
  SLOW_CODE_LEAST_GAS_PER_MS,
  SLOW_CODES,
} from '../limits.ts'
import {refused} from './admission.ts'

/** The transaction to which a slow block is attributed. */
export interface SlowTransaction {
  hash: Hash
  to: Address | null
  gasPerMs: number
  gasUsed: number
  ms: number
}

type Seen = Pick<SignedTransaction, 'hash' | 'to' | 'sender' | 'gasLimit' | 'intrinsicGas'>

export class SlowCode {
  /** By contract, or by deployer for contract creation. Oldest first. */
  readonly #known = new Map<string, {gasPerMs: number; untilMs: number}>()
  readonly #allowedMs: number

  constructor(slotMs: number) {
    this.#allowedMs = slotMs * SEAL_SHARE
  }

  /**
   * A block was executed.
   *
   * @returns the transaction that declared the most gas, when its code made the block slow
   */
  executed(
    transactions: readonly Seen[],
    {gasUsed, ms}: {gasUsed: number; ms: number},
    nowMs: number,
  ): SlowTransaction | undefined {
    const gasPerMs = Math.round(gasUsed / ms)
    const isSlowCode = gasPerMs < SLOW_CODE_GAS_PER_MS && gasPerMs >= SLOW_BLOCK_LEAST_GAS_PER_MS
    const [first, ...rest] = transactions
    if (ms <= this.#allowedMs || !isSlowCode || !first) return undefined
    const most = rest.reduce((a, b) => (executionGas(b) > executionGas(a) ? b : a), first)
    // Payments execute no code.
    if (executionGas(most) === 0n) return undefined
    const key = keyOf(most)
    this.#known.delete(key)
    // A contract must not be blocked because others slowed it down: below this, the code is not at
    // fault.
    const ofCode = Math.max(SLOW_CODE_LEAST_GAS_PER_MS, gasPerMs)
    this.#known.set(key, {gasPerMs: ofCode, untilMs: nowMs + SLOW_CODE_KEPT_MS})
    const [oldest] = this.#known.keys()
    if (this.#known.size > SLOW_CODES && oldest !== undefined) this.#known.delete(oldest)
    return {hash: most.hash, to: most.to, gasPerMs, gasUsed, ms}
  }

  /** @throws {PoolRefusedError} slow-code: what it declares would take longer than a block may */
  assertFits(transaction: Seen, nowMs: number): void {
    const seen = this.#known.get(keyOf(transaction))
    if (!seen || seen.untilMs <= nowMs) return
    const most = Math.floor(seen.gasPerMs * this.#allowedMs)
    if (Number(executionGas(transaction)) <= most) return
    const what = transaction.to === null ? 'contracts you deployed' : 'this contract'
    throw refused(
      'slow-code',
      `The code of ${what} ran at ${seen.gasPerMs} gas per ms, which would delay the block; declare at most ${most + Number(transaction.intrinsicGas)} gas or resend in ten minutes.`,
    )
  }
}

function keyOf({to, sender}: Seen): string {
  return to ?? `created by ${sender}`
}
