/**
 * What this node can confirm in one slot, learned from what it did. In: the outcome of each slot.
 * Out: the gas a block may declare, and how much may wait for it.
 */
import {
  BLOCK_EXECUTION_GAS,
  ENGINE_BATCH,
  EXECUTION_GAS_GROWTH,
  MAX_BLOCK_BYTES,
  MAX_BLOCK_TRANSACTIONS,
  MAX_EXECUTION_GAS,
  MIN_EXECUTION_GAS,
  NEXT_SLOT_OPENS,
  SEAL_RESERVE,
  SEAL_SHARE,
  STAGE_CHUNK,
  STAGE_CHUNKS_SEEN,
  STAGE_LATE_FEW,
  STAGE_LATE_PART,
  STAGE_RATE_LEAST,
  STAGE_RATE_MOST,
  STAGE_RATE_START,
  STAGE_RATE_WEIGHT,
  STAGE_SHARE_CUT,
  STAGE_SHARE_GROWTH,
  STAGE_SHARE_LEAST,
  STAGE_SHARE_MOST,
  STAGE_SHARE_START,
  USUAL_SLOT_MS,
} from '../limits.ts'
import type {Load} from './ready-queue.ts'

/** How much may be ready, counting what is in the open block. */
export interface PoolRoom extends Load {
  /** Of that, how many the engine does not have yet. */
  waiting: number
}

export interface SlotTime {
  /** Until the open block is sealed; 0 or less while it is. */
  msToEnd: number
  slotMs: number
}

/** What became of a slot, seen when its block is sealed. */
export interface SlotOutcome {
  /** Transactions in its block. */
  sealed: number
  /** Accepted in time for it, and not in it. */
  late: number
  /** Refused because there was no room. */
  refused: number
  slotMs: number
}

export class Pace {
  /** Transactions per second that go into the engine while there is no end of them. */
  #engineRate = STAGE_RATE_START
  /** The part of that which is promised. */
  #share = STAGE_SHARE_START
  /** Speed of the full chunks of this slot. */
  #chunks: number[] = []
  #executionGas = Number(BLOCK_EXECUTION_GAS)
  readonly #mostGas: () => number

  /** @param mostGas for instructions in one block, whatever the machine could do */
  constructor(mostGas: () => number = () => Number.POSITIVE_INFINITY) {
    this.#mostGas = mostGas
  }

  /** Transactions that we promise to bring from the door into the engine. */
  get ratePerSecond(): number {
    return this.#engineRate * this.#share
  }

  /** Gas for instructions that the next block may declare. */
  get executionGas(): bigint {
    return BigInt(Math.floor(Math.min(this.#executionGas, this.#mostGas())))
  }

  /** How many to hand to the engine now, so that the seal does not wait for it. */
  chunkFor(msToEnd: number): number {
    const fitting = Math.floor((this.#engineRate / 1000) * msToEnd)
    return Math.min(STAGE_CHUNK, Math.max(ENGINE_BATCH, fitting))
  }

  /** So many went into the engine. Small chunks take the longer for each, and tell nothing. */
  staged(count: number, ms: number): void {
    if (count === STAGE_CHUNK) this.#chunks.push((count / Math.max(ms, 1)) * 1000)
  }

  /**
   * What the engine takes is measured, and how much of it can be promised is learned: less when
   * something came late, more while all was in time and somebody was refused.
   */
  slotEnded({sealed, late, refused, slotMs}: SlotOutcome): void {
    // A few may be late by a hiccup of the machine, which tells nothing about what fits.
    const isOverload = late > STAGE_LATE_FEW + sealed * STAGE_LATE_PART
    if (isOverload) this.#share = Math.max(STAGE_SHARE_LEAST, this.#share * STAGE_SHARE_CUT)
    else if (late === 0 && refused > 0) {
      this.#share = Math.min(STAGE_SHARE_MOST, this.#share * STAGE_SHARE_GROWTH)
    }
    const seen = this.#takeSeen()
    if (seen !== undefined) {
      this.#engineRate += (seen - this.#engineRate) * STAGE_RATE_WEIGHT
    } else if (isOverload) {
      this.#engineRate = Math.min(this.#engineRate, (sealed / slotMs) * 1000)
    }
    this.#engineRate = clamp(this.#engineRate, STAGE_RATE_LEAST, STAGE_RATE_MOST)
  }

  /** The usual speed in this slot. An engine that was held for a moment must not count. */
  #takeSeen(): number | undefined {
    const chunks = this.#chunks.sort((a, b) => a - b)
    this.#chunks = []
    return chunks.length < STAGE_CHUNKS_SEEN ? undefined : chunks[chunks.length >> 1]
  }

  /**
   * Declared gas says little about time: a token transfer runs at 4,000 M gas/s, the slowest instruction
   * at 65. So the bound follows what was measured. It falls at once and rises slowly, and only while
   * blocks need it.
   *
   * @param declared gas for instructions in the block
   */
  sealed(declared: number, ms: number, slotMs: number): void {
    const allowedMs = slotMs * SEAL_SHARE
    if (ms > allowedMs && declared > 0) {
      const fitting = (declared / ms) * allowedMs
      this.#executionGas = gasWithin(Math.min(this.#executionGas, fitting))
    } else if (declared > this.#executionGas / 2 && ms < allowedMs / 2) {
      this.#executionGas = gasWithin(this.#executionGas * EXECUTION_GAS_GROWTH)
    }
  }

  /**
   * What may be ready so that all of it is confirmed within a slot of being accepted: what the open block
   * can still take, and shortly before it is sealed also what the next one can.
   *
   * @param slot undefined when this node is not producing: one slot's worth
   */
  room(slot: SlotTime | undefined): PoolRoom {
    const gas = Number(this.executionGas)
    const block = {count: MAX_BLOCK_TRANSACTIONS, gas, bytes: MAX_BLOCK_BYTES}
    const {msToEnd, slotMs} = slot ?? {msToEnd: USUAL_SLOT_MS, slotMs: USUAL_SLOT_MS}
    const perMs = this.ratePerSecond / 1000
    const reserveMs = slotMs * SEAL_RESERVE
    // A small burst is let in at any moment: at worst it is confirmed a tenth of a slot later.
    const waiting = perMs * Math.max(slotMs * NEXT_SLOT_OPENS, msToEnd - reserveMs)
    if (msToEnd > slotMs * NEXT_SLOT_OPENS) return {...block, waiting}
    return {
      count: 2 * block.count,
      gas: 2 * block.gas,
      bytes: 2 * block.bytes,
      waiting: waiting + perMs * (slotMs - reserveMs),
    }
  }
}

function gasWithin(gas: number): number {
  return clamp(gas, Number(MIN_EXECUTION_GAS), Number(MAX_EXECUTION_GAS))
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}
