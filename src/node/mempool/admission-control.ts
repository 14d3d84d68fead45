/**
 * What this node can confirm in one slot, learned from past slots. In: the outcome of each slot.
 * Out: the capacity for transactions that wait for the next block.
 *
 * A slot's only resource is engine time: to ingest transactions, then to execute them. An accepted
 * transaction must get both before the slot ends; otherwise it is rejected at once.
 */
import {
  BLOCK_EXECUTION_GAS,
  MAX_BLOCK_BYTES,
  MAX_BLOCK_TRANSACTIONS,
  NEXT_SLOT_OPENS,
  NEXT_SLOT_OPENS_MS,
  POOL_ANY_MOMENT_MS,
  POOL_BACKLOG,
  POOL_UNSEEN,
  PUBLISH_LATE_KEPT,
  PUBLISH_LATE_MOST,
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

/** Capacity of the next block. */
export interface PoolCapacity {
  count: number
  /** Counted gas for instructions. */
  gas: number
  bytes: number
  /**
   * Milliseconds to submit the waiting transactions to the engine and to seal them with the open
   * block.
   */
  ms: number
  /**
   * The same for the waiting transactions alone, at any time: a burst on a calm network is never
   * rejected.
   */
  leastMs: number
  /** The part of it available for sealing. */
  sealMs: number
  /** Milliseconds to submit one transaction to the engine. */
  stageMs: number
  /** Longest queue for the engine, in milliseconds of submission. */
  backlogMs: number
  /** Milliseconds to seal a transaction without instructions. */
  baseMs: number
  /** True when it applies to the block after the open one, which is being sealed. */
  isNext: boolean
  /**
   * True in a spike, for a transaction so old that its block would come more than a slot after its
   * arrival.
   */
  isLate: boolean
  /** When capacity frees up again. */
  retryAfterMs: number
}

export interface SlotTime {
  /** Until sealing of the open block begins; 0 or less while it is under way. */
  msToSeal: number
  /** Until the slot ends, when the block is due. */
  msToEnd: number
  slotMs: number
  /** What is being submitted to the engine, and for how many milliseconds so far. */
  underWay?: {count: number; ms: number} | undefined
}

/** Outcome of a slot, recorded when its block is sealed. */
export interface SlotOutcome {
  /** Transactions in its block. */
  sealed: number
  /** Accepted in time for it but not included. */
  late: number
  /** Rejected for lack of capacity. */
  refused: number
  /** Milliseconds after its time at which sealing began. */
  startedLateMs: number
  /** How many milliseconds before its time nothing was left to submit to the engine. */
  slackMs: number
  slotMs: number
}

export class AdmissionControl {
  /** Transactions per second that the engine ingests under continuous load. */
  #engineRate = STAGE_RATE_START
  /** The fraction of it that is promised. */
  #share = STAGE_SHARE_START
  /** Speed of the last full chunks of this slot; undefined before the first. */
  #slotRate: number | undefined
  /** The highest gas offered at ingress in the open slot and in the previous one. */
  #promisedGas = {open: 0, before: 0}
  /**
   * The previous slot was too short for everyone. While nobody is rejected, a busy moment of the
   * machine must not reject anyone either.
   */
  #isCrowded = false
  /** How long after the end of its slot the next block is expected, in milliseconds. */
  #publishedLateMs = 0
  /** Measured speed of this slot's full chunks. */
  #chunks: number[] = []
  readonly #costs: CostModel
  readonly #mostGas: () => number

  /** @param mostGas for instructions in one block, however fast the machine */
  constructor(costs: CostModel, mostGas: () => number = () => Number.POSITIVE_INFINITY) {
    this.#costs = costs
    this.#mostGas = mostGas
  }

  /** Transactions that we promise to submit from ingress to the engine. */
  get ratePerSecond(): number {
    return this.#engineRate * this.#share
  }

  /** Gas for instructions that the next block may promise. */
  get executionGas(): number {
    return Math.floor(Math.min(BLOCK_EXECUTION_GAS, this.#mostGas()))
  }

  /**
   * Gas limit of a block: never less than what was promised while it or the previous one was open.
   */
  get blockGas(): number {
    return Math.max(this.executionGas, this.#promisedGas.open, this.#promisedGas.before)
  }

  /** Milliseconds to seal an open block of this size. */
  sealMs(openMs: number): number {
    return (this.#costs.fixedMs + openMs) * SEAL_MARGIN
  }

  /** How many to submit to the engine now without delaying the seal. */
  chunkFor(msToEnd: number): number {
    const perMs = this.#engineRate / 1000
    const fitting = Math.floor(perMs * msToEnd)
    return Math.min(this.#fullChunk, Math.max(STAGE_CHUNK_LEAST, fitting))
  }

  /** A slow engine gets smaller chunks: it cannot be interrupted, and the seal may be due. */
  get #fullChunk(): number {
    const inTime = Math.floor((this.#engineRate / 1000) * STAGE_CHUNK_MS)
    return clamp(inTime, STAGE_CHUNK_LEAST, STAGE_CHUNK)
  }

  /**
   * Records a submission to the engine. Small chunks take longer per transaction and say nothing.
   */
  staged(count: number, ms: number): void {
    if (count < this.#fullChunk) return
    const perSecond = (count / Math.max(ms, 1)) * 1000
    this.#chunks.push(perSecond)
    this.#slotRate ??= this.#engineRate
    this.#slotRate += (perSecond - this.#slotRate) * STAGE_SLOT_WEIGHT
  }

  /**
   * From this slot only: the speed of calmer slots must not be promised while a spike takes the
   * processor.
   */
  #rateNow(underWay: SlotTime['underWay']): number {
    const seen = Math.min(this.#engineRate, this.#slotRate ?? this.#engineRate)
    // Not faster than the unfinished submission suggests.
    const atMost = underWay ? (underWay.count / Math.max(underWay.ms, 1)) * 1000 : seen
    return Math.max(STAGE_RATE_LEAST / 2, Math.min(seen, atMost))
  }

  /**
   * The engine's speed is measured, and the promised fraction is learned: lower when something was
   * late, higher while everything was in time and somebody was rejected.
   */
  slotEnded({sealed, late, refused, startedLateMs, slackMs, slotMs}: SlotOutcome): void {
    this.#promisedGas = {open: 0, before: this.#promisedGas.open}
    this.#slotRate = undefined
    this.#isCrowded = refused > 0
    // A few may be late because of a machine hiccup, which says nothing about capacity.
    const isMuchLate = late > STAGE_LATE_FEW + sealed * STAGE_LATE_PART
    // If there was little to do, something else delayed sealing.
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

  /**
   * Records when a block was ready to be read. A busy machine publishes a full block late, and an
   * arrival at the beginning of the next slot would wait longer than a slot.
   *
   * @param lateMs after the end of its slot; 0 or less in time
   */
  published(lateMs: number, slotMs: number): void {
    const expectedMs = Math.max(0, lateMs, this.#publishedLateMs * PUBLISH_LATE_KEPT)
    this.#publishedLateMs = Math.min(expectedMs, slotMs * PUBLISH_LATE_MOST)
  }

  /**
   * The usual speed of this slot, or of the last few if it had little work. Slots with a blocked
   * engine must not count.
   */
  #takeSeen(): number | undefined {
    if (this.#chunks.length < STAGE_CHUNKS_SEEN) return undefined
    const chunks = this.#chunks.sort((a, b) => a - b)
    this.#chunks = []
    return chunks[chunks.length >> 1]
  }

  /**
   * Capacity such that everything accepted is confirmed within a slot: what still fits into the
   * open block and, at the end of the slot, what fits into the next one.
   *
   * @param slot undefined when this node is not producing: one slot's worth
   * @param ageMs how long ago the transaction arrived, here or at the node that forwarded it
   */
  capacity(slot: SlotTime | undefined, ageMs = 0): PoolCapacity {
    const whole = {msToSeal: USUAL_SLOT_MS, msToEnd: USUAL_SLOT_MS, slotMs: USUAL_SLOT_MS}
    const {msToSeal, msToEnd, slotMs, underWay}: SlotTime = slot ?? whole
    const opensMs = Math.max(slotMs * NEXT_SLOT_OPENS, Math.min(NEXT_SLOT_OPENS_MS, slotMs / 4))
    const isNext = msToEnd <= opensMs
    const isClosed = msToSeal <= 0 && !isNext
    const leftMs = isClosed ? 0 : msToEnd + (isNext ? slotMs : 0) - slotMs * SEAL_RESERVE
    const stageMs = 1000 / this.#rateNow(underWay)
    // A pending submission is no longer waiting but not done either.
    const owedMs = underWay && !isNext ? Math.max(0, underWay.count * stageMs - underWay.ms) : 0
    const usableMs = leftMs * this.#share - this.#costs.fixedMs - owedMs
    const blockInMs = msToEnd + (isNext || isClosed ? slotMs : 0)
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
      isLate:
        this.#isCrowded && ageMs + blockInMs + this.#publishedLateMs > slotMs * (1 - POOL_UNSEEN),
      retryAfterMs: Math.ceil(msToEnd - opensMs + (isNext ? slotMs : 0)),
    }
  }
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}
