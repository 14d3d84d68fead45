/**
 * In: L1 blocks. Out: how much of our chain L1 has confirmed. Every node reads L1 itself, so no
 * node has to trust another. Stage 10.
 */
import type {Hash, Hex} from 'viem'

import {MetisSeqError} from '../../lib/errors.ts'
import type {RpcClient} from '../../lib/json-rpc.ts'
import type {Logger} from '../../lib/log.ts'
import type {TxBatch} from '../../protocol/batch-codec.ts'
import type {SealedBlock} from '../../protocol/block.ts'
import type {L1Network} from '../../protocol/network.ts'
import {readBatchCursor, saveBatchCursor, type BatchCursor} from '../../store/batch-cursor.ts'
import {readBatchPin, saveBatchPin, type BatchPin} from '../../store/batch-pin.ts'
import {BatchReader} from '../inbox/batch-reader.ts'
import {endOf, readInboxBlocks, type BatchPosition, type InboxBlock} from '../inbox/read-inbox.ts'
import {FINALIZED_FACTOR, L1_SCAN_BLOCKS} from '../limits.ts'

export interface HeadsOptions {
  l1: RpcClient
  network: Pick<L1Network, 'contracts' | 'batchSenders' | 'confirmations' | 'deploymentBlock'>
  /** Number of the L2 genesis block: the first batch starts behind it. */
  genesisNumber: number
  /** Our own block, or undefined while we do not have it. */
  block(number: number): SealedBlock | undefined
  cursorFile: string
  pinFile: string
  /** Wall clock, milliseconds. */
  nowMs?(): number
  /** A transaction batch on L1 that is new in this run, confirmed or not. */
  onBatch?(batch: TxBatch): void
  logger: Logger
}

export interface L1Head {
  number: number
  hash: Hash
  /** Seconds since 1970. */
  timestamp: number
  baseFeeWei: bigint
}

/** The newest batch in the inbox, confirmed or not. */
export interface InboxTip extends BatchPosition {
  /** L1 was read up to here. */
  l1Block: number
  /**
   * False when a batch has blocks that our chain does not have: the blocks after them are not ours
   * to send.
   */
  isOurs: boolean
}

/** L1's version of the first block in which our chain differs. L1 is right. */
export interface L1Divergence {
  number: number
  /** Seconds since 1970. */
  timestamp: number
  transactions: readonly Hex[]
}

/** The L1 block up to which batches were read. */
interface Reading {
  cursor: BatchCursor
  /** At the position of the cursor, with the pieces of incomplete batches. */
  reader: BatchReader
  /** Saved while pieces are incomplete: a restart must read them again. */
  held?: BatchCursor | undefined
}

export class Heads {
  readonly #options: HeadsOptions
  #reading: Reading | undefined
  #finalized: number | null
  #l1Head: L1Head | undefined
  #tip: InboxTip
  #pin: BatchPin | undefined
  #l1Divergence: L1Divergence | undefined
  #divergence: {block: number; batchIndex: number; sinceMs: number} | undefined
  #isTipRead = false
  /** Keys of the newest batches that were reported. */
  #told: string[] = []
  /**
   * The last block of a batch that we do not have yet, and how far L1 reached when that was seen.
   */
  #missing: {l2Block: number; l1Block: number} | undefined

  constructor(options: HeadsOptions) {
    this.#options = options
    const cursor = readBatchCursor(options.cursorFile)
    this.#reading = cursor && this.#readingFrom(cursor)
    this.#finalized = cursor?.finalized ?? null
    this.#pin = readBatchPin(options.pinFile)
    this.#tip = {batchIndex: 0, l2Block: options.genesisNumber, l1Block: 0, isOurs: false}
  }

  /** Null until a batch is confirmed. */
  safeHead(): number | null {
    return this.#reading?.cursor.l2Block ?? null
  }

