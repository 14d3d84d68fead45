/** Blocks from peers that re-executed to a different hash here, and how the node reacted. */
import type {Address, Hash} from 'viem'

import type {Logger} from '../lib/log.ts'
import type {SealedBlock} from '../protocol/block.ts'
import {DISPUTES_KEPT, DOUBT_PAUSE_MS} from './limits.ts'

/** First the engine is rebuilt, then the block is rejected until the next rebuild is allowed. */
export type Dispute = 'doubted' | 'refused'

export interface DisputedBlock {
  number: number
  /** The hash that its producer signed, and the one that we computed. */
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
   * Rejected and not yet rechecked. Not permanent: if our engine was at fault, the next check
   * brings us back to the network.
   */
  isSettled(hash: Hash): boolean {
    return this.of(hash) === 'refused' && !this.mayDoubtItself
  }

  /** A peer that sends one bad block after another must not keep our engine busy. */
  get mayDoubtItself(): boolean {
    return this.#options.nowMs() >= this.#doubtAgainAtMs
  }

  /** Logged as an error: either that producer is broken or this node is. */
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
    logger.error('block hash mismatch', {
      ...{code: 'BLOCK_DIVERGED', block: number, producer: signer, hash, ours: computed, what},
    })
  }
}
