/**
 * Transactions that can be sealed now. Senders take turns, so that a sender of thousands does not
 * make others wait; within a sender, nonces decide. Transactions of the MPC account go before all
 * others.
 */
import type {Address, Hash} from 'viem'

import type {HeldTransaction} from './held.ts'

/** Demand of a set of transactions on a block. */
export interface Load {
  count: number
  /** Counted gas for instructions. */
  gas: number
  bytes: number
  /** Milliseconds of sealing. */
  ms: number
}

/** One sender's transactions by nonce, lowest first. */
type Line = Map<number, HeldTransaction>

export class ReadyQueue {
  readonly #hashes = new Set<Hash>()
  readonly #system = new Map<Address, Line>()
  /** The sender at the front is next. */
  readonly #ordinary = new Map<Address, Line>()
  readonly #load: Load = {count: 0, gas: 0, bytes: 0, ms: 0}

  get load(): Readonly<Load> {
    return this.#load
  }

  countBefore(monotonicMs: number): number {
    let count = 0
    for (const lines of [this.#system, this.#ordinary]) {
      for (const line of lines.values()) {
        for (const {arrivedAtMs} of line.values()) if (arrivedAtMs < monotonicMs) count++
      }
    }
    return count
  }

  has(hash: Hash): boolean {
    return this.#hashes.has(hash)
  }

  /** After the sender's other transactions, whose nonces are lower. */
  push(held: HeldTransaction): void {
    const lines = this.#linesOf(held)
    const line = lines.get(held.sender)
    if (line) line.set(held.accountNonce, held)
    else lines.set(held.sender, new Map([[held.accountNonce, held]]))
    this.#count(held, 1)
  }

  delete(held: HeldTransaction): void {
    if (!this.#hashes.has(held.hash)) return
    const lines = this.#linesOf(held)
    const line = lines.get(held.sender)
    line?.delete(held.accountNonce)
    if (line?.size === 0) lines.delete(held.sender)
    this.#count(held, -1)
  }

  /** The replacement takes the position of the transaction it replaces. */
  replace(before: HeldTransaction, held: HeldTransaction): void {
    if (!this.#hashes.has(before.hash)) return
    this.#linesOf(before).get(before.sender)?.set(held.accountNonce, held)
    this.#count(before, -1)
    this.#count(held, 1)
  }

  /** The next one; it stays where it is. */
  peek(): HeldTransaction | undefined {
    for (const lines of [this.#system, this.#ordinary]) {
      for (const line of lines.values()) return line.values().next().value
    }
    return undefined
  }

  /** Removes the transaction that `peek` returned; then the next sender's turn comes. */
  shift(): void {
    const held = this.peek()
    if (!held) return
    const lines = this.#linesOf(held)
    const line = lines.get(held.sender)!
    line.delete(held.accountNonce)
    lines.delete(held.sender)
    if (line.size > 0) lines.set(held.sender, line)
    this.#count(held, -1)
  }

  /** At the front, in this order of senders; nonces of a sender ascending. */
  unshift(taken: readonly HeldTransaction[]): void {
    for (const lines of [this.#system, this.#ordinary]) {
      const rest = new Map(lines)
      lines.clear()
      for (const held of taken) {
        if (this.#linesOf(held) !== lines) continue
        const line = lines.get(held.sender)
        if (line) line.set(held.accountNonce, held)
        else lines.set(held.sender, new Map([[held.accountNonce, held]]))
        this.#count(held, 1)
      }
      for (const [sender, line] of rest) {
        lines.set(sender, new Map([...(lines.get(sender) ?? []), ...line]))
      }
    }
  }

  /** Moves the senders of these to the front, in this order. */
  promote(these: readonly HeldTransaction[]): void {
    const first = new Map<Address, Line>()
    for (const held of these) {
      const line = this.#hashes.has(held.hash) ? this.#ordinary.get(held.sender) : undefined
      if (line) first.set(held.sender, line)
    }
    const rest = [...this.#ordinary].filter(([sender]) => !first.has(sender))
    this.#ordinary.clear()
    for (const [sender, line] of [...first, ...rest]) this.#ordinary.set(sender, line)
  }

  #linesOf({lane}: HeldTransaction): Map<Address, Line> {
    return lane.kind === 'system' ? this.#system : this.#ordinary
  }

  #count(held: HeldTransaction, sign: 1 | -1): void {
    if (sign === 1) this.#hashes.add(held.hash)
    else this.#hashes.delete(held.hash)
    addTo(this.#load, held, sign)
  }
}

export function addTo(load: Load, held: HeldTransaction, sign: 1 | -1): void {
  load.count += sign
  load.gas += sign * held.cost.gas
  load.bytes += sign * held.sizeBytes
  load.ms += sign * held.cost.ms
}
