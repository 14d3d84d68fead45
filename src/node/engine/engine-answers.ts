/** Requests to an anvil, and its responses. */
import {keccak256, type Hash, type Hex} from 'viem'

import {isRecord} from '../../lib/json.ts'
import {
  EngineError,
  type BlockAddress,
  type DroppedTransaction,
  type EngineBlock,
} from './engine.ts'

export function missing(
  wanted: readonly Hex[],
  included: readonly Hex[],
  refused: readonly DroppedTransaction[],
): Hex[] {
  if (included.length + refused.length === wanted.length) return []
  const found = new Set([...included, ...refused.map(({raw}) => raw)])
  return wanted.filter((raw) => !found.has(raw))
}

/**
 * Without two fields that no other node returns, and without the bloom, which follows from the
 * logs.
 */
export function withoutExtras(receipt: unknown): unknown {
  if (!isRecord(receipt)) return receipt
  const {blobGasPrice: _price, blockTimestamp: _time, logsBloom: _bloom, ...plain} = receipt
  return plain
}

export function parseBlock(value: unknown): EngineBlock {
  if (!isRecord(value)) throw new EngineError('reset', 'The engine has no head.')
  const text = (name: string) => String(value[name])
  return {
    number: Number(text('number')),
    hash: text('hash') as Hash,
    parentHash: text('parentHash') as Hash,
    stateRoot: text('stateRoot') as Hash,
    timestamp: Number(text('timestamp')),
    gasUsed: BigInt(text('gasUsed')),
  }
}

export function hashesOf(value: unknown): Hash[] {
  const transactions = isRecord(value) ? value['transactions'] : undefined
  if (!Array.isArray(transactions)) throw new EngineError('reset', 'The engine returned no block.')
  return transactions as Hash[]
}

/** Header fields that do not depend on transactions. The same in every block of a chain. */
export function headerRulesOf(value: unknown): string {
  const header = isRecord(value) ? value : {}
  const {miner, gasLimit, baseFeePerGas, extraData, difficulty} = header
  return JSON.stringify([miner, gasLimit, baseFeePerGas, extraData, difficulty])
}

/** The root of the state that a proof was made from. */
export function rootOfProof(proof: unknown): Hash {
  const nodes = isRecord(proof) ? proof['accountProof'] : undefined
  const first: unknown = Array.isArray(nodes) ? nodes[0] : undefined
  if (typeof first !== 'string') throw new EngineError('reset', 'The engine returned no proof.')
  return keccak256(first as Hex)
}

/** Parameters with the state's block appended, where these calls expect it. */
export function paramsAt(
  params: readonly unknown[],
  at: BlockAddress | undefined,
): readonly unknown[] {
  if (at === undefined) return params
  return [...params, typeof at === 'number' ? `0x${at.toString(16)}` : {blockHash: at}]
}
