/**
 * Receipts of a large block, put together from its traces and logs: the engine's own call for them takes
 * 5 s at 5,000 transactions, these two take 40 ms.
 */
import {
  getContractAddress,
  hexToBytes,
  keccak256,
  toHex,
  type Address,
  type Hash,
  type Hex,
} from 'viem'

import {isRecord} from '../../lib/json.ts'
import {parseTransaction, type ParsedTransaction} from '../../protocol/transaction.ts'
import {MAX_TRANSACTION_BYTES, MAX_TRANSACTION_GAS, RECEIPT_CHUNK} from '../limits.ts'
import type {ReceiptsRequest} from './engine.ts'

export interface ReceiptContext {
  read(method: string, params: readonly unknown[]): Promise<unknown>
  chainId: number
}

export interface RpcLog {
  address: Address
  topics: Hex[]
  transactionIndex: Hex
  [name: string]: unknown
}

interface RootTrace {
  from: Address
  /** Null when all the gas was used up, as by an invalid instruction. */
  gasUsed: bigint | null
  failed: boolean
}

const noBloom: Hex = `0x${'0'.repeat(512)}`
const types = {legacy: '0x0', eip2930: '0x1', eip1559: '0x2'} as const

/**
 * Composes the receipts of one block in the shape of `eth_getBlockReceipts`.
 *
 * A trace does not know what a transaction got back for clearing storage. So the sum is compared with
 * the gas the block says it used: when they differ, some transaction got a refund and none is composed.
 *
 * - Source: Yellow Paper 4.3.1 (bloom), 6.2 (gas used = intrinsic + execution - refund).
 *
 * @returns undefined when the sums differ or the engine no longer keeps the transactions
 */
export async function composeReceipts(
  {read, chainId}: ReceiptContext,
  {number, hash, transactions}: ReceiptsRequest,
): Promise<unknown[] | undefined> {
  const tag = toHex(number)
  const block = await read('eth_getBlockByNumber', [tag, false])
  if (!isRecord(block) || block['hash'] !== hash || !Array.isArray(block['transactions'])) {
    return undefined
  }
  const [traces, logs] = await Promise.all([
    read('trace_block', [tag]),
    read('eth_getLogs', [{blockHash: hash}]),
  ])
  const hashes = block['transactions'] as Hash[]
  const roots = rootTraces(traces)
  if (hashes.length !== transactions.length || roots.length !== hashes.length) return undefined
  const logsByIndex = groupLogs(logs)
  const rules = {
    chainId,
    minGasPriceWei: 0n,
    maxGasLimit: MAX_TRANSACTION_GAS,
    maxSizeBytes: MAX_TRANSACTION_BYTES,
  }
  let cumulative = 0n
  const receipts: unknown[] = []
  for (const [index, raw] of transactions.entries()) {
    // Thousands of transactions are decoded here, on the thread that has a slot to meet.
    if (index % RECEIPT_CHUNK === 0) await new Promise((resolve) => setImmediate(resolve))
    const root = roots[index]!
    const parsed = parseTransaction(raw, rules)
    const gasUsed = root.gasUsed === null ? parsed.gasLimit : parsed.intrinsicGas + root.gasUsed
    cumulative += gasUsed
    const place = {
      transactionHash: hashes[index],
      transactionIndex: toHex(index),
      blockHash: hash,
      blockNumber: tag,
    }
    receipts.push({
      ...place,
      ...receiptOf(parsed, root, logsByIndex.get(index) ?? []),
      gasUsed: toHex(gasUsed),
      cumulativeGasUsed: toHex(cumulative),
    })
  }
  return cumulative === BigInt(String(block['gasUsed'])) ? receipts : undefined
}

function receiptOf(parsed: ParsedTransaction, root: RootTrace, logs: RpcLog[]) {
  return {
    type: types[parsed.type],
    status: root.failed ? '0x0' : '0x1',
    from: root.from,
    to: parsed.to,
    contractAddress: parsed.to === null ? createdBy(parsed, root.from) : null,
    effectiveGasPrice: toHex(parsed.tipPerGasWei),
    logs,
    logsBloom: logs.length === 0 ? noBloom : bloomOf(logs),
  }
}

function createdBy({accountNonce}: ParsedTransaction, from: Address): Address {
  return getContractAddress({from, nonce: BigInt(accountNonce)}).toLowerCase() as Address
}

/** The first trace of each transaction, in the order of the block. */
function rootTraces(value: unknown): RootTrace[] {
  if (!Array.isArray(value)) return []
  const roots: RootTrace[] = []
  for (const item of value as unknown[]) {
    if (!isRecord(item) || !Array.isArray(item['traceAddress'])) continue
    if (item['traceAddress'].length > 0) continue
    const action = isRecord(item['action']) ? item['action'] : {}
    const result = isRecord(item['result']) ? item['result'] : undefined
    roots[Number(item['transactionPosition'])] = {
      from: String(action['from']) as Address,
      gasUsed: result ? BigInt(String(result['gasUsed'])) : null,
      failed: item['error'] !== undefined && item['error'] !== null,
    }
  }
  return roots
}

function groupLogs(value: unknown): Map<number, RpcLog[]> {
  const groups = new Map<number, RpcLog[]>()
  for (const log of Array.isArray(value) ? (value as RpcLog[]) : []) {
    const index = Number(log.transactionIndex)
    const group = groups.get(index)
    if (group) group.push(log)
    else groups.set(index, [log])
  }
  return groups
}

/** The 2048-bit filter of a receipt: three bits for each address and topic. */
export function bloomOf(logs: readonly Pick<RpcLog, 'address' | 'topics'>[]): Hex {
  const bits = new Uint8Array(256)
  for (const {address, topics} of logs) {
    for (const item of [address, ...topics]) {
      const digest = keccak256(hexToBytes(item), 'bytes')
      for (const at of [0, 2, 4]) {
        const bit = ((digest[at]! << 8) | digest[at + 1]!) & 2047
        bits[255 - (bit >> 3)]! |= 1 << (bit & 7)
      }
    }
  }
  return toHex(bits)
}
