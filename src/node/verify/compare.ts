/** Compares rebuilt blocks with those of a node, over its public RPC. */
import {keccak256, type Hash, type Hex} from 'viem'

import type {Clock} from '../../lib/clock.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import {isRecord} from '../../lib/json.ts'
import {RpcResponseError, type RpcClient} from '../../lib/json-rpc.ts'
import type {ExecutionEngine} from '../engine/engine.ts'
import {VERIFY_COMPARE_BLOCKS, VERIFY_RETRIES, VERIFY_RETRY_MS} from '../limits.ts'
import type {Difference} from './difference.ts'

export interface RebuiltBlock {
  number: number
  hash: Hash
  transactions: readonly Hex[]
}

export interface CompareOptions {
  node: RpcClient
  engine: ExecutionEngine
  clock: Clock
  signal: AbortSignal
}

export interface Comparison {
  /** How many leading blocks the node has with equal content. */
  equal: number
  /** Undefined: the node does not have the remaining blocks. */
  difference?: Pick<Difference, 'block' | 'field' | 'fromL1' | 'otherValue'>
}

/**
 * - Signed by: nobody.   Chain: L2.   Value: none.
 *
 * @throws {MetisSeqError} NODE_REFUSES
 * @throws {RpcTransportError} the node does not respond
 */
export async function compareBlocks(
  options: CompareOptions,
  blocks: readonly RebuiltBlock[],
): Promise<Comparison> {
  for (let from = 0; from < blocks.length; from += VERIFY_COMPARE_BLOCKS) {
    const slice = blocks.slice(from, from + VERIFY_COMPARE_BLOCKS)
    const theirs = await readBlocks(options, slice)
    for (const [index, block] of slice.entries()) {
      const their = theirs[index]
      if (!isRecord(their)) return {equal: from + index}
      if (their['hash'] === block.hash) continue
      return {equal: from + index, difference: await explain(options, block, their)}
    }
  }
  return {equal: blocks.length}
}

async function readBlocks(
  {node, clock, signal}: CompareOptions,
  blocks: readonly RebuiltBlock[],
): Promise<unknown[]> {
  const calls = blocks.map(({number}) => ({
    method: 'eth_getBlockByNumber',
    params: [tagOf(number), false],
  }))
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted()
    const answers = await node.batch(calls)
    const refused = answers.find((answer) => answer instanceof RpcResponseError)
    if (!refused) return answers
    if (attempt >= VERIFY_RETRIES) throw nodeRefuses(refused)
    // Public endpoints rate-limit each client.
    await clock.sleep(VERIFY_RETRY_MS, signal)
  }
}

/** The first part in which the blocks differ, causes before effects. */
async function explain(
  {engine}: CompareOptions,
  block: RebuiltBlock,
  theirs: Record<string, unknown>,
): Promise<NonNullable<Comparison['difference']>> {
  const read = await engine.read('eth_getBlockByNumber', [tagOf(block.number), false])
  const ours = isRecord(read) ? read : {}
  const at = (field: string, fromL1: unknown, otherValue: unknown) => ({
    ...{block: block.number, field},
    ...{fromL1: String(fromL1), otherValue: String(otherValue)},
  })
  const isSame = (field: string) => sameValue(ours[field], theirs[field])
  for (const field of ['parentHash', 'timestamp']) {
    if (!isSame(field)) return at(field, ours[field], theirs[field])
  }
  // The engine discards the transactions of older blocks.
  const hashes = block.transactions.map((raw) => keccak256(raw))
  const listed = Array.isArray(theirs['transactions']) ? theirs['transactions'] : []
  const length = Math.max(hashes.length, listed.length)
  for (let index = 0; index < length; index++) {
    if (hashes[index] === listed[index]) continue
    return at(`transactions[${index}]`, hashes[index] ?? 'none', listed[index] ?? 'none')
  }
  for (const field of ['stateRoot', 'receiptsRoot', 'gasUsed', 'gasLimit', 'miner']) {
    if (!isSame(field)) return at(field, ours[field], theirs[field])
  }
  return at('hash', block.hash, theirs['hash'])
}

function sameValue(ours: unknown, theirs: unknown): boolean {
  return String(ours).toLowerCase() === String(theirs).toLowerCase()
}

function tagOf(number: number): Hex {
  return `0x${number.toString(16)}`
}

function nodeRefuses(cause: RpcResponseError): MetisSeqError {
  return new MetisSeqError({
    code: 'NODE_REFUSES',
    message: `The node does not return its blocks: ${cause.message}`,
    facts: {rpcCode: `${cause.code}`},
    hints: ['Pass another node with `--node URL`.'],
    cause,
  })
}
