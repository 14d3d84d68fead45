/** What an answer of a method must look like before anybody computes with it. An endpoint may say anything. */
import {isRecord} from '../lib/json.ts'

type Shape = (value: unknown) => boolean

const matches =
  (pattern: RegExp): Shape =>
  (value) =>
    typeof value === 'string' && pattern.test(value)

const quantity = matches(/^0x[0-9a-f]{1,64}$/i)
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
  ...each(maybe(quantity), 'blockNumber', 'logIndex', 'transactionIndex', 'blockTimestamp'),
  ...each(maybe(hash), 'transactionHash', 'blockHash'),
})

const transaction = record({
  ...{hash, from: address, to: maybe(address), input: bytes},
  ...each(quantity, 'nonce', 'value', 'gas'),
  ...each(maybe(quantity), 'gasPrice', 'maxFeePerGas', 'maxPriorityFeePerGas', 'maxFeePerBlobGas'),
  ...each(maybe(quantity), 'blockNumber', 'transactionIndex', 'type', 'chainId', 'yParity', 'v'),
  ...each(maybe(hash), 'blockHash'),
})

const block = record({
  ...each(maybe(quantity), 'baseFeePerGas', 'difficulty', 'totalDifficulty', 'size'),
  ...each(maybe(quantity), 'blobGasUsed', 'excessBlobGas', 'gasLimit', 'gasUsed'),
  // A pending block has neither number nor hash; nobody here asks for one.
  ...{number: quantity, timestamp: quantity, hash, parentHash: maybe(hash)},
  transactions: maybe(listOf(either(hash, transaction))),
})

const receipt = record({
  ...{transactionHash: hash, blockHash: hash, blockNumber: quantity, gasUsed: quantity},
  ...each(maybe(quantity), 'transactionIndex', 'cumulativeGasUsed', 'effectiveGasPrice', 'status'),
  ...each(maybe(quantity), 'type', 'blobGasPrice', 'blobGasUsed'),
  ...each(maybe(address), 'from', 'to', 'contractAddress'),
  logs: maybe(listOf(log)),
})

const feeHistory = record({
  ...{oldestBlock: quantity, baseFeePerGas: maybe(listOf(quantity))},
  reward: maybe(listOf(maybe(listOf(quantity)))),
})

const shapes: Readonly<Record<string, Shape>> = {
  ...each(quantity, 'eth_chainId', 'eth_blockNumber', 'eth_gasPrice', 'eth_getBalance'),
  ...each(quantity, 'eth_getTransactionCount', 'eth_estimateGas', 'eth_maxPriorityFeePerGas'),
  ...each(bytes, 'eth_call', 'eth_getCode', 'eth_getStorageAt'),
  ...each(maybe(block), 'eth_getBlockByNumber', 'eth_getBlockByHash'),
  eth_getTransactionByHash: maybe(transaction),
  eth_getTransactionReceipt: maybe(receipt),
  eth_sendRawTransaction: hash,
  eth_feeHistory: feeHistory,
  // Behind one address there may be several nodes; one that is behind answers with null.
  eth_getLogs: maybe(listOf(log)),
}

/** False when an answer cannot be one of that method. Of a method that is not known here, every answer may be right. */
export function isAnswerOf(method: string, answer: unknown): boolean {
  const shape = shapes[method]
  return shape === undefined || shape(answer)
}
