/**
 * What this node can confirm in one slot, learned from what it did. In: the outcome of each slot.
 * Out: the gas a block may declare, and how much may wait for it.
 */
import {
  BLOCK_EXECUTION_GAS,
  EXECUTION_GAS_GROWTH,
  MAX_BLOCK_BYTES,
  MAX_BLOCK_TRANSACTIONS,
  MAX_EXECUTION_GAS,
  MIN_EXECUTION_GAS,
  NEXT_SLOT_OPENS,
  SEAL_RESERVE,
  SEAL_SHARE,
  STAGE_LATE_FEW,
  STAGE_LATE_PART,
  STAGE_RATE_CREEP,
  STAGE_RATE_CUT,
  STAGE_RATE_GROWTH,
  STAGE_RATE_LEAST,
  STAGE_RATE_MOST,
  STAGE_RATE_START,
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
  #perSecond = STAGE_RATE_START
  /** What a slot held when more had been promised. */
  #mostSeen = STAGE_RATE_MOST
  #executionGas = Number(BLOCK_EXECUTION_GAS)

  /** Transactions that we promise to bring from the door into the engine. */
  get ratePerSecond(): number {
    return this.#perSecond
  }

  /** Gas for instructions that the next block may declare. */
  get executionGas(): bigint {
    return BigInt(Math.floor(this.#executionGas))
  }

  /**
   * Only the promise itself can be measured: single chunks take the longer the smaller they are. It is
   * cut back as soon as something came late, and grows while all is in time and somebody was refused.
   */
  slotEnded({sealed, late, refused, slotMs}: SlotOutcome): void {
    // A few may be late by a hiccup of the machine, which tells nothing about what fits.
    const isOverload = late > STAGE_LATE_FEW + sealed * STAGE_LATE_PART
    if (isOverload) {
      const seen = (sealed / slotMs) * 1000
      this.#mostSeen = Math.max(seen, STAGE_RATE_LEAST)
      const kept = Math.max(seen * STAGE_RATE_CUT, STAGE_RATE_LEAST)
      this.#perSecond = Math.min(this.#perSecond, kept)
    } else if (late === 0 && refused > 0) {
      // Fast where there is room, carefully near what was once too much.
      const fast = this.#perSecond * STAGE_RATE_GROWTH
      const isNear = fast > this.#mostSeen * STAGE_RATE_CUT
      const next = isNear ? this.#perSecond * STAGE_RATE_CREEP : fast
      this.#perSecond = Math.min(STAGE_RATE_MOST, next)
    }
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
      this.#executionGas = clamp(Math.min(this.#executionGas, fitting))
    } else if (declared > this.#executionGas / 2 && ms < allowedMs / 2) {
      this.#executionGas = clamp(this.#executionGas * EXECUTION_GAS_GROWTH)
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

function clamp(gas: number): number {
  return Math.min(Number(MAX_EXECUTION_GAS), Math.max(Number(MIN_EXECUTION_GAS), gas))
}
