/**
 * In: a range of blocks and a filter. Out: the logs, in the order of the chain. Reads the marks of every
 * fifty receipts and unpacks only those that may hold something; lets others have their turn in between.
 */
import {append} from '../../lib/append.ts'
import type {HistoryLog} from '../../store/history-log.ts'
import {HISTORY_CHUNK_TRANSACTIONS} from '../limits.ts'
import {RPC_LOG_SCAN, RPC_LOGS} from '../rpc-limits.ts'
import {RpcError, rpcCodes} from '../rpc/json-rpc.ts'
import {matches, mayMatch, type LogFilter} from './log-filter.ts'
import type {ReceiptPage} from './packing.ts'
import {receiptsLost, type ChainReader, type KnownBlock} from './reader.ts'
import {logShape} from './rpc-shapes.ts'

export interface LogRange {
  /** Both ends are in the range. */
  from: number
  to: number
}

/** Pages that are unpacked between two turns of the event loop: 8 x 0.3 ms. */
const PAGES_AT_ONCE = 8

/** @throws {RpcError} limit, when there are too many; rejected, when receipts in the range were lost */
export async function findLogs(
  store: HistoryLog,
  reader: ChainReader,
  filter: LogFilter,
  {from, to}: LogRange,
  signal: AbortSignal,
): Promise<unknown[]> {
  const lost = store.firstLost(from, to)
  if (lost !== undefined) throw receiptsLost(lost)
  const found: unknown[] = []
  let pages = 0
  for (let next = {number: from, chunk: 0}; ; ) {
    const rows = store.marks(next, to, RPC_LOG_SCAN)
    const last = rows.at(-1)
    if (!last) return found
    for (const {number, chunk, marks} of rows) {
      if (!mayMatch(filter, marks)) continue
      const known = reader.blockNow(number)
      const page = known && reader.page(known.sealed, chunk)
      if (known && page) append(found, logsOfPage(page, known, chunk, filter))
      if (found.length > RPC_LOGS) {
        throw new RpcError(
          rpcCodes.limit,
          `More than ${RPC_LOGS} logs match; ask for fewer blocks at once.`,
        )
      }
      if (++pages % PAGES_AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve))
      if (signal.aborted) return found
    }
    next = {number: last.number, chunk: last.chunk + 1}
    await new Promise((resolve) => setImmediate(resolve))
  }
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
