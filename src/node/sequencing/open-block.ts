import type {Hash, Hex} from 'viem'

import {MAX_BLOCK_BYTES, MAX_BLOCK_TRANSACTIONS} from '../limits.ts'
import {isAlone} from '../mempool/classify.ts'
import type {HeldTransaction, TakeLimits} from '../mempool/mempool.ts'
import {addTo, type Load} from '../mempool/ready-queue.ts'

/** Capacity of one block. */
export interface BlockCapacity {
  single: boolean
  /** Counted gas for instructions: the promise may change while the block is open. */
  gas: () => number
  /** Milliseconds of sealing. */
  sealMs: number
}

/** The block being built: its transactions from the pool, in order, and the remaining capacity. */
export class OpenBlock {
  readonly #capacity: BlockCapacity
  #held: HeldTransaction[] = []
  readonly #load: Load = {count: 0, gas: 0, bytes: 0, ms: 0}

  constructor(capacity: BlockCapacity) {
    this.#capacity = capacity
  }

  get isEmpty(): boolean {
    return this.#held.length === 0
  }

  /** True when its transaction must be alone. */
  get isAlone(): boolean {
    return this.#held[0] !== undefined && isAlone(this.#held[0].lane)
  }

  /** Expected sealing time of its transactions, in milliseconds. */
  get sealMs(): number {
    return this.#load.ms
  }

  get raws(): Hex[] {
    return this.#held.map(({raw}) => raw)
  }

  get held(): readonly HeldTransaction[] {
    return this.#held
  }

  /** The remaining capacity, at most `chunk`. */
  capacity(chunk: number): TakeLimits {
    const {single, gas, sealMs} = this.#capacity
    const most = single ? 1 : MAX_BLOCK_TRANSACTIONS
    return {
      maxCount: this.isAlone ? 0 : Math.min(chunk, most - this.#load.count),
      gas: gas() - this.#load.gas,
      sealMs: sealMs - this.#load.ms,
      sizeBytes: MAX_BLOCK_BYTES - this.#load.bytes,
      // A reserved transaction can only come first.
      allowAlone: this.isEmpty,
    }
  }

  add(held: readonly HeldTransaction[]): void {
    for (const item of held) {
      this.#held.push(item)
      addTo(this.#load, item, 1)
    }
  }

  remove(hash: Hash): void {
    const gone = this.#held.find((item) => item.hash === hash)
    if (!gone) return
    this.#held = this.#held.filter((item) => item !== gone)
    addTo(this.#load, gone, -1)
  }
}
