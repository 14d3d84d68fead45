/**
 * In: L1 blocks. Out: how much of our chain L1 has confirmed. Read by every node from L1 itself, so no
 * node has to believe another. Stage 10.
 */
import type {Hash, Hex} from 'viem'

import {MetisSeqError} from '../../lib/errors.ts'
import {isRecord} from '../../lib/json.ts'
import type {RpcClient} from '../../lib/json-rpc.ts'
import type {Logger} from '../../lib/log.ts'
import {decodeBatch, InvalidBatchError, type TxBatch} from '../../protocol/batch-codec.ts'
import {lowerCase, type SealedBlock} from '../../protocol/block.ts'
import type {L1Network} from '../../protocol/network.ts'
import {readBatchCursor, saveBatchCursor, type BatchCursor} from '../../store/batch-cursor.ts'
import {FINALIZED_FACTOR, L1_SCAN_BLOCKS} from '../limits.ts'

export interface HeadsOptions {
  l1: RpcClient
  network: Pick<L1Network, 'contracts' | 'batchSenders' | 'confirmations' | 'deploymentBlock'>
  /** Number of the L2 genesis block: the first batch starts behind it. */
  genesisNumber: number
  /** Our own block, or undefined while we do not have it. */
  block(number: number): SealedBlock | undefined
  cursorFile: string
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
export interface InboxTip {
  batchIndex: number
  /** Last L2 block in a batch; the genesis number before the first batch. */
  l2Block: number
}

interface L1Block extends L1Head {
  parentHash: Hash
  /** Calldata of the inbox transactions of allowed senders, in order. */
  batches: Hex[]
}

export class Heads {
  readonly #options: HeadsOptions
  #cursor: BatchCursor | undefined
  #l1Head: L1Head | undefined
  #tip: InboxTip

  constructor(options: HeadsOptions) {
    this.#options = options
    this.#cursor = readBatchCursor(options.cursorFile)
    this.#tip = {batchIndex: 0, l2Block: options.genesisNumber}
  }

  /** Null until a batch is confirmed. */
  safeHead(): number | null {
    return this.#cursor?.l2Block ?? null
  }

  finalizedHead(): number | null {
    if (!this.#l1Head || !this.#cursor) return null
    const {confirmations} = this.#options.network
    const depth = this.#l1Head.number - confirmations * FINALIZED_FACTOR
    return this.#cursor.recent.findLast(({l1Block}) => l1Block <= depth)?.l2Block ?? null
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
   * @throws {RpcTransportError | RpcResponseError} L1 does not answer; nothing is lost
   * @throws {MetisSeqError} BATCH_MISMATCH when a batch holds other blocks than ours
   */
  async poll(): Promise<void> {
    const {l1, network, cursorFile} = this.#options
    const [head] = await this.#readBlocks([await blockNumber(l1)])
    if (!head) return
    this.#l1Head = head
    // A cursor beyond the head is of another L1, such as a local one that was started anew.
    const isUsable = this.#cursor !== undefined && this.#cursor.l1Block <= head.number
    let cursor = isUsable ? this.#cursor! : this.#startCursor()
    const confirmed = head.number - network.confirmations
    while (cursor.l1Block < confirmed) {
      const next = await this.#advance(cursor, Math.min(confirmed, cursor.l1Block + L1_SCAN_BLOCKS))
      if (!next || next.l1Block === cursor.l1Block) break
      cursor = next
      this.#cursor = cursor
      saveBatchCursor(cursorFile, cursor)
    }
    await this.#readTip(cursor, head.number)
  }

  #startCursor(): BatchCursor {
    const before = Math.max(0, this.#options.network.deploymentBlock - 1)
    return {l1Block: before, l1Hash: anyHash, batchIndex: 0, l2Block: null, recent: []}
  }

  /** @returns undefined when L1 was reorganized below what was confirmed: reading starts over */
  async #advance(cursor: BatchCursor, to: number): Promise<BatchCursor | undefined> {
    const {network, logger} = this.#options
    const numbers = Array.from(
      {length: to - cursor.l1Block},
      (_, index) => cursor.l1Block + 1 + index,
    )
    let next = cursor
    for (const block of await this.#readBlocks(numbers)) {
      if (next.l1Hash !== anyHash && block.parentHash !== next.l1Hash) {
        logger.warn('L1 reorganized', {l1Block: block.number})
        this.#cursor = undefined
        return undefined
      }
      const applied = this.#apply(next, block)
      // A batch of blocks that we do not have yet waits until we have them.
      if (!applied) break
      next = {...applied, l1Block: block.number, l1Hash: block.hash}
    }
    const depth = to - network.confirmations * FINALIZED_FACTOR
    const firstOpen = next.recent.findLastIndex(({l1Block}) => l1Block <= depth)
    return {...next, recent: next.recent.slice(Math.max(0, firstOpen))}
  }

  #apply(cursor: BatchCursor, block: L1Block): BatchCursor | undefined {
    let next = cursor
    for (const calldata of block.batches) {
      const batch = this.#nextBatch(calldata, next)
      if (!batch) continue
      const l2Block = batch.startBlock + batch.blocks.length - 1
      if (!this.#options.block(l2Block)) return undefined
      this.#compare(batch)
      const recent = [...next.recent, {l1Block: block.number, l2Block}]
      next = {...next, batchIndex: Number(batch.batchIndex), l2Block, recent}
    }
    return next
  }

  /** A batch counts only when it follows the one before it: duplicates and strays are no batches. */
  #nextBatch(
    calldata: Hex,
    after: {batchIndex: number; l2Block: number | null},
  ): TxBatch | undefined {
    try {
      const batch = decodeBatch(calldata)
      const start = (after.l2Block ?? this.#options.genesisNumber) + 1
      const follows =
        batch.batchIndex === BigInt(after.batchIndex + 1) && batch.startBlock === start
      return follows ? batch : undefined
    } catch (error) {
      if (error instanceof InvalidBatchError) return undefined
      throw error
    }
  }

  #compare(batch: TxBatch): void {
    batch.blocks.forEach(({timestamp, transactions}, index) => {
      const number = batch.startBlock + index
      const ours = this.#options.block(number)
      const isEqual =
        ours?.timestamp === timestamp &&
        ours.transactions.length === transactions.length &&
        transactions.every(({raw}, position) => raw === ours.transactions[position])
      if (isEqual) return
      throw new MetisSeqError({
        code: 'BATCH_MISMATCH',
        message: `Batch ${batch.batchIndex} on L1 holds another block ${number} than this node.`,
        exit: 'critical',
        facts: {batchIndex: String(batch.batchIndex), block: String(number)},
        hints: ['Run `metis-seq node verify` to rebuild the chain from L1 and compare.'],
      })
    })
  }

