/**
 * In: durable blocks of the chain log, in order. Out: the history that serves queries, and an event
 * per block for listeners. Runs behind the driver, one block at a time, and reads from the engine
 * only blocks it has just executed. Every failure is retried and never blocks anyone.
 */
import {append} from '../../lib/append.ts'
import {keccak256, type Hash, type Hex} from 'viem'

import type {Clock} from '../../lib/clock.ts'
import {isRecord} from '../../lib/json.ts'
import {errorFacts, type Logger} from '../../lib/log.ts'
import type {ChainLog} from '../../store/chain-log.ts'
import type {HistoryLog} from '../../store/history-log.ts'
import type {ExecutionEngine, ReceiptsRequest} from '../engine/engine.ts'
import {HISTORY_LAG_BLOCKS, HISTORY_RETRY_MS, HISTORY_WAIT_MS} from '../limits.ts'
import {
  HistoryMismatchError,
  keptReceipts,
  packHeader,
  packReceipts,
  unpackReceipts,
  type KeptLog,
  type KeptReceipt,
} from './packing.ts'

/** A log with its position in the block. */
export interface PlacedLog extends KeptLog {
  transactionHash: Hash
  transactionIndex: number
  logIndex: number
}

export interface BlockEvent {
  /** `seen`: its header is known, receipts will follow. `added`: all of it is known. */
  type: 'seen' | 'added' | 'removed'
  number: number
  hash: Hash
  /** Seconds since 1970; unknown for a removed block. */
  timestamp?: number
  logs: readonly PlacedLog[]
  /** Per transaction, including intrinsic gas; only for an added block. */
  gasUsed?: readonly number[]
}

export interface HistoryOptions {
  engine: ExecutionEngine
  log: ChainLog
  history: HistoryLog
  genesisNumber: number
  /** Number of the newest durable block. */
  head(): number
  clock: Clock
  logger: Logger
}

/** A block whose receipts are still being collected. */
export interface FreshBlock {
  number: number
  hash: Hash
  header: Uint8Array
  transactionHashes: readonly Hash[]
}

type Listener = (event: BlockEvent) => void

export class History {
  readonly store: HistoryLog
  readonly #options: HistoryOptions
  readonly #listeners = new Set<Listener>()
  /** Waiters for the next collected block. */
  #waiting: (() => void)[] = []
  #fresh: FreshBlock | undefined
  #isAwake = false
  #isStopped = false
  #wakeLoop: () => void = () => {}
  #running: Promise<void> = Promise.resolve()

  constructor(options: HistoryOptions) {
    this.#options = options
    this.store = options.history
  }

  start(): void {
    this.#running = this.#loop()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.wake()
    await this.#running
  }

  /** The head moved. */
  wake(): void {
    this.#isAwake = true
    this.#wakeLoop()
  }

