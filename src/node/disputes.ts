/** Blocks of others whose hash is another one here, and what was done about it. */
import type {Address, Hash} from 'viem'

import type {Logger} from '../lib/log.ts'
import type {SealedBlock} from '../protocol/block.ts'
import {DISPUTES_KEPT, DOUBT_PAUSE_MS} from './limits.ts'

/** First the engine was rebuilt, then the block refused until the engine may be rebuilt again. */
export type Dispute = 'doubted' | 'refused'

export interface DisputedBlock {
  number: number
  /** The hash that its producer signed, and the one that we compute. */
  theirs: Hash
  ours: Hash
  producer: Address
  state: Dispute
  /** Wall clock, milliseconds. */
  sinceMs: number
}

export class Disputes {
  readonly #options: {logger: Logger; nowMs(): number; wallMs?(): number}
  readonly #all = new Map<Hash, Dispute>()
  #newest: DisputedBlock | undefined
  #doubtAgainAtMs = 0

  constructor(options: {logger: Logger; nowMs(): number; wallMs?(): number}) {
    this.#options = options
  }

  get newest(): DisputedBlock | undefined {
    return this.#newest
  }

  /** Undefined: that block was never disputed. */
  of(hash: Hash): Dispute | undefined {
    return this.#all.get(hash)
  }

  /**
   * Refused, and not looked at again yet. Not for good: if it was our engine that was changed, the next look
   * brings us back to the others.
   */
  isSettled(hash: Hash): boolean {
    return this.of(hash) === 'refused' && !this.mayDoubtItself
  }

  /** Whoever sends one lie after the other must not keep our engine from its work. */
  get mayDoubtItself(): boolean {
    return this.#options.nowMs() >= this.#doubtAgainAtMs
  }

  /** Loud, since one of two is true: that producer is broken, or this node is. */
  add({number, hash, signer}: SealedBlock, computed: Hash, what: Dispute): void {
    const {wallMs = Date.now, logger, nowMs} = this.#options
    const known = this.#newest
    const sinceMs = known?.theirs === hash ? known.sinceMs : wallMs()
    this.#newest = {number, theirs: hash, ours: computed, producer: signer, state: what, sinceMs}
    this.#all.set(hash, what)
    if (what === 'doubted') this.#doubtAgainAtMs = nowMs() + DOUBT_PAUSE_MS
    for (const old of this.#all.keys()) {
      if (this.#all.size <= DISPUTES_KEPT) break
      this.#all.delete(old)
    }
    logger.error('block hash differs', {
      ...{code: 'BLOCK_DIVERGED', block: number, producer: signer, hash, ours: computed, what},
    })
  }
}
