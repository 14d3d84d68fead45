/** In: L1 blocks. Out: their transaction batches, by rules that all readers share. */
import type {Hash, Hex} from 'viem'

import {wrongAnswer} from '../../chain/chain-rpc.ts'
import {isRecord} from '../../lib/json.ts'
import {RpcTransportError, type RpcClient} from '../../lib/json-rpc.ts'
import {decodeBatch, InvalidBatchError, type TxBatch} from '../../protocol/batch-codec.ts'
import {lowerCase} from '../../protocol/block.ts'
import type {L1Network} from '../../protocol/network.ts'

export interface InboxTransaction {
  hash: Hash
  calldata: Hex
}

export interface InboxBlock {
  number: number
  hash: Hash
  parentHash: Hash
  /** Seconds since 1970. */
  timestamp: number
  baseFeeWei: bigint
  /** To the inbox, from accounts that may post batches; in block order. */
  transactions: InboxTransaction[]
}

export type InboxRules = Pick<L1Network, 'contracts' | 'batchSenders'>

/** How far the valid batches reach. */
export interface BatchPosition {
  /** 0 before the first batch. */
  batchIndex: number
  /** Last L2 block in a batch; the genesis number before the first batch. */
  l2Block: number
}

/**
 * L1 blocks with their inbox transactions, in one request; in several when the response would be
 * too large.
 *
 * - Signed by: nobody.   Chain: L1.   Value: none.
 *
 * @throws {RpcTransportError | RpcResponseError} L1 does not respond, or not with all blocks
 */
export async function readInboxBlocks(
  l1: RpcClient,
  rules: InboxRules,
  numbers: readonly number[],
): Promise<InboxBlock[]> {
  try {
    const answers = await l1.batch(
      numbers.map((number) => ({
        method: 'eth_getBlockByNumber',
        params: [`0x${number.toString(16)}`, true],
      })),
    )
    return answers.map((answer) => {
      if (answer instanceof Error) throw answer
      return parseInboxBlock(answer, rules) ?? fail(wrongAnswer(l1.url, 'eth_getBlockByNumber'))
    })
  } catch (error) {
    // Blocks that somebody filled completely must not stop us from reading on.
    const isTooLarge = error instanceof RpcTransportError && error.reason === 'too-large'
    if (!isTooLarge || numbers.length === 1) throw error
    const middle = Math.ceil(numbers.length / 2)
    const first = await readInboxBlocks(l1, rules, numbers.slice(0, middle))
    return [...first, ...(await readInboxBlocks(l1, rules, numbers.slice(middle)))]
  }
}

function fail(error: Error): never {
  throw error
}

/**
 * A batch is valid only if it continues the previous one, both in number and in blocks. So of two
 * with the same number the first on L1 wins, and anything that is not a batch is skipped, whoever
 * sent it.
 */
export function nextBatch(calldata: Hex, after: BatchPosition): TxBatch | undefined {
  try {
    const batch = decodeBatch(calldata)
    const follows =
      batch.batchIndex === BigInt(after.batchIndex + 1) && batch.startBlock === after.l2Block + 1
    return follows ? batch : undefined
  } catch (error) {
    if (error instanceof InvalidBatchError) return undefined
    throw error
  }
}

/** Last L2 block of a batch. */
export function endOf({startBlock, blocks}: TxBatch): number {
  return startBlock + blocks.length - 1
}

/** Undefined unless it is a block with its transactions and its position in the chain. */
function parseInboxBlock(
  value: unknown,
  {contracts, batchSenders}: InboxRules,
): InboxBlock | undefined {
  if (!isRecord(value) || !Array.isArray(value['transactions'])) return undefined
  if (!value['transactions'].every(isRecord) || value['parentHash'] === undefined) return undefined
  const inbox = lowerCase(contracts.batchInbox)
  const senders = new Set<string>(batchSenders.map(lowerCase))
  const transactions = value['transactions']
    .filter(({to, from}) => lowerText(to) === inbox && senders.has(lowerText(from)))
    .map(({hash, input}) => ({hash: String(hash) as Hash, calldata: String(input) as Hex}))
  return {
    number: Number(value['number']),
    hash: String(value['hash']) as Hash,
    parentHash: String(value['parentHash']) as Hash,
    timestamp: Number(value['timestamp']),
    baseFeeWei: BigInt(String(value['baseFeePerGas'] ?? '0x0')),
    transactions,
  }
}

function lowerText(value: unknown): string {
  return typeof value === 'string' ? value.toLowerCase() : ''
}