  /** Reports each block in chain order; after a reorg, removed blocks come first. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Blocks of the chain log that are not collected yet. */
  get lag(): number {
    const newest = this.store.newest?.number ?? this.#options.genesisNumber - 1
    return Math.max(0, this.#options.head() - newest)
  }

  /** Waits briefly when the engine is about to discard blocks that are not collected yet. */
  async backpressure(): Promise<void> {
    if (this.lag < HISTORY_LAG_BLOCKS || this.#isStopped) return
    this.wake()
    const {clock} = this.#options
    await this.#until(() => this.lag < HISTORY_LAG_BLOCKS, clock.monotonicMs() + HISTORY_WAIT_MS)
  }

  /** The newest block as soon as its header is known; its receipts follow. */
  get fresh(): FreshBlock | undefined {
    return this.#fresh
  }

  /** @returns whether this block of our chain is collected, at the latest after `waitMs` */
  reached(number: number, hash: Hash, waitMs: number): Promise<boolean> {
    return this.#reach(() => this.store.hashOf(number) === hash, waitMs)
  }

  /**
   * Like `reached`, but waits only for the header: the receipts of a full block take a tenth of a
   * second.
   */
  seen(number: number, hash: Hash, waitMs: number): Promise<boolean> {
    const isFresh = () => this.#fresh?.hash === hash
    return this.#reach(() => isFresh() || this.store.hashOf(number) === hash, waitMs)
  }

  async #reach(isThere: () => boolean, waitMs: number): Promise<boolean> {
    if (isThere()) return true
    if (this.#isStopped) return false
    this.wake()
    return this.#until(isThere, this.#options.clock.monotonicMs() + waitMs)
  }

  async #until(isThere: () => boolean, deadlineMs: number): Promise<boolean> {
    const {clock} = this.#options
    while (!isThere()) {
      const left = deadlineMs - clock.monotonicMs()
      if (left <= 0 || this.#isStopped) return false
      const collected = new Promise<void>((resolve) => this.#waiting.push(resolve))
      const abort = new AbortController()
      await Promise.race([collected, clock.sleep(left, abort.signal).catch(() => {})])
      abort.abort(ended)
    }
    return true
  }

  async #loop(): Promise<void> {
    const {clock, logger} = this.#options
    while (!this.#isStopped) {
      let pauseMs: number | undefined
      try {
        while (!this.#isStopped && (await this.#step())) this.#isAwake = false
      } catch (error) {
        if (this.#isStopped) return
        logger.debug('history waits', errorFacts(error))
        pauseMs = HISTORY_RETRY_MS
      }
      if (this.#isStopped || (this.#isAwake && pauseMs === undefined)) {
        this.#isAwake = false
        continue
      }
      const abort = new AbortController()
      this.#wakeLoop = () => abort.abort(ended)
      if (pauseMs === undefined) await waitFor(abort.signal)
      else await clock.sleep(pauseMs).catch(() => {})
      this.#wakeLoop = () => {}
      this.#isAwake = false
    }
  }

  /** @returns false when there is nothing to do until the head moves */
  async #step(): Promise<boolean> {
    this.#dropReplaced()
    const {head, genesisNumber} = this.#options
    const next = (this.store.newest?.number ?? genesisNumber - 1) + 1
    if (next > head()) return false
    await this.#collect(next)
    this.#wakeWaiting()
    return true
  }

  #wakeWaiting(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  /** Removes blocks that are no longer in the chain log, newest first. */
  #dropReplaced(): void {
    const newest = this.store.newest
    if (!newest || this.#isOurs(newest.number, newest.hash)) return
    let ancestor = newest.number
    const gone: BlockEvent[] = []
    for (; ancestor >= this.#options.genesisNumber; ancestor--) {
      const hash = this.store.hashOf(ancestor)
      if (hash === undefined || this.#isOurs(ancestor, hash)) break
      gone.push({type: 'removed', number: ancestor, hash, logs: this.#logsOf(ancestor)})
    }
    this.store.removeAfter(ancestor)
    this.#options.logger.info('history switches to another branch', {from: ancestor + 1})
    for (const event of gone) this.#tell(event)
  }

  /** The genesis block is in no log, and nothing replaces it. */
  #isOurs(number: number, hash: Hash): boolean {
    if (number === this.#options.genesisNumber) return true
    return this.#options.log.hashOf(number) === hash
  }

  async #collect(number: number): Promise<void> {
    const {engine, log, genesisNumber, logger} = this.#options
    const answer = await engine.blockAt(number)
    // The genesis block is in no log; the engine makes it from the genesis document.
    const sealed = log.block(number)
    const block = number === genesisNumber ? genesisOf(number, answer) : sealed
    if (!block) throw new HistoryMismatchError('The block is no longer in the log.')
    const {number: at, hash, transactions} = block
    const {packed, transactionHashes} = packHeader(answer, hash, number === genesisNumber)
    const isForgotten = transactionHashes.length !== transactions.length
    const hashes = isForgotten ? await hashAll(transactions) : transactionHashes
    const kept = {number: at, hash, header: packed, transactionHashes: hashes}
    const isNew = this.#fresh?.hash !== hash
    this.#fresh = kept
    this.#wakeWaiting()
    const timestamp = sealed ? {timestamp: sealed.timestamp} : {}
    if (isNew && this.#isOurs(at, hash)) {
      this.#tell({type: 'seen', number: at, hash, ...timestamp, logs: []})
    }
    const receipts = isForgotten ? [] : await this.#receiptsOf(block, hashes)
    const chunks = await packReceipts(receipts)
    // The chain may have switched to another branch during the request.
    if (!this.#isOurs(at, hash)) return
    if (isForgotten) logger.warn('receipts lost', {block: at})
    this.store.append({...kept, hasReceipts: !isForgotten}, chunks)
    const gasUsed = receipts.map((receipt) => receipt.gasUsed)
    const logs = placedLogs(receipts, hashes)
    this.#tell({type: 'added', number: at, hash, ...timestamp, logs, gasUsed})
  }

  async #receiptsOf(block: ReceiptsRequest, transactionHashes: readonly Hash[]) {
    if (transactionHashes.length === 0) return []
    const answers = await this.#options.engine.receiptsOf(block)
    return keptReceipts(answers ?? [], {hash: block.hash, transactionHashes})
  }

  #logsOf(number: number): readonly PlacedLog[] {
    if (this.#listeners.size === 0) return []
    const block = this.store.block(number)
    const receipts: KeptReceipt[] = []
    for (let chunk = 0; ; chunk++) {
      const packed = this.store.chunk(number, chunk)
      if (!packed) break
      append(receipts, unpackReceipts(packed).receipts)
    }
    return placedLogs(receipts, block?.transactionHashes ?? [])
  }

  #tell(event: BlockEvent): void {
    for (const listener of this.#listeners) listener(event)
  }
}

/** Created once: without a reason, each abort would create an error with its own stack. */
const ended = new Error('The wait ended.')

export function placedLogs(
  receipts: readonly KeptReceipt[],
  transactionHashes: readonly Hash[],
): PlacedLog[] {
  let logIndex = 0
  return receipts.flatMap(({logs}, transactionIndex) =>
    logs.map((log) => ({
      ...log,
      transactionHash: transactionHashes[transactionIndex]!,
      transactionIndex,
      logIndex: logIndex++,
    })),
  )
}

function genesisOf(number: number, answer: unknown): ReceiptsRequest | undefined {
  const hash = isRecord(answer) ? answer['hash'] : undefined
  return typeof hash === 'string' ? {number, hash: hash as Hash, transactions: []} : undefined
}

/** Hashing takes 10 µs each, so a full block would block the event loop for a tenth of a second. */
async function hashAll(transactions: readonly Hex[]): Promise<Hash[]> {
  const hashes: Hash[] = []
  for (const raw of transactions) {
    if (hashes.length % 500 === 499) await new Promise((resolve) => setImmediate(resolve))
    hashes.push(keccak256(raw))
  }
  return hashes
}

function waitFor(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), {once: true}))
}