  /**
   * Blocks up to here are never reverted for another branch: L1 has confirmed them, or we sent them
   * to L1 and may be the only node that has them.
   */
  reorgFloor(): number {
    const safe = this.safeHead() ?? this.#options.genesisNumber
    if (!this.#pin || this.#l1Divergence) return safe
    const isOnChain = this.#options.block(this.#pin.l2Block)?.hash === this.#pin.hash
    return isOnChain ? Math.max(safe, this.#pin.l2Block) : safe
  }

  /** Called before a batch up to this block leaves. Durable when it returns. @throws DISK_FULL */
  pin(l2Block: number): void {
    const block = this.#options.block(l2Block)
    if (!block) throw new Error(`Block ${l2Block} is being sent but is not in the chain log.`)
    const pin = {l2Block, hash: block.hash}
    saveBatchPin(this.#options.pinFile, pin)
    this.#pin = pin
  }

  /** Undefined while L1 agrees with our chain. */
  l1Divergence(): L1Divergence | undefined {
    return this.#l1Divergence
  }

  /** Since when, and in which batch, L1 diverges from our chain. */
  get divergence(): {block: number; batchIndex: number; sinceMs: number} | undefined {
    return this.#l1Divergence && this.#divergence
  }

  /** True once L1's batches were read up to its head in this run. */
  get isTipRead(): boolean {
    return this.#isTipRead
  }

  /** Never moves back, whatever L1 does. */
  finalizedHead(): number | null {
    if (!this.#l1Head || !this.#reading) return this.#finalized
    const {confirmations} = this.#options.network
    const depth = this.#l1Head.number - confirmations * FINALIZED_FACTOR
    const {recent} = this.#reading.cursor
    const deep = recent.findLast(({l1Block}) => l1Block <= depth)?.l2Block ?? null
    return deep === null || deep < (this.#finalized ?? 0) ? this.#finalized : deep
  }

  l1Head(): L1Head | undefined {
    return this.#l1Head
  }

  tip(): InboxTip {
    return this.#tip
  }

  /**
   * Reads what is new on L1.
   *
   * - Signed by: nobody.   Chain: L1.   Value: none.
   *
   * @throws {RpcTransportError | RpcResponseError} L1 does not respond; nothing is lost
   * @throws {MetisSeqError} BATCH_MISMATCH when a batch has other blocks than our chain
   */
  async poll(): Promise<void> {
    const {l1, network, cursorFile} = this.#options
    const [head] = await this.#readBlocks([await blockNumber(l1)])
    if (!head) return
    this.#l1Head = head
    if (this.#isWaiting(head.number)) return
    // A cursor beyond the head belongs to another L1, such as a restarted local one.
    if (this.#reading && this.#reading.cursor.l1Block > head.number) this.#reading = undefined
    let reading = this.#reading ?? this.#readingFrom(this.#startCursor())
    const confirmed = head.number - network.confirmations
    while (reading.cursor.l1Block < confirmed) {
      const before = reading.cursor.l1Block
      const next = await this.#advance(reading, Math.min(confirmed, before + L1_SCAN_BLOCKS))
      if (!next || next.cursor.l1Block === before) break
      reading = next
      this.#reading = reading
      const finalized = this.finalizedHead()
      saveBatchCursor(cursorFile, {...(reading.held ?? reading.cursor), finalized})
    }
    this.#finalized = this.finalizedHead()
    await this.#readTip(reading, head.number)
  }

  /**
   * A node that catches up would read and decode the same batches every second. An occasional check
   * detects an L1 reorg in the meantime.
   */
  #isWaiting(l1Block: number): boolean {
    const missing = this.#missing
    if (!missing || this.#options.block(missing.l2Block)) return false
    return l1Block >= missing.l1Block && l1Block - missing.l1Block < L1_SCAN_BLOCKS
  }

  #readingFrom(cursor: BatchCursor): Reading {
    const {batchIndex, l2Block} = cursor
    const position = {batchIndex, l2Block: l2Block ?? this.#options.genesisNumber}
    return {cursor, reader: new BatchReader(position)}
  }

  #startCursor(): BatchCursor {
    const before = Math.max(0, this.#options.network.deploymentBlock - 1)
    const finalized = this.#finalized
    return {l1Block: before, l1Hash: anyHash, batchIndex: 0, l2Block: null, recent: [], finalized}
  }

  /** @returns undefined when L1 reorged below a confirmed block: reading starts over */
  async #advance(reading: Reading, to: number): Promise<Reading | undefined> {
    const {network, logger} = this.#options
    const {cursor} = reading
    const numbers = Array.from(
      {length: to - cursor.l1Block},
      (_, index) => cursor.l1Block + 1 + index,
    )
    let next = reading
    this.#missing = undefined
    for (const block of await this.#readBlocks(numbers)) {
      const {l1Hash} = next.cursor
      if (l1Hash !== anyHash && block.parentHash !== l1Hash) {
        logger.warn('L1 reorganized', {l1Block: block.number})
        this.#reading = undefined
        return undefined
      }
      const applied = this.#apply(next, block)
      // A batch of blocks that we do not have yet waits until we have them.
      if (!applied) break
      next = applied
    }
    const depth = to - network.confirmations * FINALIZED_FACTOR
    const {recent} = next.cursor
    const firstOpen = recent.findLastIndex(({l1Block}) => l1Block <= depth)
    return {...next, cursor: {...next.cursor, recent: recent.slice(Math.max(0, firstOpen))}}
  }

  #apply({cursor, reader, held}: Reading, block: InboxBlock): Reading | undefined {
    const fork = reader.fork()
    fork.enter(block.number)
    let next = {...cursor, l1Block: block.number, l1Hash: block.hash}
    for (const {calldata} of block.transactions) {
      const batch = fork.take(block.number, calldata)
      if (!batch) continue
      this.#tell(batch)
      const l2Block = endOf(batch)
      this.#compare(batch)
      if (!this.#options.block(l2Block)) {
        this.#missing = {l2Block, l1Block: this.#l1Head?.number ?? block.number}
        return undefined
      }
      this.#l1Divergence = undefined
      const recent = [...next.recent, {l1Block: block.number, l2Block}]
      next = {...next, batchIndex: Number(batch.batchIndex), l2Block, recent}
    }
    return {cursor: next, reader: fork, held: fork.isWaiting ? (held ?? cursor) : undefined}
  }

  #compare(batch: TxBatch): void {
    const differs = this.#firstDifference(batch)
    if (!differs) return
    // From now on a peer's branch that agrees with L1 wins over ours.
    this.#l1Divergence = differs
    const {number} = differs
    const batchIndex = Number(batch.batchIndex)
    if (this.#divergence?.block !== number || this.#divergence.batchIndex !== batchIndex) {
      const {nowMs = Date.now} = this.#options
      this.#divergence = {block: number, batchIndex, sinceMs: nowMs()}
    }
    throw new MetisSeqError({
      code: 'BATCH_MISMATCH',
      message: `Batch ${batch.batchIndex} on L1 holds another block ${number} than this node.`,
      facts: {batchIndex: `${batch.batchIndex}`, block: `${number}`},
      hints: [
        'Run `metis-seq node verify --from-l1 URL` to rebuild the chain from L1 and compare.',
      ],
    })
  }

  /** Among the blocks that we have. */
  #firstDifference(batch: TxBatch): L1Divergence | undefined {
    for (const [index, {timestamp, transactions}] of batch.blocks.entries()) {
      const number = batch.startBlock + index
      const ours = this.#options.block(number)
      if (!ours) return undefined
      const theirs = {number, timestamp, transactions: transactions.map(({raw}) => raw)}
      if (!holdsSame(ours, theirs)) return theirs
    }
    return undefined
  }

  /** Batches that are on L1 but not deep enough yet: the batcher continues behind them. */
  async #readTip({cursor, reader: confirmed}: Reading, head: number): Promise<void> {
    const reader = confirmed.fork()
    let isOurs = true
    for (let from = cursor.l1Block + 1; from <= head; from += L1_SCAN_BLOCKS) {
      const count = Math.min(L1_SCAN_BLOCKS, head - from + 1)
      const blocks = await this.#readBlocks(Array.from({length: count}, (_, index) => from + index))
      for (const {number, transactions} of blocks) {
        reader.enter(number)
        for (const {calldata} of transactions) {
          const batch = reader.take(number, calldata)
          if (batch) this.#tell(batch)
          if (batch) isOurs &&= this.#holds(batch, endOf(batch))
        }
      }
      // Nothing can be sent after a batch that is not ours, so later batches do not count.
      if (!isOurs) break
    }
    this.#tip = {...reader.position, l1Block: head, isOurs}
    this.#isTipRead = true
  }

  #tell(batch: TxBatch): void {
    const {onBatch} = this.#options
    const {batchIndex, startBlock, blocks} = batch
    const name = `${batchIndex} ${startBlock} ${blocks.length} ${blocks.at(-1)?.timestamp}`
    if (!onBatch || this.#told.includes(name)) return
    onBatch(batch)
    this.#told = [...this.#told.slice(1 - TOLD_BATCHES), name]
  }

  #holds(batch: TxBatch, l2Block: number): boolean {
    return this.#options.block(l2Block) !== undefined && !this.#firstDifference(batch)
  }

  #readBlocks(numbers: readonly number[]): Promise<InboxBlock[]> {
    const {l1, network} = this.#options
    return readInboxBlocks(l1, network, numbers)
  }
}

/** True when a block has the same time and transactions as on L1. */
export function holdsSame(
  block: Pick<SealedBlock, 'timestamp' | 'transactions'>,
  {timestamp, transactions}: L1Divergence,
): boolean {
  return (
    block.timestamp === timestamp &&
    block.transactions.length === transactions.length &&
    transactions.every((raw, position) => raw === block.transactions[position])
  )
}

/** More than ever lie between the newest confirmed L1 block and the head. */
const TOLD_BATCHES = 256

/** Marks "not read yet" before the first block. */
const anyHash: Hash = `0x${'0'.repeat(64)}`

async function blockNumber(l1: RpcClient): Promise<number> {
  return Number(await l1.request('eth_blockNumber'))
}
