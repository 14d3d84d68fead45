import type {Hash, Hex} from 'viem'

import {executionGas} from '../../protocol/transaction.ts'
import {MAX_BLOCK_BYTES, MAX_BLOCK_TRANSACTIONS} from '../limits.ts'
import {isAlone} from '../mempool/classify.ts'
import type {HeldTransaction, TakeLimits} from '../mempool/mempool.ts'

/** The block being built: what was taken from the pool for it, in order, and the room that is left. */
export class OpenBlock {
  readonly #maxCount: number
  readonly #maxExecutionGas: bigint
  #held: HeldTransaction[] = []
  #executionGas = 0n
  #sizeBytes = 0

  constructor({single, executionGas}: {single: boolean; executionGas: bigint}) {
    this.#maxCount = single ? 1 : MAX_BLOCK_TRANSACTIONS
    this.#maxExecutionGas = executionGas
  }

  get isEmpty(): boolean {
    return this.#held.length === 0
  }

  /** True when its transaction must be alone. */
  get isAlone(): boolean {
    return this.#held[0] !== undefined && isAlone(this.#held[0].lane)
  }

  /** What its transactions declare for instructions. */
  get executionGas(): number {
    return Number(this.#executionGas)
  }

  get raws(): Hex[] {
    return this.#held.map(({raw}) => raw)
  }

  get held(): readonly HeldTransaction[] {
    return this.#held
  }

  /** What may still be taken, `chunk` at most. */
  room(chunk: number): TakeLimits {
    return {
      maxCount: this.isAlone ? 0 : Math.min(chunk, this.#maxCount - this.#held.length),
      executionGas: this.#maxExecutionGas - this.#executionGas,
      sizeBytes: MAX_BLOCK_BYTES - this.#sizeBytes,
      // A reserved transaction can only come first.
      allowAlone: this.isEmpty,
    }
  }

  add(held: readonly HeldTransaction[]): void {
    for (const item of held) {
      this.#held.push(item)
      this.#executionGas += executionGas(item)
      this.#sizeBytes += item.sizeBytes
    }
  }

  remove(hash: Hash): void {
    this.#held = this.#held.filter((item) => item.hash !== hash)
  }
}
