import type {Address, Hex} from 'viem'

import {errorFacts} from '../../lib/log.ts'
import {InvalidBlockError, type SealedBlock} from '../../protocol/block.ts'
import type {ParsedTransaction} from '../../protocol/transaction.ts'
import {PeerError} from '../peers/exchange.ts'
import {PeerChoice} from '../peers/peer-choice.ts'
import {catchUp} from './catch-up.ts'
import type {DriverOptions} from './driver-options.ts'
import {DivergedBlockError, importBlock} from './import-blocks.ts'

export interface FollowerHooks {
  /** `isFresh`: it arrived right after it was made. */
  onImported(block: SealedBlock, how?: {isFresh: boolean}): void
  /** Reports the time of importing another producer's block; called before `onImported`. */
  onSealedIn(block: SealedBlock, transactions: readonly ParsedTransaction[], ms: number): void
  /** Re-reads the accounts of the pool after a rollback. @throws {EngineError} */
  refreshPool(): Promise<void>
}

/**
 * Gets blocks from a peer that is ahead, and preserves the transactions of our own branch when it
 * is abandoned.
 */
export class BranchFollower {
  readonly peers: PeerChoice
  readonly #options: DriverOptions
  readonly #hooks: FollowerHooks
  /** From before the branch is abandoned until the pool has them again. */
  #lost: Hex[] = []

  constructor(options: DriverOptions, hooks: FollowerHooks) {
    this.#options = options
    this.#hooks = hooks
    this.peers = new PeerChoice(options.chain, options.exchange, options.clock)
  }

  /** Transactions of an abandoned branch that are not requeued yet. */
  get lost(): readonly Hex[] {
    return this.#lost
  }

  /**
   * Imports one range of blocks.
   *
   * @returns false when the peer had nothing for us
   * @throws {EngineError | MetisSeqError} our own fault; a peer's fault is only recorded
   */
  async follow(): Promise<boolean> {
    const peer = this.peers.ahead()
    if (!peer) return false
    const {exchange, logger} = this.#options
    const {onImported, onSealedIn} = this.#hooks
    let imported = 0
    try {
      const onLost = (raws: readonly Hex[]) => this.#keep(raws)
      const noteOwn = (block: SealedBlock) => this.#options.gate.noteOwn(block)
      imported = await catchUp({...this.#options, onImported, onSealedIn, onLost, noteOwn}, peer)
    } catch (error) {
      const isRelay =
        error instanceof DivergedBlockError && peer.address !== this.#producerOfDispute()
      if (error instanceof InvalidBlockError && !isRelay)
        exchange.ignore(peer.address, error.message)
      else if (isRelay || error instanceof PeerError)
        logger.debug('fetch failed', errorFacts(error))
      else throw error
    }
    if (imported === 0) this.peers.leaveAlone(peer)
    await this.giveBack()
    return imported > 0
  }

  /**
   * Imports the next blocks from those that peers have sent.
   *
   * @throws {EngineError | MetisSeqError} our own fault; a peer's fault is only recorded
   */
  async importQueued(
    queue: {block: SealedBlock; from: Address}[],
    release: () => Promise<void>,
  ): Promise<void> {
    const {chain, exchange, gate} = this.#options
    const {onSealedIn} = this.#hooks
    for (let next = queue.shift(); next; next = queue.shift()) {
      const {block, from} = next
      gate.noteOwn(block)
      // Anything but the next block is left to catch-up, which sees the peer's head.
      const head = chain.head()
      if (block.number !== head.number + 1 || block.parentHash !== head.hash) continue
      await release()
      try {
        await importBlock({...this.#options, onSealedIn, noteOwn: () => {}}, block)
        this.#hooks.onImported(block, {isFresh: true})
      } catch (error) {
        if (!(error instanceof InvalidBlockError)) throw error
        exchange.ignore(from, error.message)
      }
    }
  }

  #producerOfDispute(): Address | undefined {
    return this.#options.chain.dispute?.producer
  }

  /**
   * Requeues the transactions of an abandoned branch. After a failure they wait for the next try.
   * @throws {EngineError}
   */
  async giveBack(): Promise<void> {
    const {chain, logger, reaccept} = this.#options
    if (this.#lost.length === 0) return
    logger.warn('branch lost', {transactions: this.#lost.length, head: chain.head().number})
    await this.#hooks.refreshPool()
    await reaccept(this.#lost)
    this.#lost = []
  }

  #keep(raws: readonly Hex[]): void {
    this.#options.keep(raws)
    this.#lost.push(...raws)
  }
}
