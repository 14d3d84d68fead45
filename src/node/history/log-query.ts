/**
 * In: a range of blocks and a filter. Out: the logs as JSON text, in chain order. Reads the marks
 * of every fifty receipts and unpacks only those that may match. Many clients query the same logs
 * of the newest blocks, so the matches of a filter in fifty receipts are cached as text.
 *
 * One search runs at a time, yields to others in between, and all of them share a time budget: this
 * thread has to meet the slot deadline.
 */
import {setTimeout as sleep} from 'node:timers/promises'

import type {HistoryLog} from '../../store/history-log.ts'
import {HISTORY_CHUNK_TRANSACTIONS} from '../limits.ts'
import {
  RPC_LOG_KEPT_CHARS,
  RPC_LOG_KEY_CHARS,
  RPC_LOG_MS_BURST,
  RPC_LOG_MS_OWED,
  RPC_LOG_MS_PER_SECOND,
  RPC_LOG_SCAN,
  RPC_LOG_TURN_MS,
  RPC_LOGS,
} from '../rpc-limits.ts'
import {createCallQueue} from '../rpc/call-queue.ts'
import type {Caller} from '../rpc/caller.ts'
import {JsonText, RpcError, rpcCodes} from '../rpc/json-rpc.ts'
import {Buckets} from '../rpc/rate-limit.ts'
import {matches, mayMatch, type LogFilter} from './log-filter.ts'
import type {ReceiptPage} from './packing.ts'
import {receiptsLost, type ChainReader, type KnownBlock} from './reader.ts'
import {Recent} from './recent.ts'
import {logShape} from './rpc-shapes.ts'

export interface LogRange {
  /** Both ends are in the range. */
  from: number
  to: number
}

/** Logs of fifty receipts that match, each as JSON with a comma between them. */
interface FoundText {
  text: string
  count: number
}

const nothing: FoundText = {text: '', count: 0}

export class LogSearch {
  readonly #store: HistoryLog
  readonly #reader: ChainReader
  readonly #queue = createCallQueue()
  readonly #time = new Buckets(RPC_LOG_MS_PER_SECOND, RPC_LOG_MS_BURST, RPC_LOG_MS_OWED)
  readonly #found = new Recent<FoundText>(RPC_LOG_KEPT_CHARS, ({text}) => text.length + 100)

  constructor(store: HistoryLog, reader: ChainReader) {
    this.#store = store
    this.#reader = reader
  }

  /**
   * @returns the logs as JSON
   * @throws {RpcError} limit, when there are too many or too many searches wait; rejected, when
   * receipts in the range were lost
   */
  find(
    filter: LogFilter,
    range: LogRange,
    {signal, client}: Pick<Caller, 'signal' | 'client'>,
  ): Promise<JsonText> {
    const act = async () => {
      const turn = new Turn(this.#time, signal)
      await turn.wait()
      return this.#search(filter, range, turn)
    }
    return this.#queue.run(act, signal, client)
  }

  async #search(filter: LogFilter, {from, to}: LogRange, turn: Turn): Promise<JsonText> {
    const lost = this.#store.firstLost(from, to)
    if (lost !== undefined) throw receiptsLost(lost)
    const key = keyOf(filter)
    const texts: string[] = []
    let count = 0
    try {
      for (let next = {number: from, chunk: 0}; !signalled(turn); ) {
        const rows = this.#store.marks(next, to, RPC_LOG_SCAN)
        const last = rows.at(-1)
        if (!last) break
        for (const {number, chunk, marks} of rows) {
          if (!mayMatch(filter, marks)) continue
          const found = this.#inPage(number, chunk, filter, key)
          count += found.count
          if (count > RPC_LOGS) throw tooMany()
          if (found.count > 0) texts.push(found.text)
          await turn.over()
          if (signalled(turn)) break
        }
        next = {number: last.number, chunk: last.chunk + 1}
        await turn.over()
      }
    } finally {
      turn.end()
    }
    return new JsonText(`[${texts.join()}]`)
  }

  #inPage(number: number, chunk: number, filter: LogFilter, key: string | undefined): FoundText {
    const known = this.#reader.blockNow(number)
    if (!known) return nothing
    const name = key && `${known.sealed.hash}/${chunk}/${key}`
    const kept = name && this.#found.get(name)
    if (kept) return kept
    const page = this.#reader.page(known.sealed, chunk)
    if (!page) return nothing
    const logs = logsOfPage(page, known, chunk, filter)
    const found = {text: logs.map((log) => JSON.stringify(log)).join(), count: logs.length}
    return name ? this.#found.set(name, found) : found
  }
}

/** Thread time used by one search. */
class Turn {
  readonly signal: AbortSignal
  readonly #time: Buckets
  #beganMs = performance.now()

  constructor(time: Buckets, signal: AbortSignal) {
    this.#time = time
    this.signal = signal
  }

  /** Yields once this search has used its time slice. */
  async over(): Promise<void> {
    if (performance.now() - this.#beganMs < RPC_LOG_TURN_MS) return
    this.end()
    await new Promise((resolve) => setImmediate(resolve))
    await this.wait()
  }

  /** All searches together have used up their time budget. */
  async wait(): Promise<void> {
    const waitMs = this.#time.waitMs('', 0, performance.now())
    if (waitMs > 0) await sleep(waitMs)
    this.#beganMs = performance.now()
  }

  end(): void {
    const now = performance.now()
    this.#time.take('', now - this.#beganMs, now)
    this.#beganMs = now
  }
}

/**
 * Undefined for a long filter: looking it up in every page would take longer than the page itself.
 */
function keyOf(filter: LogFilter): string | undefined {
  const key = JSON.stringify(filter)
  return key.length > RPC_LOG_KEY_CHARS ? undefined : key
}

/** Nobody waits for the answer any more. */
function signalled({signal}: Turn): boolean {
  return signal.aborted
}

function tooMany(): RpcError {
  return new RpcError(
    rpcCodes.limit,
    `More than ${RPC_LOGS} logs match; query fewer blocks at once.`,
  )
}

function logsOfPage(
  page: ReceiptPage,
  {sealed, transactionHashes}: KnownBlock,
  chunk: number,
  filter: LogFilter,
): unknown[] {
  let logIndex = page.logsBefore
  return page.receipts.flatMap(({logs}, at) => {
    const transactionIndex = chunk * HISTORY_CHUNK_TRANSACTIONS + at
    const transactionHash = transactionHashes[transactionIndex]!
    const placed = logs.map((log) => ({
      ...log,
      transactionHash,
      transactionIndex,
      logIndex: logIndex++,
    }))
    return placed.filter((log) => matches(filter, log)).map((log) => logShape(log, sealed))
  })
}
