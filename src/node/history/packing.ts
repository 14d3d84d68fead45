/**
 * The stored form of receipts and headers: without fields that the chain log already has, and
 * deflated with a preset dictionary. In: the engine's RPC responses. Out: bytes, and the same data
 * decoded again.
 */
import {promisify} from 'node:util'
import {deflateRaw, deflateRawSync, inflateRawSync} from 'node:zlib'

import type {Address, Hash, Hex} from 'viem'

import {isRecord} from '../../lib/json.ts'
import type {ReceiptChunk} from '../../store/history-log.ts'
import {HISTORY_CHUNK_TRANSACTIONS, HISTORY_UNPACKED_BYTES} from '../limits.ts'
import {marksOf} from './log-filter.ts'
import type {KeptLog} from './kept-log.ts'

export type {KeptLog} from './kept-log.ts'

/** A history may come from a snapshot. */
const UNPACKING = {maxOutputLength: HISTORY_UNPACKED_BYTES}

export interface KeptReceipt {
  status: Hex
  gasUsed: number
  /** Lower-case. */
  from: Address
  contractAddress: Address | null
  logs: KeptLog[]
}

/** Some receipts of a block, and the totals of those before them. */
export interface ReceiptPage {
  gasBefore: number
  logsBefore: number
  receipts: KeptReceipt[]
}

/** Header fields as returned by the engine, without those in the chain log. */
export type KeptHeader = Record<string, unknown>

/** The engine's response contradicts the chain log; the request is retried later. */
export class HistoryMismatchError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'HistoryMismatchError'
  }
}

const deflate = promisify(deflateRaw)

/** Changing a dictionary makes stored data unreadable: raise the version of the store with it. */
const zeros = '0'.repeat(64)
const HEADER_DICTIONARY = Buffer.from(
  `{"sha3Uncles":"0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347",` +
    `"miner":"0x${zeros.slice(0, 38)}c0","receiptsRoot":"0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421",` +
    `"transactionsRoot":"0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421","difficulty":"0x0",` +
    `"gasLimit":"0x4190ab00","gasUsed":"0x5208","extraData":"0x","mixHash":"0x${zeros}","nonce":"0x0000000000000000",` +
    `"baseFeePerGas":"0x0","withdrawalsRoot":"0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421",` +
    `"totalDifficulty":"0x0","size":"0x28a","uncles":[],"withdrawals":[]}`,
)
const RECEIPT_DICTIONARY = Buffer.from(
  `ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef000000000000000000000000` +
    `{"g":0,"l":0,"r":[["0x1",21000,"",0],["0x1",46109,"",0,["","${zeros}",""]],["0x0",21000,"",0]]}`,
)

const inChainLog = new Set(['number', 'hash', 'parentHash', 'stateRoot', 'timestamp'])

/**
 * Packs a header. The genesis block is in no log, so its header is stored whole.
 *
 * @throws {HistoryMismatchError} it belongs to another block
 */
export function packHeader(
  answer: unknown,
  hash: Hash,
  isGenesis = false,
): {packed: Uint8Array; transactionHashes: Hash[]} {
  if (!isRecord(answer) || answer['hash'] !== hash || !Array.isArray(answer['transactions'])) {
    throw new HistoryMismatchError('The engine returned the header of another block.')
  }
  const isKept = (name: string) => name !== 'transactions' && (isGenesis || !inChainLog.has(name))
  const header = Object.fromEntries(Object.entries(answer).filter(([name]) => isKept(name)))
  if (/^0x0*$/.test(String(header['logsBloom']))) delete header['logsBloom']
  const text = Buffer.from(JSON.stringify(header))
  return {
    packed: deflateRawSync(text, {dictionary: HEADER_DICTIONARY}),
    transactionHashes: answer['transactions'] as Hash[],
  }
}

export function unpackHeader(packed: Uint8Array): KeptHeader {
  const text = inflateRawSync(packed, {...UNPACKING, dictionary: HEADER_DICTIONARY}).toString(
    'utf8',
  )
  const header = JSON.parse(text) as KeptHeader
  return {...header, logsBloom: header['logsBloom'] ?? `0x${'0'.repeat(512)}`}
}

