/**
 * Reads the logs of contracts over a long range of L1, in requests as large as the endpoint allows.
 */
import {numberToHex, type Address, type Hash, type Hex} from 'viem'

import type {Clock} from '../lib/clock.ts'
import {findCause, MetisSeqError, messageOf} from '../lib/errors.ts'
import {isRecord} from '../lib/json.ts'
import {RpcResponseError} from '../lib/json-rpc.ts'
import {byPosition, type L1Log} from '../protocol/l1-log.ts'
import {readBlockMark} from './actions/block/read-block-mark.ts'
import type {ChainClient} from './connect.ts'

/**
 * Blocks of the first request. The two contracts emit a few logs a day, so most endpoints allow
 * more.
 */
export const FIRST_CHUNK_BLOCKS = 50_000n
/** Upper limit of a request: 70 days of L1. */
const MOST_CHUNK_BLOCKS = 500_000n
/** Failures in a row on a single block before the scan gives up. */
const TRIES_OF_ONE_BLOCK = 3
/**
 * Timeouts and broken connections in a row, each with an eighth of the blocks, before it gives up.
 */
const TRIES_OF_TRANSPORT = 6
/** Wait after a failure, times the failures in a row, at most ten of them: 1 second. */
const PAUSE_MS = 100
/** Maximum successes in a row before a failed size is tried again. */
const MOST_PATIENCE = 64
const METHOD_UNKNOWN = -32_601

export interface LogScan {
  client: ChainClient
  addresses: readonly Address[]
  /** Both inclusive. */
  fromBlock: bigint
  toBlock: bigint
  clock: Clock
  signal?: AbortSignal | undefined
}

/** All logs of a range, and the hash of its last block. */
export interface LogChunk {
  fromBlock: bigint
  toBlock: bigint
  toHash: Hash
  /** In chain order. */
  logs: L1Log[]
}

/**
 * The logs of a range, chunk by chunk in order. A failed request is retried with half of its
 * blocks, since endpoints limit the range, the number of results and the time, each with its own
 * message, so messages are not parsed. After successes the size grows again, and a failed size is
 * retried less and less often.
 *
 * - Signed by: nobody.   Chain: L1.   Value: none.
 *
 * @throws {MetisSeqError} LOGS_UNREADABLE, and those of the connection; every chunk before it was
 * yielded
 */
export async function* scanLogs(scan: LogScan): AsyncGenerator<LogChunk> {
  const {fromBlock, toBlock, clock, signal} = scan
  let size = FIRST_CHUNK_BLOCKS
  let failures = 0
  let successes = 0
  let patience = 1
  for (let next = fromBlock; next <= toBlock; ) {
    signal?.throwIfAborted()
    const last = smaller(next + size - 1n, toBlock)
    try {
      yield await orAborted(readChunk(scan, next, last), signal)
      next = last + 1n
      failures = 0
      if (++successes < patience) continue
      successes = 0
      size = smaller(size * 2n, MOST_CHUNK_BLOCKS)
    } catch (error) {
      if (signal?.aborted) throw signal.reason
      failures++
      const isTransport = assertMayShrink(error, next, size, failures)
      size = larger(smaller(size, last - next + 1n) / (isTransport ? 8n : 2n), 1n)
      successes = 0
      patience = Math.min(patience * 2, MOST_PATIENCE)
      await clock.sleep(PAUSE_MS * Math.min(failures, 10), signal)
    }
  }
}

/**
 * @returns true when the transport failed, not the answer. @throws when a smaller request cannot
 * help
 */
function assertMayShrink(error: unknown, block: bigint, size: bigint, failures: number): boolean {
  const answer = findCause(error, RpcResponseError)
  if (answer && size === 1n && failures >= TRIES_OF_ONE_BLOCK) throw unreadable(block, answer)
  if (!maySmallerHelp(error)) throw answer ? unreadable(block, answer) : error
  if (!answer && failures >= TRIES_OF_TRANSPORT) throw error
  return !answer
}

/** True when an endpoint may have failed because the request was too large. */
export function maySmallerHelp(error: unknown): boolean {
  const answer = findCause(error, RpcResponseError)
  if (answer) return answer.code !== METHOD_UNKNOWN
  const reason = findCause(error, MetisSeqError)?.facts['reason'] ?? ''
  return ['timeout', 'http-status', 'rate-limited', 'network', 'too-large'].includes(reason)
}

async function readChunk(
  {client, addresses}: LogScan,
  fromBlock: bigint,
  toBlock: bigint,
): Promise<LogChunk> {
  const range = {fromBlock: numberToHex(fromBlock), toBlock: numberToHex(toBlock)}
  const [logs, mark] = await Promise.all([
    client.request({method: 'eth_getLogs', params: [{address: [...addresses], ...range}]}),
    readBlockMark(client, toBlock),
  ])
  if (!mark || !Array.isArray(logs)) {
    // One address may front several nodes, one of them a block behind: retried.
    throw new RpcResponseError({code: -32_000, message: 'the endpoint does not have it yet'})
  }
  return {fromBlock, toBlock, toHash: mark.hash, logs: logs.map(parseLog).sort(byPosition)}
}

function parseLog(log: unknown): L1Log {
  if (!isRecord(log)) throw new Error('eth_getLogs returned something that is not a log.')
  const time = log['blockTimestamp']
  return {
    l1Block: BigInt(log['blockNumber'] as Hex),
    logIndex: Number(log['logIndex']),
    txHash: log['transactionHash'] as Hash,
    address: String(log['address']).toLowerCase() as Address,
    topics: log['topics'] as Hex[],
    data: log['data'] as Hex,
    timeSeconds: typeof time === 'string' ? Number(time) : null,
  }
}

/** Ctrl-C does not wait for an endpoint; a late response is ignored. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work
  let stop = () => {}
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, {once: true})
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
    work.catch(() => {})
  }
}

function unreadable(l1Block: bigint, cause: Error): MetisSeqError {
  return new MetisSeqError({
    code: 'LOGS_UNREADABLE',
    message: `The L1 endpoint does not return the logs of block ${l1Block}: ${messageOf(cause)}`,
    facts: {l1Block: `${l1Block}`},
    hints: [
      'Use an L1 endpoint that stores all logs: `metis-seq init --replace --l1-rpc-url URL`.',
      'Logs read so far are cached; run the same command again to continue.',
    ],
    cause,
  })
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
