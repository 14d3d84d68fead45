/**
 * Receipts of a large block, composed from its traces and logs. The engine's own call takes 5 s for
 * 5,000 transactions and blocks everything else; these two take 40 ms.
 */
import {getContractAddress, toHex, type Address, type Hash, type Hex} from 'viem'

import {isRecord} from '../../lib/json.ts'
import {parseTransaction, type ParsedTransaction} from '../../protocol/transaction.ts'
import {
  MAX_TRANSACTION_BYTES,
  MAX_TRANSACTION_GAS,
  RECEIPT_CHUNK,
  RECEIPTS_AT_ONCE,
} from '../limits.ts'
import type {ReceiptsRequest} from './engine.ts'

export interface ReceiptContext {
  blockAt(number: number): Promise<unknown>
  read(method: string, params: readonly unknown[]): Promise<unknown>
  readAll(calls: readonly {method: string; params: readonly unknown[]}[]): Promise<unknown[]>
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

const types = {legacy: '0x0', eip2930: '0x1', eip1559: '0x2'} as const

/**
 * Composes the receipts of one block in the shape of `eth_getBlockReceipts`, without the bloom,
 * which follows from the logs.
 *
 * A trace does not include the refund for clearing storage. So the sum is compared with the gas
 * used by the block; if they differ, single receipts are read until all refunds are attributed.
 *
 * - Source: Yellow Paper 6.2 (gas used = intrinsic + execution - refund).
 *
 * @returns undefined when the sums cannot be explained or the engine no longer keeps the
 * transactions
 */
export async function composeReceipts(
  {blockAt, read, readAll, chainId}: ReceiptContext,
  {number, hash, transactions}: ReceiptsRequest,
): Promise<unknown[] | undefined> {
  const tag = toHex(number)
  const block = await blockAt(number)
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
  const parts: Part[] = []
  for (const [index, raw] of transactions.entries()) {
    // Thousands of transactions are decoded here, on the thread that has to meet the slot deadline.
    if (index % RECEIPT_CHUNK === 0) await new Promise((resolve) => setImmediate(resolve))
    const root = roots[index]!
    const parsed = parseTransaction(raw, rules)
    const gasUsed = root.gasUsed === null ? parsed.gasLimit : parsed.intrinsicGas + root.gasUsed
    parts.push({parsed, root, gasUsed: Number(gasUsed)})
  }
  const used = parts.map(({gasUsed}) => gasUsed)
  const cumulativeAt = cumulativeFrom(readAll, hashes)
  const gas = await withoutRefunds(used, Number(block['gasUsed']), cumulativeAt)
  if (!gas) return undefined
  let cumulative = 0
  return parts.map(({parsed, root}, index) => {
    cumulative += gas[index]!
    return {
      ...{transactionHash: hashes[index], transactionIndex: toHex(index)},
      ...{blockHash: hash, blockNumber: tag},
      ...receiptOf(parsed, root, logsByIndex.get(index) ?? []),
      gasUsed: toHex(gas[index]!),
      cumulativeGasUsed: toHex(cumulative),
    }
  })
}

interface Part {
  parsed: ParsedTransaction
  root: RootTrace
  /** Before refunds. */
  gasUsed: number
}

/**
 * Cumulative gas used after each of these transactions; undefined where the engine does not report
 * it.
 */
type CumulativeAt = (indexes: readonly number[]) => Promise<(number | undefined)[]>

function cumulativeFrom(readAll: ReceiptContext['readAll'], hashes: readonly Hash[]): CumulativeAt {
  return async (indexes) => {
    const answers: unknown[] = []
    for (let from = 0; from < indexes.length; from += RECEIPTS_AT_ONCE) {
      const calls = indexes
        .slice(from, from + RECEIPTS_AT_ONCE)
        .map((index) => ({method: 'eth_getTransactionReceipt', params: [hashes[index]]}))
      answers.push(...(await readAll(calls)))
    }
    return answers.map((answer) => {
      const gas = isRecord(answer) ? Number(answer['cumulativeGasUsed']) : Number.NaN
      return Number.isSafeInteger(gas) ? gas : undefined
    })
  }
}

/**
 * Gas used by each transaction, derived from the gas before refunds. Bisects until each refund is
 * found: one among 3,000 takes 12 receipts.
 *
 * @param total gas that the block used
 */
export async function withoutRefunds(
  used: readonly number[],
  total: number,
  cumulativeAt: CumulativeAt,
): Promise<number[] | undefined> {
  const sums = [0]
  for (const gas of used) sums.push(sums.at(-1)! + gas)
  const gas = [...used]
  /** Transactions from `from` up to `to`, with the total refunded before and after them. */
  let ranges = [{from: 0, to: used.length, before: 0, after: sums.at(-1)! - total}]
  while (ranges.length > 0) {
    if (ranges.some(({before, after}) => after < before)) return undefined
    const open = ranges.filter(({before, after}) => after > before)
    for (const {from, to, before, after} of open) if (to - from === 1) gas[from]! -= after - before
    const wide = open.filter(({from, to}) => to - from > 1)
    const middles = wide.map(({from, to}) => (from + to) >> 1)
    const found = await cumulativeAt(middles.map((middle) => middle - 1))
    if (found.includes(undefined)) return undefined
    ranges = wide.flatMap(({from, to, before, after}, index) => {
      const middle = middles[index]!
      const between = sums[middle]! - found[index]!
      return [
        {from, to: middle, before, after: between},
        {from: middle, to, before: between, after},
      ]
    })
  }
  return gas
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
