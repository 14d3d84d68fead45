/**
 * In: inbox transactions in L1 order. Out: the valid transaction batches. Identical for every
 * reader.
 */
import type {Hex} from 'viem'

import {InvalidBatchError, type TxBatch} from '../../protocol/batch-codec.ts'
import {decodePart, isBatchPart, joinParts, type BatchPart} from '../../protocol/batch-parts.ts'
import {BATCH_PART_BLOCKS} from '../limits.ts'
import {endOf, nextBatch, type BatchPosition} from './read-inbox.ts'

interface Pieces {
  /** L1 block of the first piece. */
  sinceBlock: number
  found: Map<number, BatchPart>
}

export class BatchReader {
  #position: BatchPosition
  /** Batches with missing pieces, by id. */
  readonly #waiting: Map<string, Pieces>

  constructor(position: BatchPosition, waiting: ReadonlyMap<string, Pieces> = new Map()) {
    this.#position = position
    this.#waiting = new Map(waiting)
  }

  get position(): BatchPosition {
    return this.#position
  }

  /** True while batches are incomplete: a later reader must start before their pieces. */
  get isWaiting(): boolean {
    return this.#waiting.size > 0
  }

  /** An independent copy: reading on here does not affect it. */
  fork(): BatchReader {
    const waiting = [...this.#waiting].map(
      ([id, {sinceBlock, found}]) => [id, {sinceBlock, found: new Map(found)}] as const,
    )
    return new BatchReader(this.#position, new Map(waiting))
  }

  /**
   * Drops the pieces of batches that were not completed in time. Called for each L1 block, before
   * `take`.
   */
  enter(l1Block: number): void {
    for (const [id, {sinceBlock}] of this.#waiting) {
      if (l1Block >= sinceBlock + BATCH_PART_BLOCKS) this.#waiting.delete(id)
    }
  }

  /** @returns the batch that this transaction completes, if it is the next one */
  take(l1Block: number, calldata: Hex): TxBatch | undefined {
    const whole = isBatchPart(calldata) ? this.#add(l1Block, calldata) : calldata
    const batch = whole && nextBatch(whole, this.#position)
    if (!batch) return undefined
    this.#position = {batchIndex: Number(batch.batchIndex), l2Block: endOf(batch)}
    // All other waiting pieces have the same number and are too late.
    this.#waiting.clear()
    return batch
  }

  #add(l1Block: number, calldata: Hex): Hex | undefined {
    try {
      const piece = decodePart(calldata)
      const pieces = this.#waiting.get(piece.id) ?? {sinceBlock: l1Block, found: new Map()}
      pieces.found.set(piece.part, piece)
      this.#waiting.set(piece.id, pieces)
      if (pieces.found.size < piece.parts) return undefined
      this.#waiting.delete(piece.id)
      return joinParts([...pieces.found.values()].sort((a, b) => a.part - b.part))
    } catch (error) {
      if (error instanceof InvalidBatchError) return undefined
      throw error
    }
  }
}