/**
 * Checks that receipts belong to a block's transactions, one by one and in order.
 *
 * @throws {HistoryMismatchError} an engine that has discarded a block returns an empty list
 */
export function keptReceipts(
  answers: readonly unknown[],
  block: {hash: Hash; transactionHashes: readonly Hash[]},
): KeptReceipt[] {
  if (answers.length !== block.transactionHashes.length) {
    throw new HistoryMismatchError('The engine returned the wrong number of receipts.')
  }
  return answers.map((answer, index) => {
    const kept = keptReceipt(answer, block.hash, block.transactionHashes[index]!)
    if (kept) return kept
    throw new HistoryMismatchError('The engine returned the receipt of another transaction.')
  })
}

/** @returns undefined when it is not the receipt of this transaction */
function keptReceipt(answer: unknown, block: Hash, hash: Hash): KeptReceipt | undefined {
  if (!isRecord(answer)) return undefined
  if (answer['transactionHash'] !== hash || answer['blockHash'] !== block) return undefined
  const {contractAddress, logs} = answer
  return {
    status: answer['status'] as Hex,
    gasUsed: Number(answer['gasUsed']),
    from: String(answer['from']).toLowerCase() as Address,
    contractAddress:
      typeof contractAddress === 'string' ? (contractAddress.toLowerCase() as Address) : null,
    logs: (Array.isArray(logs) ? (logs as KeptLog[]) : []).map(({address, topics, data}) => ({
      address: address.toLowerCase() as Address,
      topics,
      data,
    })),
  }
}

/** Packs a block's receipts, some at a time, so that other work can run in between. */
export async function packReceipts(receipts: readonly KeptReceipt[]): Promise<ReceiptChunk[]> {
  const chunks: ReceiptChunk[] = []
  let gasBefore = 0
  let logsBefore = 0
  for (let from = 0; from < receipts.length; from += HISTORY_CHUNK_TRANSACTIONS) {
    const part = receipts.slice(from, from + HISTORY_CHUNK_TRANSACTIONS)
    const text = JSON.stringify({g: gasBefore, l: logsBefore, r: part.map(toRow)})
    const packed = await deflate(text, {dictionary: RECEIPT_DICTIONARY})
    chunks.push({packed, marks: marksOf(part.flatMap(({logs}) => logs))})
    for (const {gasUsed, logs} of part) {
      gasBefore += gasUsed
      logsBefore += logs.length
    }
  }
  return chunks
}

export function unpackReceipts(packed: Uint8Array): ReceiptPage {
  const text = inflateRawSync(packed, {...UNPACKING, dictionary: RECEIPT_DICTIONARY}).toString(
    'utf8',
  )
  const {g, l, r} = JSON.parse(text) as {g: number; l: number; r: Row[]}
  return {gasBefore: g, logsBefore: l, receipts: r.map(fromRow)}
}

/**
 * Status, gas, sender, created contract or 0, and each log as address, data and topics; no `0x`.
 */
type Row = [Hex, number, string, string | 0, ...string[][]]

function toRow({status, gasUsed, from, contractAddress, logs}: KeptReceipt): Row {
  const bare = (hex: string) => hex.slice(2)
  const rows = logs.map(({address, data, topics}) => [address, data, ...topics].map(bare))
  return [
    status,
    gasUsed,
    bare(from),
    contractAddress === null ? 0 : bare(contractAddress),
    ...rows,
  ]
}

function fromRow([status, gasUsed, from, contract, ...logs]: Row): KeptReceipt {
  return {
    status,
    gasUsed,
    from: `0x${from}`,
    contractAddress: contract === 0 ? null : `0x${contract}`,
    logs: logs.map(([address, data, ...topics]) => ({
      address: `0x${address}`,
      data: `0x${data}`,
      topics: topics.map((topic): Hex => `0x${topic}`),
    })),
  }
}
