/**
 * What this node can confirm in one slot, learned from what it did. In: the outcome of each slot.
 * Out: how much may wait for the block that comes next.
 *
 * A slot has one thing to give, which is time: of the engine to take transactions in, and then to execute them. What is
 * accepted has to find both before the slot ends, or it is refused at once.
 */
import {
  BLOCK_EXECUTION_GAS,
  MAX_BLOCK_BYTES,
  MAX_BLOCK_TRANSACTIONS,
  NEXT_SLOT_OPENS,
  NEXT_SLOT_OPENS_MS,
  POOL_ANY_MOMENT_MS,
  POOL_BACKLOG,
  POOL_LATE_MS,
  SEAL_HELD_UP,
  SEAL_MARGIN,
  SEAL_RESERVE,
  SEAL_SHARE,
  STAGE_CHUNK,
  STAGE_CHUNK_LEAST,
  STAGE_CHUNK_MS,
  STAGE_CHUNKS_SEEN,
  STAGE_LATE_FEW,
  STAGE_LATE_PART,
  STAGE_RATE_LEAST,
  STAGE_RATE_MOST,
  STAGE_RATE_START,
  STAGE_RATE_WEIGHT,
  STAGE_RATE_WEIGHT_UP,
  STAGE_SHARE_CUT,
  STAGE_SHARE_GROWTH,
  STAGE_SHARE_GROWTH_LARGE,
  STAGE_SHARE_LEAST,
  STAGE_SHARE_MOST,
  STAGE_SHARE_START,
  STAGE_SLACK,
  STAGE_SLACK_LARGE,
  STAGE_SLOT_WEIGHT,
  USUAL_SLOT_MS,
} from '../limits.ts'
import type {CostModel} from './cost-model.ts'

/** What the next block can take. */
export interface PoolCapacity {
  count: number
  /** Gas for instructions, as it is counted. */
  gas: number
  bytes: number
  /** Milliseconds to bring what waits into the engine, and to seal it with what is in the open block. */
  ms: number
  /** The same for what waits alone, at any moment: a burst on a calm network is refused to nobody. */
  leastMs: number
  /** Of that, for sealing at most. */
  sealMs: number
  /** Milliseconds to bring one transaction into the engine. */
  stageMs: number
  /** The most that may wait for the engine, in milliseconds of bringing it in. */
  backlogMs: number
  /** Milliseconds to seal one without instructions. */
  baseMs: number
  /** True when it is about the block after the open one, which is being sealed. */
  isNext: boolean
  /** True in a spike, for what came so long ago that its block would be there later than a slot after that. */
  isLate: boolean
  /** When there will be room again. */
  retryAfterMs: number
}

export interface SlotTime {
  /** Until sealing of the open block begins; 0 or less while it is under way. */
  msToSeal: number
  /** Until the slot ends, when the block should be there. */
  msToEnd: number
  slotMs: number
  /** What is being handed to the engine, and for how many milliseconds already. */
  underWay?: {count: number; ms: number} | undefined
}

/** What became of a slot, seen when its block is sealed. */
export interface SlotOutcome {
  /** Transactions in its block. */
  sealed: number
  /** Accepted in time for it, and not in it. */
  late: number
  /** Refused because there was no room. */
  refused: number
  /** Milliseconds after its time at which sealing began. */
  startedLateMs: number
  /** Milliseconds before its time at which nothing was left to bring into the engine. */
  slackMs: number
  slotMs: number
}

export class AdmissionControl {
  /** Transactions per second that go into the engine while there is no end of them. */
  #engineRate = STAGE_RATE_START
  /** The part of that which is promised. */
  #share = STAGE_SHARE_START
  /** Speed of the last full chunks of this slot; undefined before the first. */
  #slotRate: number | undefined
  /** The most gas that the door was told of in the slot that is open, and in the one before. */
  #promisedGas = {open: 0, before: 0}
  /** The slot before was too short for all. Where nobody is refused, a busy moment of the machine refuses nobody either. */
  #isCrowded = false
  /** Speed of the full chunks of this slot. */
  #chunks: number[] = []
  readonly #costs: CostModel
  readonly #mostGas: () => number

  /** @param mostGas for instructions in one block, whatever the machine could do */
  constructor(costs: CostModel, mostGas: () => number = () => Number.POSITIVE_INFINITY) {
    this.#costs = costs
    this.#mostGas = mostGas
  }

  /** Transactions that we promise to bring from the door into the engine. */
  get ratePerSecond(): number {
    return this.#engineRate * this.#share
  }