  /** Batches that are on L1 but not deep enough yet: the batcher continues behind them. */
  async #readTip(cursor: BatchCursor, head: number): Promise<void> {
    const {genesisNumber} = this.#options
    let tip: InboxTip = {
      batchIndex: cursor.batchIndex,
      l2Block: cursor.l2Block ?? genesisNumber,
    }
    for (let from = cursor.l1Block + 1; from <= head; from += L1_SCAN_BLOCKS) {
      const count = Math.min(L1_SCAN_BLOCKS, head - from + 1)
      const blocks = await this.#readBlocks(Array.from({length: count}, (_, index) => from + index))
      for (const calldata of blocks.flatMap(({batches}) => batches)) {
        const batch = this.#nextBatch(calldata, tip)
        if (!batch) continue
        const l2Block = batch.startBlock + batch.blocks.length - 1
        tip = {batchIndex: Number(batch.batchIndex), l2Block}
      }
    }
    this.#tip = tip
  }

  async #readBlocks(numbers: readonly number[]): Promise<L1Block[]> {
    const answers = await this.#options.l1.batch(
      numbers.map((number) => ({
        method: 'eth_getBlockByNumber',
        params: [`0x${number.toString(16)}`, true],
      })),
    )
    return answers.map((answer) => {
      if (answer instanceof Error) throw answer
      return this.#parseBlock(answer)
    })
  }

  #parseBlock(value: unknown): L1Block {
    if (!isRecord(value) || !Array.isArray(value['transactions'])) {
      throw new Error('L1 gave no block where there must be one.')
    }
    const {contracts, batchSenders} = this.#options.network
    const inbox = lowerCase(contracts.batchInbox)
    const senders = new Set(batchSenders.map(lowerCase))
    const batches = value['transactions']
      .filter(isRecord)
      .filter(({to, from}) => lowerText(to) === inbox && senders.has(lowerText(from)))
      .map(({input}) => String(input) as Hex)
    return {
      number: Number(value['number']),
      hash: String(value['hash']) as Hash,
      parentHash: String(value['parentHash']) as Hash,
      timestamp: Number(value['timestamp']),
      baseFeeWei: BigInt(String(value['baseFeePerGas'] ?? '0x0')),
      batches,
    }
  }
}

/** Stands for "not read yet" in front of the first block. */
const anyHash: Hash = `0x${'0'.repeat(64)}`

function lowerText(value: unknown): Hex {
  return (typeof value === 'string' ? value.toLowerCase() : '') as Hex
}

async function blockNumber(l1: RpcClient): Promise<number> {
  return Number(await l1.request('eth_blockNumber'))
}
