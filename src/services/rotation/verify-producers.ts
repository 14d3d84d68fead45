import {getAddress, type Address} from 'viem'
import {getBlockNumber} from 'viem/actions'

import {
  readEpoch,
  readEpochOfBlock,
  readNewestEpochNumber,
} from '../../chain/actions/sequencer-set/read-epochs.ts'
import {readFirstTransaction} from '../../chain/actions/transaction/read-first-transaction.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import type {Epoch} from '../../protocol/epoch.ts'
import {
  checkProducer,
  type CheckedProducer,
  type ProducerVerdict,
} from '../../protocol/rotation/producers.ts'
import {isSame} from '../../protocol/rotation/records.ts'
import type {Context} from '../context.ts'
import type {ScanOptions} from './records.ts'

/** Blocks per HTTP request. */
const BLOCKS_AT_ONCE = 100
/** Wrong blocks that are listed; their number has no limit. */
const LISTED = 100

export interface ProducerCheck {
  /** Inclusive. */
  fromBlock: bigint
  toBlock: bigint
  verdicts: Record<ProducerVerdict, number>
  /** Blocks per producer, recovered from their signatures, the most first. */
  producers: {signer: Address; blocks: number}[]
  /** Blocks signed by the wrong producer or in no epoch, oldest first, at most 100. */
  wrong: CheckedProducer[]
}

export interface ProducerRange {
  /** Undefined: `blocks` before the last one. */
  from?: bigint | undefined
  /** Undefined: the head. */
  to?: bigint | undefined
  blocks: bigint
}

/**
 * The producer of every block of a range against the signer of its epoch.
 *
 * @throws {MetisSeqError} BLOCK_RANGE_EMPTY, INTERRUPTED, those of the L2 endpoint
 */
export async function verifyProducers(
  context: Context,
  range: ProducerRange,
  {signal, onProgress}: ScanOptions = {},
): Promise<ProducerCheck> {
  const {client} = context.l2()
  const {sequencerSet} = context.network.l2.contracts
  const head = await getBlockNumber(client, {cacheTime: 0})
  const toBlock = range.to ?? head
  // Before the first epoch, another rule decided who may produce.
  const origin = (await readEpoch(client, {sequencerSet, number: 0n}))?.startBlock ?? 1n
  const first = range.from ?? toBlock - range.blocks + 1n
  const fromBlock = first < origin ? origin : first
  if (toBlock > head || fromBlock > toBlock) throw rangeEmpty(first, toBlock, head)
  const epochs = await readEpochsOver(context, fromBlock, toBlock)
  const check = emptyCheck(fromBlock, toBlock)
  for (let at = fromBlock; at <= toBlock; at += BigInt(BLOCKS_AT_ONCE)) {
    signal?.throwIfAborted()
    const size = Math.min(BLOCKS_AT_ONCE, Number(toBlock - at) + 1)
    const blocks = Array.from({length: size}, (_, index) => at + BigInt(index))
    const firsts = await Promise.all(blocks.map((block) => readFirstTransaction(client, block)))
    blocks.forEach((block, index) => count(check, checkProducer(block, firsts[index]!, epochs)))
    onProgress?.({
      step: 'blocks',
      done: Number(blocks.at(-1)! - fromBlock) + 1,
      total: Number(toBlock - fromBlock) + 1,
    })
  }
  check.producers.sort((a, b) => b.blocks - a.blocks)
  return check
}

function emptyCheck(fromBlock: bigint, toBlock: bigint): ProducerCheck {
  const verdicts = {right: 0, wrong: 0, unsigned: 0, uncovered: 0}
  return {fromBlock, toBlock, verdicts, producers: [], wrong: []}
}

function count(check: ProducerCheck, checked: CheckedProducer): void {
  const {verdict, producer} = checked
  check.verdicts[verdict]++
  const isWrong = verdict === 'wrong' || verdict === 'uncovered'
  if (isWrong && check.wrong.length < LISTED) check.wrong.push(checked)
  if (producer === null) return
  const known = check.producers.find(({signer}) => isSame(signer, producer))
  if (known) known.blocks++
  else check.producers.push({signer: getAddress(producer), blocks: 1})
}

/** The epochs that contain these blocks, oldest first. */
async function readEpochsOver(context: Context, from: bigint, to: bigint): Promise<Epoch[]> {
  const {client} = context.l2()
  const {sequencerSet} = context.network.l2.contracts
  const last =
    (await readEpochOfBlock(client, {sequencerSet, block: to}))?.number ??
    (await readNewestEpochNumber(client, {sequencerSet}))
  const epochs: Epoch[] = []
  for (let number = last; number >= 0n; number--) {
    const epoch = await readEpoch(client, {sequencerSet, number})
    if (!epoch) continue
    epochs.unshift(epoch)
    if (epoch.startBlock <= from) break
  }
  return epochs
}

function rangeEmpty(from: bigint, to: bigint, head: bigint): MetisSeqError {
  return new MetisSeqError({
    code: 'BLOCK_RANGE_EMPTY',
    message: `There are no blocks from ${from} to ${to}: the head is block ${head}.`,
    facts: {from: `${from}`, to: `${to}`, head: `${head}`},
    hints: ['Pass `--from` and `--to` between the first epoch and the head.'],
  })
}
