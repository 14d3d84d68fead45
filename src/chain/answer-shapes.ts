/**
 * The required shape of a method's result before anything is computed from it. An endpoint may
 * return anything.
 */
import {isRecord} from '../lib/json.ts'
import {MOST_BLOCK} from '../protocol/epoch.ts'
import {LAST_SECOND, MOST_METIS_WEI} from './plausible.ts'

type Shape = (value: unknown) => boolean

const matches =
  (pattern: RegExp): Shape =>
  (value) =>
    typeof value === 'string' && pattern.test(value)

const quantity = matches(/^0x[0-9a-f]{1,64}$/i)
/** Heights, times, nonces and gas: no real value exceeds a safe integer. */
const index = matches(/^0x0{0,51}[0-9a-f]{1,13}$/i)
/** Block time: until the year 9999, the last one with four digits. */
const time: Shape = (value) => index(value) && BigInt(value as string) <= LAST_SECOND
const height: Shape = (value) => index(value) && BigInt(value as string) <= MOST_BLOCK
/** Wei per gas: a million METIS. No transaction could exceed it. */
const gasPrice = matches(/^0x0{0,44}[0-9a-f]{1,20}$/i)
/** A hundred times the supply of METIS, and eight of ETH. */
const balance: Shape = (value) => quantity(value) && BigInt(value as string) <= MOST_METIS_WEI
const hash = matches(/^0x[0-9a-f]{64}$/i)
const address = matches(/^0x[0-9a-f]{40}$/i)
const hex = matches(/^0x[0-9a-f]*$/i)
const bytes: Shape = (value) => hex(value) && (value as string).length % 2 === 0

/** May be missing or null. */
const maybe =
  (shape: Shape): Shape =>
  (value) =>
    value === undefined || value === null || shape(value)

const listOf =
  (shape: Shape): Shape =>
  (value) =>
    Array.isArray(value) && value.every(shape)

const either =
  (...shapes: Shape[]): Shape =>
  (value) =>
    shapes.some((shape) => shape(value))

const record =
  (fields: Record<string, Shape>): Shape =>
  (value) =>
    isRecord(value) && Object.entries(fields).every(([name, shape]) => shape(value[name]))

const each = (shape: Shape, ...names: string[]) =>
  Object.fromEntries(names.map((name) => [name, shape]))

const log = record({
  ...{address, data: bytes, topics: listOf(hash)},
  ...each(maybe(index), 'blockNumber', 'logIndex', 'transactionIndex'),
  blockTimestamp: maybe(time),
  ...each(maybe(hash), 'transactionHash', 'blockHash'),
})

const transaction = record({
  ...{hash, from: address, to: maybe(address), input: bytes},
  ...{nonce: index, value: quantity, gas: index},
  ...each(maybe(gasPrice), 'gasPrice', 'maxFeePerGas', 'maxPriorityFeePerGas', 'maxFeePerBlobGas'),
  ...each(maybe(index), 'blockNumber', 'transactionIndex', 'type'),
  ...each(maybe(quantity), 'chainId', 'yParity', 'v'),
  ...each(maybe(hash), 'blockHash'),
})

const block = record({
  ...each(maybe(quantity), 'difficulty', 'totalDifficulty', 'size'),
  ...each(maybe(quantity), 'blobGasUsed', 'excessBlobGas', 'gasLimit', 'gasUsed'),
  baseFeePerGas: maybe(gasPrice),
  // A pending block has neither number nor hash; we never request one.
  ...{number: height, timestamp: time, hash, parentHash: maybe(hash)},
  transactions: maybe(listOf(either(hash, transaction))),
})

const receipt = record({
  ...{transactionHash: hash, blockHash: hash, blockNumber: index, gasUsed: index},
  ...each(maybe(index), 'transactionIndex', 'cumulativeGasUsed', 'status'),
  effectiveGasPrice: maybe(gasPrice),
  ...each(maybe(quantity), 'type', 'blobGasPrice', 'blobGasUsed'),
  ...each(maybe(address), 'from', 'to', 'contractAddress'),
  logs: maybe(listOf(log)),
})

const feeHistory = record({
  ...{oldestBlock: quantity, baseFeePerGas: maybe(listOf(quantity))},
  reward: maybe(listOf(maybe(listOf(quantity)))),
})

const shapes: Readonly<Record<string, Shape>> = {
  eth_chainId: quantity,
  eth_getBalance: balance,
  eth_blockNumber: height,
  ...each(index, 'eth_getTransactionCount', 'eth_estimateGas'),
  ...each(gasPrice, 'eth_gasPrice', 'eth_maxPriorityFeePerGas'),
  ...each(bytes, 'eth_call', 'eth_getCode', 'eth_getStorageAt'),
  ...each(maybe(block), 'eth_getBlockByNumber', 'eth_getBlockByHash'),
  eth_getTransactionByHash: maybe(transaction),
  eth_getTransactionReceipt: maybe(receipt),
  eth_sendRawTransaction: hash,
  eth_feeHistory: feeHistory,
  // One address may front several nodes; a node that is behind returns null.
  eth_getLogs: maybe(listOf(log)),
}

/**
 * False when a result cannot belong to that call. For an unknown method every result may be right.
 */
export function isAnswerTo(
  {method, params = []}: {method: string; params?: readonly unknown[]},
  answer: unknown,
): boolean {
  const shape = shapes[method]
  if (shape === undefined) return true
  return shape(answer) && (questions[method]?.(answer, params[0]) ?? true)
}

/** Checks that the result belongs to this request and not to another one. */
const questions: Readonly<Record<string, (answer: unknown, asked: unknown) => boolean>> = {
  eth_getBlockByNumber: (block, number) =>
    !isRecord(block) || !index(number) || Number(block['number']) === Number(number),
  eth_getBlockByHash: (block, asked) => !isRecord(block) || sameText(block['hash'], asked),
  eth_getTransactionByHash: (found, asked) => !isRecord(found) || sameText(found['hash'], asked),
  eth_getTransactionReceipt: (receipt, asked) =>
    !isRecord(receipt) || sameText(receipt['transactionHash'], asked),
  eth_getLogs: (logs, filter) =>
    !Array.isArray(logs) || !isRecord(filter) || logs.every((one) => isWithin(one, filter)),
}

function sameText(left: unknown, right: unknown): boolean {
  return String(left).toLowerCase() === String(right).toLowerCase()
}

/** From the requested blocks and contract. */
function isWithin(
  found: unknown,
  {fromBlock, toBlock, address: of}: Record<string, unknown>,
): boolean {
  if (!isRecord(found)) return false
  if (address(of) && !sameText(found['address'], of)) return false
  if (!index(fromBlock) || !index(toBlock)) return true
  const number = Number(found['blockNumber'] ?? NaN)
  return number >= Number(fromBlock) && number <= Number(toBlock)
}
