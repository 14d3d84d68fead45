import type {Clock} from '../../lib/clock.ts'
import {SINGLE_BLOCKS_PER_SLOT} from '../limits.ts'

/** The beat of the producer, on the clock that never goes back. */
export class Slots {
  readonly #clock: Clock
  readonly #slotMs: number
  #nextSlotAtMs = 0
  #lastBlockAtMs = 0

  constructor(clock: Clock, slotMs: number) {
    this.#clock = clock
    this.#slotMs = slotMs
  }

  get nextSlotAtMs(): number {
    return this.#nextSlotAtMs
  }

  /** When the next block of a single transaction may follow. */
  get nextSingleAtMs(): number {
    return this.#lastBlockAtMs + this.#slotMs / SINGLE_BLOCKS_PER_SLOT
  }

  get isDue(): boolean {
    return this.#clock.monotonicMs() >= this.#nextSlotAtMs
  }

  get isSingleDue(): boolean {
    return this.#clock.monotonicMs() >= this.nextSingleAtMs
  }

  /** Our block is done. Keeps the beat; after a delay a new one begins instead of a burst. */
  advance(): void {
    const now = this.#clock.monotonicMs()
    const isOnTime = this.isDue && now - this.#nextSlotAtMs < this.#slotMs
    this.#nextSlotAtMs = isOnTime ? this.#nextSlotAtMs + this.#slotMs : now + this.#slotMs
    this.#lastBlockAtMs = now
  }

  /** A peer's block came, or nothing was to be done: the next slot is one slot from now. */
  restart(): void {
    this.#nextSlotAtMs = this.#clock.monotonicMs() + this.#slotMs
  }

  blockCame(): void {
    this.#lastBlockAtMs = this.#clock.monotonicMs()
    this.restart()
  }
}
