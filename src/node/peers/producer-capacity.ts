/**
 * A forwarding node's memory of the producer's capacity. In: the producer's responses. Out:
 * rejections that cost neither a signature recovery nor a request. Capacity returns with the next
 * block, and is probed before.
 */
import type {HeldTransaction} from '../mempool/mempool.ts'
import {FORWARD_REFUSED_MS} from '../peer-limits.ts'

type Size = Pick<HeldTransaction, 'cost' | 'sizeBytes'>

export class ProducerCapacity {
  readonly #slotMs: number
  #refused: {size: Size; atMs: number} | undefined
  #headAtMs = Number.NEGATIVE_INFINITY

  constructor(slotMs: number) {
    this.#slotMs = slotMs
  }

  refused(size: Size, nowMs: number): void {
    const known = this.#current(nowMs)
    // The smallest rejected one is the most informative.
    if (known && !isWithin(size, known)) return
    this.#refused = {size, atMs: nowMs}
  }

  /** A block arrived, or the producer changed. */
  renew(nowMs: number): void {
    this.#refused = undefined
    this.#headAtMs = nowMs
  }

  /** False when one that is no larger was just rejected. */
  mayFit(size: Size, nowMs: number): boolean {
    const known = this.#current(nowMs)
    return !known || !isWithin(known, size)
  }

  /** Until the next block is due, when its slot is full. */
  retryAfterMs(nowMs: number): number {
    const dueMs = this.#headAtMs + this.#slotMs - nowMs
    return Math.ceil(Math.max(FORWARD_REFUSED_MS, Math.min(dueMs, this.#slotMs)))
  }

  #current(nowMs: number): Size | undefined {
    const {size, atMs} = this.#refused ?? {}
    return atMs !== undefined && nowMs - atMs < FORWARD_REFUSED_MS ? size : undefined
  }
}

function isWithin(a: Size, b: Size): boolean {
  return a.cost.gas <= b.cost.gas && a.cost.ms <= b.cost.ms && a.sizeBytes <= b.sizeBytes
}
