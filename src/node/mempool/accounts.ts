/**
 * Nonce and balance of accounts at the head, read from the engine in batches: all reads of one turn
 * of the event loop share one request.
 */
import type {Address} from 'viem'

import {RpcResponseError} from '../../lib/json-rpc.ts'
import {maxCostWei, type SignedTransaction} from '../../protocol/transaction.ts'
import type {ExecutionEngine} from '../engine/engine.ts'
import {POOL_ACCOUNTS} from '../limits.ts'
import type {AccountState, Mempool} from './mempool.ts'

type Engine = Pick<ExecutionEngine, 'readAll'> & {head(): {number: number}}

/** A block that is reverted during a read may be replaced by another. */
const READS_AT_MOST = 3

interface Waiting {
  resolve(state: AccountState): void
  reject(error: unknown): void
}

export class Accounts {
  readonly #engine: Engine
  /** The balance is a lower bound: payments to an account are not followed. */
  readonly #known = new Map<Address, AccountState>()
  /** Incremented when pending responses become stale. */
  #generation = 0
  #waiting = new Map<Address, Waiting[]>()

  constructor(engine: Engine) {
    this.#engine = engine
  }

  known(address: Address): AccountState | undefined {
    return this.#known.get(address)
  }

  /** Re-reads the state. @throws {EngineError} */
  read(address: Address): Promise<AccountState> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.size === 0) setImmediate(() => void this.#flush())
      const waiting = this.#waiting.get(address) ?? []
      waiting.push({resolve, reject})
      this.#waiting.set(address, waiting)
    })
  }

  /** Whether the account already exists. A contract has its own nonce. @throws {EngineError} */
  async isThere(address: Address): Promise<boolean> {
    const {accountNonce, balanceWei} = await this.read(address)
    return accountNonce > 0 || balanceWei > 0n
  }

  /**
   * A block with these transactions and no others was sealed. Only their senders can have less than
   * before.
   */
  passed(transactions: readonly SignedTransaction[]): void {
    this.#generation++
    for (const transaction of transactions) {
      const {sender, accountNonce} = transaction
      const known = this.#known.get(sender)
      if (!known) continue
      this.#known.set(sender, {
        accountNonce: Math.max(known.accountNonce, accountNonce + 1),
        balanceWei: known.balanceWei - maxCostWei(transaction),
      })
    }
  }

  /** The chain changed in another way: earlier reads are stale. */
  forget(): void {
    this.#generation++
    this.#known.clear()
  }

  /** Nonce and balance of each at the head. */
  async #answers(addresses: readonly Address[]): Promise<unknown[]> {
    for (let left = READS_AT_MOST; ; left--) {
      const at = this.#engine.head().number
      const answers = await this.#engine.readAll(
        addresses.flatMap((address) => [
          {method: 'eth_getTransactionCount', params: [address], at},
          {method: 'eth_getBalance', params: [address], at},
        ]),
      )
      const refused = answers.find((answer) => answer instanceof RpcResponseError)
      if (!refused) return answers
      if (left === 1) throw refused
    }
  }

  async #flush(): Promise<void> {
    const batch = this.#waiting
    this.#waiting = new Map()
    const addresses = [...batch.keys()]
    // A block sealed during the read makes the responses stale.
    const generation = this.#generation
    try {
      const answers = await this.#answers(addresses)
      addresses.forEach((address, index) => {
        const state = {
          accountNonce: Number(answers[index * 2]),
          balanceWei: BigInt(String(answers[index * 2 + 1])),
        }
        if (this.#known.size >= POOL_ACCOUNTS) this.#known.clear()
        if (generation === this.#generation) this.#known.set(address, state)
        for (const {resolve} of batch.get(address) ?? []) resolve(state)
      })
    } catch (error) {
      for (const waiting of batch.values()) for (const {reject} of waiting) reject(error)
    }
  }
}

/** Re-reads accounts and updates the pool. @throws {EngineError} */
export async function refreshAccounts(
  mempool: Mempool,
  accounts: Accounts,
  addresses: readonly Address[],
  afterRollback: boolean,
): Promise<void> {
  const states = await Promise.all(addresses.map((address) => accounts.read(address)))
  addresses.forEach((address, index) => mempool.setAccount(address, states[index]!, afterRollback))
}
