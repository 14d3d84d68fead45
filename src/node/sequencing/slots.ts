import type {Clock} from '../../lib/clock.ts'
import {SEAL_SHARE, SINGLE_BLOCKS_PER_SLOT, SLOT_EARLY_PART} from '../limits.ts'
import type {SlotTime} from '../mempool/admission-control.ts'

/** The slot schedule of the producer, on the monotonic clock. */
export class Slots {
  readonly #clock: Clock
  readonly #slotMs: number
  #nextSlotAtMs = 0
  #lastBlockAtMs = 0
  /**
   * How long before the slot's end sealing starts, so that the block is ready when the slot ends.
   */
  #leadMs = 0

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

  get time(): SlotTime {
    const now = this.#clock.monotonicMs()
    const slotMs = this.#slotMs
    return {msToSeal: this.sealAtMs - now, msToEnd: this.#nextSlotAtMs - now, slotMs}
  }

  get sealAtMs(): number {
    return this.#nextSlotAtMs - this.#leadMs
  }

  /** The latest time at which a producer must check again. */
  nextLookAtMs(hasSingleWork: boolean): number {
    return hasSingleWork ? Math.min(this.sealAtMs, this.nextSingleAtMs) : this.sealAtMs
  }

  get isDue(): boolean {
    return this.#clock.monotonicMs() >= this.sealAtMs
  }

  get isSingleDue(): boolean {
    return this.#clock.monotonicMs() >= this.nextSingleAtMs
  }

  /**
   * Expected sealing time of the open block. Sealing starts this long before the end of the slot.
   */
  expectSeal(ms: number): void {
    this.#leadMs = Math.min(ms, this.#slotMs * SEAL_SHARE)
  }

  /**
   * Our block is done. Keeps the schedule; after a delay a new one starts instead of a burst. A
   * block that is much too early moves the schedule forward: transactions accepted from now on are
   * promised the next block within a slot.
   */
  advance(): void {
    const now = this.#clock.monotonicMs()
    const isOnTime = this.isDue && now - this.#nextSlotAtMs < this.#slotMs
    const atBeat = this.#nextSlotAtMs + this.#slotMs
    const atMost = now + this.#slotMs * (1 + SLOT_EARLY_PART)
    this.#nextSlotAtMs = isOnTime ? Math.min(atBeat, atMost) : now + this.#slotMs
    this.#lastBlockAtMs = now
  }

  /** A peer's block arrived or there was nothing to do: the next slot ends one slot from now. */
  restart(): void {
    this.#nextSlotAtMs = this.#clock.monotonicMs() + this.#slotMs
  }

  blockCame(): void {
    this.#lastBlockAtMs = this.#clock.monotonicMs()
    this.restart()
  }
}
