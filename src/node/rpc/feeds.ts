/**
 * In: blocks from the history and hashes from the pool. Out: the notifications of each subscriber.
 * The engine is not involved, so its restart goes unnoticed: the next block follows when it is
 * collected; none is skipped and none is sent twice.
 */
import type {Hash} from 'viem'

import type {BlockEvent, History} from '../history/history.ts'
import {matches, parseLogFilter, type LogFilter} from '../history/log-filter.ts'
import type {ChainReader} from '../history/reader.ts'
import {logShape} from '../history/rpc-shapes.ts'
import {FEED_WORK, PENDING_FEEDS, PENDING_FEEDS_EACH} from '../rpc-limits.ts'
import type {Mempool} from '../mempool/mempool.ts'
import type {NodeEvents} from '../node-events.ts'
import {RpcError, rpcCodes} from './json-rpc.ts'
import {Shares} from '../../lib/shares.ts'
import {pendingTransaction} from './pending-transaction.ts'

export interface FeedOptions {
  history: History
  reader: ChainReader
  mempool: Mempool
  watch: NodeEvents
  chainId: number
  /** Number of the newest durable block. */
  head(): number
}

/** A notification, serialized once for all subscribers. */
export class News {
  readonly value: unknown
  #json: string | undefined

  constructor(value: unknown) {
    this.value = value
  }

  get json(): string {
    return (this.#json ??= JSON.stringify(this.value))
  }
}

type Deliver = (news: News) => void

interface BlockSubscriber {
  /** Undefined: headers. */
  filter: LogFilter | undefined
  /** The subscriber knows the chain up to here, and this block if it was notified of it. */
  knownUpTo: number
  knownHash: Hash | undefined
  deliver: Deliver
}

interface PendingSubscriber {
  isFull: boolean
  deliver: Deliver
}

export class Feeds {
  readonly #options: FeedOptions
  readonly #blocks = new Set<BlockSubscriber>()
  readonly #pending = new Set<PendingSubscriber>()
  readonly #pendingShares = new Shares(PENDING_FEEDS, PENDING_FEEDS_EACH)
  /** Events being sent, one after the other. */
  #telling: Promise<void> = Promise.resolve()

  constructor(options: FeedOptions) {
    this.#options = options
    options.history.listen((event) => this.#onBlock(event))
    options.watch.onAccepted((hash) => this.#onPending(hash))
  }

  /**
   * @param kind `newHeads`, `logs` or `newPendingTransactions`
   * @param client whose share it uses
   * @returns ends the subscription
   * @throws {RpcError}
   */
  subscribe(kind: unknown, options: unknown, deliver: Deliver, client: string): () => void {
    if (kind === 'newHeads') return this.#addBlocks(undefined, deliver)
    if (kind === 'logs') return this.#addBlocks(parseLogFilter(options), deliver)
    if (kind === 'newPendingTransactions') {
      return this.#addPending(options === true, deliver, client)
    }
    throw new RpcError(
      rpcCodes.invalidParams,
      'A subscription is newHeads, logs or newPendingTransactions.',
    )
  }

  #addBlocks(filter: LogFilter | undefined, deliver: Deliver): () => void {
    const known = {knownUpTo: this.#options.head(), knownHash: undefined}
    const subscriber: BlockSubscriber = {filter, deliver, ...known}
    this.#blocks.add(subscriber)
    return () => this.#blocks.delete(subscriber)
  }

  #addPending(isFull: boolean, deliver: Deliver, client: string): () => void {
    const leave = this.#pendingShares.enter(client)
    if (!leave) {
      throw new RpcError(rpcCodes.limit, 'Too many subscriptions to pending transactions.')
    }
    const subscriber = {isFull, deliver}
    this.#pending.add(subscriber)
    return () => {
      leave()
      this.#pending.delete(subscriber)
    }
  }

  #onPending(hash: Hash): void {
    if (this.#pending.size === 0) return
    const short = new News(hash)
    let full: News | undefined
    for (const {isFull, deliver} of this.#pending) {
      if (!isFull) {
        deliver(short)
        continue
      }
      const held = this.#options.mempool.get(hash)
      if (!full && held) full = new News(pendingTransaction(held, this.#options.reader.rules))
      if (full) deliver(full)
    }
  }

  #onBlock(event: BlockEvent): void {
    if (this.#blocks.size === 0) return
    const header = event.type === 'removed' ? undefined : this.#headerOf(event)
    const listening = [...this.#blocks].filter((subscriber) => isNews(subscriber, event))
    this.#telling = this.#telling.then(() => this.#tell(event, header, listening))
  }

  #headerOf({number, hash}: BlockEvent): News | undefined {
    const known = this.#options.reader.headerNow(number)
    return known?.sealed.hash === hash
      ? new News(this.#options.reader.headerObject(known))
      : undefined
  }

  async #tell(
    event: BlockEvent,
    header: News | undefined,
    listening: readonly BlockSubscriber[],
  ): Promise<void> {
    const logs = event.logs.map(
      (log) => [log, new News(logShape(log, event, event.type === 'removed'))] as const,
    )
    let work = 0
    for (const subscriber of listening) {
      if (!this.#blocks.has(subscriber)) continue
      const {filter, deliver} = subscriber
      if (!filter) {
        if (header) deliver(header)
        continue
      }
      for (const [log, news] of logs) {
        if (!matches(filter, log)) continue
        deliver(news)
        work++
      }
      work += logs.length / 10
      // Thousands of logs for many subscribers must not block the thread that has to meet the slot
      // deadline.
      if (work < FEED_WORK) continue
      work = 0
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
}

/**
 * Records what the subscriber knows afterwards. A header is sent once, as soon as it is seen; logs
 * follow later.
 */
function isNews(subscriber: BlockSubscriber, {type, number, hash}: BlockEvent): boolean {
  const {filter, knownUpTo, knownHash} = subscriber
  if (type === 'removed') {
    subscriber.knownUpTo = Math.min(knownUpTo, number - 1)
    return number <= knownUpTo
  }
  if (type === 'seen' && filter) return false
  // A block that was only seen may be replaced by another.
  const isOther = number === knownUpTo && knownHash !== undefined && knownHash !== hash
  if (number <= knownUpTo && !isOther) return false
  subscriber.knownUpTo = number
  subscriber.knownHash = hash
  return true
}
