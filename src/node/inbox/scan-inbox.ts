/** Scans a long L1 range for transaction batches, as fast as the endpoint allows. */
import type {Clock} from '../../lib/clock.ts'
import {MetisSeqError, messageOf} from '../../lib/errors.ts'
import type {RpcClient} from '../../lib/json-rpc.ts'
import {L1_SCAN_BLOCKS, L1_SCAN_LEAST_MS, L1_SCAN_MOST_BLOCKS, L1_SCAN_TRIES} from '../limits.ts'
import {readInboxBlocks, type InboxBlock, type InboxRules} from './read-inbox.ts'

export interface ScanOptions {
  l1: RpcClient
  rules: InboxRules
  /** First and last L1 block, both inclusive. */
  fromBlock: number
  toBlock: number
  clock: Clock
  signal?: AbortSignal
}

/**
 * The L1 blocks of a range, in order. A failed chunk is split in half, since endpoints limit the
 * cost of a request; chunks with fast responses grow.
 *
 * @throws {MetisSeqError} L1_REORGANIZED, L1_UNREADABLE
 */
export async function* scanInbox(options: ScanOptions): AsyncGenerator<InboxBlock> {
  const {fromBlock, toBlock, clock, signal} = options
  let size = L1_SCAN_BLOCKS
  let failures = 0
  let last: InboxBlock | undefined
  for (let next = fromBlock; next <= toBlock; ) {
    signal?.throwIfAborted()
    const count = Math.min(size, toBlock - next + 1)
    const startedMs = clock.monotonicMs()
    try {
      const blocks = await readChunk(options, next, count)
      for (const block of blocks) {
        if (last && block.parentHash !== last.hash) throw reorganized(block.number)
        last = block
        yield block
      }
      next += count
      failures = 0
      const isFast = clock.monotonicMs() - startedMs < L1_SCAN_LEAST_MS
      if (isFast && count === size) size = Math.min(size * 2, L1_SCAN_MOST_BLOCKS)
    } catch (error) {
      if (error instanceof MetisSeqError || signal?.aborted) throw error
      failures++
      if (size === 1 && failures >= L1_SCAN_TRIES) throw unreadable(next, error)
      size = Math.max(1, Math.floor(size / 2))
      await clock.sleep(Math.min(failures, L1_SCAN_TRIES) * L1_SCAN_LEAST_MS, signal)
    }
  }
}

async function readChunk(
  {l1, rules}: ScanOptions,
  from: number,
  count: number,
): Promise<InboxBlock[]> {
  const numbers = Array.from({length: count}, (_, index) => from + index)
  return readInboxBlocks(l1, rules, numbers)
}

function reorganized(l1Block: number): MetisSeqError {
  return new MetisSeqError({
    code: 'L1_REORGANIZED',
    message: `L1 reorged at block ${l1Block} during the read.`,
    exit: 'unreachable',
    facts: {l1Block: `${l1Block}`},
    hints: ['Run the command again.'],
  })
}

function unreadable(l1Block: number, cause: unknown): MetisSeqError {
  return new MetisSeqError({
    code: 'L1_UNREADABLE',
    message: `L1 does not return block ${l1Block}: ${messageOf(cause)}`,
    facts: {l1Block: `${l1Block}`},
    hints: ['Use an endpoint that stores all blocks with their transactions.'],
    cause,
  })
}
