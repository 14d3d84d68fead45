/**
 * In: sealed blocks that can no longer be recommitted. Out: transaction batches for the inbox.
 * Stage 8. Stateless: the inbox on L1 says where to continue.
 */
import {encodeFunctionData, type Address, type Hex} from 'viem'

import {metisSequencerSetAbi} from '../../chain/abis/metis-sequencer-set.ts'
import type {Clock} from '../../lib/clock.ts'
import type {Logger} from '../../lib/log.ts'
import {
  encodeBatch,
  encodeLargeBatch,
  payloadBytes,
  type BatchBlock,
} from '../../protocol/batch-codec.ts'
import {splitBatch} from '../../protocol/batch-parts.ts'
import type {SealedBlock} from '../../protocol/block.ts'
import type {ExecutionEngine} from '../engine/engine.ts'
import type {InboxTip} from '../heads/heads.ts'
import type {Inbox} from '../inbox/inbox.ts'
import {BATCH_BLOCKS, BATCH_BYTES, BATCH_CALLDATA_BYTES, BATCH_LARGE_BYTES} from '../limits.ts'

export interface Batcher {
  /** Sends the next transaction batch when one is due. @returns true when one was sent */
  poll(tip: InboxTip): Promise<boolean>
}

/** For nodes without the batch account. */
export const disabledBatcher: Batcher = {poll: () => Promise.resolve(false)}

export interface BatcherOptions {
  engine: ExecutionEngine
  inbox: Inbox
  sequencerSet: Address
  /** Blocks behind the head that count as unsafe, on top of the epoch rule. */
  marginBlocks: number
  head(): number
  block(number: number): SealedBlock | undefined
  /** Pins the sent blocks so that no other branch can replace them. Durable when it returns. */
  pin(l2Block: number): void
  /** Only the producer sends, so that two nodes with the account do not pay twice. */
  isOurTurn(): boolean
  clock: Clock
  logger: Logger
  /** A batch that is not full is sent once its oldest block reaches this age. */
  maxAgeMs: number
}

/**
 * - Source: eligibility and triggers of `packages/batch-submitter`, MetisProtocol/mvm, develop
 *   79c12367.
 */
export function createBatcher(options: BatcherOptions): Batcher {
  const {inbox, isOurTurn, clock, logger, maxAgeMs} = options
  /** Pieces of the block after the tip that still have to be sent. */
  let rest: {behind: number; pieces: Hex[]} = {behind: 0, pieces: []}
  return {
    async poll(tip) {
      if (!isOurTurn() || !tip.isOurs || !(await inbox.isFree(tip.l1Block))) return false
      const [piece] = rest.behind === tip.batchIndex ? rest.pieces : []
      if (piece) {
        const hash = await inbox.send(piece)
        rest.pieces.shift()
        const left = rest.pieces.length
        logger.info('batch continued', {batchIndex: tip.batchIndex + 1, left, hash})
        return true
      }
      const end = await lastEligible(options)
      const {blocks, isFull} = collect(options, tip.l2Block + 1, end)
      const [oldest] = blocks
      if (!oldest) return false
      // The age of the block itself: an epoch may be shorter than the time a batch may wait.
      if (!isFull && clock.nowMs() - oldest.timestamp * 1000 < maxAgeMs) return false
      const {data, count} = await fit(tip, blocks)
      options.pin(tip.l2Block + count)
      const [first, ...pieces] = splitBatch(data, BATCH_CALLDATA_BYTES)
      const hash = await inbox.send(first!)
      rest = {behind: tip.batchIndex, pieces}
      logger.info('batch sent', {
        batchIndex: tip.batchIndex + 1,
        startBlock: tip.l2Block + 1,
        blocks: count,
        sizeBytes: data.length / 2 - 1,
        transactions: pieces.length + 1,
        hash,
      })
      return true
    },
  }
}

/** Blocks that an honest network can still reorg are not sent. */
async function lastEligible({
  engine,
  sequencerSet,
  marginBlocks,
  head,
}: BatcherOptions): Promise<number> {
  const data = encodeFunctionData({abi: metisSequencerSetAbi, functionName: 'finalizedBlock'})
  const word = await engine.read('eth_call', [{to: sequencerSet, data}], head())
  return Math.min(Number(BigInt(String(word))), head() - marginBlocks)
}

function collect(
  {block}: BatcherOptions,
  from: number,
  end: number,
): {blocks: BatchBlock[]; isFull: boolean} {
  const blocks: BatchBlock[] = []
  let bytes = 0
  for (let number = from; number <= end && blocks.length < BATCH_BLOCKS; number++) {
    const sealed = block(number)
    if (!sealed) break
    const next = toBatchBlock(sealed)
    bytes += payloadBytes([next])
    blocks.push(next)
    if (bytes >= BATCH_BYTES) return {blocks, isFull: true}
  }
  return {blocks, isFull: blocks.length >= BATCH_BLOCKS}
}

function toBatchBlock({timestamp, transactions, seqSign}: SealedBlock): BatchBlock {
  // The layout repeats the signature over the first transaction for every transaction of the block.
  const sign = seqSign ?? '0x'
  return {
    timestamp,
    l1BlockNumber: 0n,
    transactions: transactions.map((raw) => ({raw, seqSign: sign})),
  }
}

/**
 * As many blocks as fit into one L1 transaction. At least one, even if it needs several
 * transactions.
 */
async function fit(
  tip: InboxTip,
  blocks: readonly BatchBlock[],
): Promise<{data: Hex; count: number}> {
  for (let count = blocks.length; ; count = Math.ceil(count / 2)) {
    const batch = {
      batchIndex: BigInt(tip.batchIndex + 1),
      startBlock: tip.l2Block + 1,
      blocks: blocks.slice(0, count),
    }
    const isLarge = payloadBytes(batch.blocks) > BATCH_LARGE_BYTES
    const data = isLarge ? await encodeLargeBatch(batch) : encodeBatch(batch)
    if (count === 1 || data.length / 2 - 1 <= BATCH_CALLDATA_BYTES) return {data, count}
  }
}