  /** Gas for instructions that may be promised of the next block. */
  get executionGas(): number {
    return Math.floor(Math.min(BLOCK_EXECUTION_GAS, this.#mostGas()))
  }

  /** What a block may count: never less than what was promised while it or the one before it was open. */
  get blockGas(): number {
    return Math.max(this.executionGas, this.#promisedGas.open, this.#promisedGas.before)
  }

  /** Milliseconds that sealing will take, for an open block of so much. */
  sealMs(openMs: number): number {
    return (this.#costs.fixedMs + openMs) * SEAL_MARGIN
  }

  /** How many to hand to the engine now, so that the seal does not wait for it. */
  chunkFor(msToEnd: number): number {
    const perMs = this.#engineRate / 1000
    const fitting = Math.floor(perMs * msToEnd)
    return Math.min(this.#fullChunk, Math.max(STAGE_CHUNK_LEAST, fitting))
  }

  /** A slow engine gets less at once: nothing stops it in the middle, and the seal may be due. */
  get #fullChunk(): number {
    const inTime = Math.floor((this.#engineRate / 1000) * STAGE_CHUNK_MS)
    return clamp(inTime, STAGE_CHUNK_LEAST, STAGE_CHUNK)
  }

  /** So many went into the engine. Small chunks take the longer for each, and tell nothing. */
  staged(count: number, ms: number): void {
    if (count < this.#fullChunk) return
    const perSecond = (count / Math.max(ms, 1)) * 1000
    this.#chunks.push(perSecond)
    this.#slotRate ??= this.#engineRate
    this.#slotRate += (perSecond - this.#slotRate) * STAGE_SLOT_WEIGHT
  }

  /** Of this slot: what was learned in calmer ones must not go on being promised while a spike takes the processor. */
  #rateNow(underWay: SlotTime['underWay']): number {
    const seen = Math.min(this.#engineRate, this.#slotRate ?? this.#engineRate)
    // Not faster than what is not done yet.
    const atMost = underWay ? (underWay.count / Math.max(underWay.ms, 1)) * 1000 : seen
    return Math.max(STAGE_RATE_LEAST / 2, Math.min(seen, atMost))
  }

  /**
   * What the engine takes is measured, and how much of it can be promised is learned: less when
   * something came late, more while all was in time and somebody was refused.
   */
  slotEnded({sealed, late, refused, startedLateMs, slackMs, slotMs}: SlotOutcome): void {
    this.#promisedGas = {open: 0, before: this.#promisedGas.open}
    this.#slotRate = undefined
    this.#isCrowded = refused > 0
    // A few may be late by a hiccup of the machine, which tells nothing about what fits.
    const isMuchLate = late > STAGE_LATE_FEW + sealed * STAGE_LATE_PART
    // Where there was little to do, it was something else that held sealing up.
    const isHeldUp = sealed >= STAGE_CHUNK && startedLateMs > slotMs * SEAL_HELD_UP
    if (isMuchLate || isHeldUp) {
      this.#share = Math.max(STAGE_SHARE_LEAST, this.#share * STAGE_SHARE_CUT)
    } else if (late === 0 && refused > 0 && slackMs > slotMs * STAGE_SLACK) {
      const isFar = slackMs > slotMs * STAGE_SLACK_LARGE
      const growth = isFar ? STAGE_SHARE_GROWTH_LARGE : STAGE_SHARE_GROWTH
      this.#share = Math.min(STAGE_SHARE_MOST, this.#share * growth)
    }
    const seen = this.#takeSeen()
    if (seen !== undefined) {
      const weight = seen < this.#engineRate ? STAGE_RATE_WEIGHT : STAGE_RATE_WEIGHT_UP
      this.#engineRate += (seen - this.#engineRate) * weight
    } else if (isMuchLate && !isHeldUp) {
      this.#engineRate = Math.min(this.#engineRate, (sealed / slotMs) * 1000)
    }
    this.#engineRate = clamp(this.#engineRate, STAGE_RATE_LEAST, STAGE_RATE_MOST)
  }

  /** The usual speed in this slot, or in the last few with little in them. An engine that was held must not count. */
  #takeSeen(): number | undefined {
    if (this.#chunks.length < STAGE_CHUNKS_SEEN) return undefined
    const chunks = this.#chunks.sort((a, b) => a - b)
    this.#chunks = []
    return chunks[chunks.length >> 1]
  }

  /**
   * What may be ready so that all of it is confirmed within a slot of being accepted: what the open block can still
   * take, and at the end of the slot what the next one can.
   *
   * @param slot undefined when this node is not producing: one slot's worth
   * @param ageMs how long ago that came which asks for room, here or at the node that handed it on
   */
  capacity(slot: SlotTime | undefined, ageMs = 0): PoolCapacity {
    const whole = {msToSeal: USUAL_SLOT_MS, msToEnd: USUAL_SLOT_MS, slotMs: USUAL_SLOT_MS}
    const {msToSeal, msToEnd, slotMs, underWay}: SlotTime = slot ?? whole
    const opensMs = Math.max(slotMs * NEXT_SLOT_OPENS, Math.min(NEXT_SLOT_OPENS_MS, slotMs / 4))
    const isNext = msToEnd <= opensMs
    const isClosed = msToSeal <= 0 && !isNext
    const leftMs = isClosed ? 0 : msToEnd + (isNext ? slotMs : 0) - slotMs * SEAL_RESERVE
    const stageMs = 1000 / this.#rateNow(underWay)
    // What the engine is taking in is no longer waiting, and not done.
    const owedMs = underWay && !isNext ? Math.max(0, underWay.count * stageMs - underWay.ms) : 0
    const usableMs = leftMs * this.#share - this.#costs.fixedMs - owedMs
    const gas = this.executionGas
    this.#promisedGas.open = Math.max(this.#promisedGas.open, gas)
    return {
      ...{count: MAX_BLOCK_TRANSACTIONS, gas, bytes: MAX_BLOCK_BYTES},
      ms: Math.max(0, usableMs),
      leastMs: POOL_ANY_MOMENT_MS,
      sealMs: slotMs * SEAL_SHARE,
      stageMs,
      backlogMs: slotMs * POOL_BACKLOG,
      baseMs: this.#costs.baseMs,
      isNext: isNext || isClosed,
      isLate: this.#isCrowded && ageMs + msToEnd > POOL_LATE_MS + (isNext || isClosed ? 0 : slotMs),
      retryAfterMs: Math.ceil(msToEnd - opensMs + (isNext ? slotMs : 0)),
    }
  }
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}
