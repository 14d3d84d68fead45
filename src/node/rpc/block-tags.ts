/** Parses the block arguments of clients and resolves them to blocks. */
import type {Hash} from 'viem'

import {isRecord} from '../../lib/json.ts'
import {blockFault, hashFault, l2gethWords} from '../../protocol/l2geth-words.ts'
import type {KnownBlock} from '../history/reader.ts'
import type {RpcContext} from './context.ts'
import {RpcError, rpcCodes} from './json-rpc.ts'

/**
 * Number of the block that a client refers to. May be beyond the head.
 *
 * @returns undefined for a hash that is not in our chain
 * @throws {RpcError} when it is not a tag, number or hash
 */
export function numberOf(tag: unknown, context: RpcContext): number | undefined {
  const {chain, genesisNumber, reader} = context
  switch (tag) {
    case undefined:
    case null:
    // A pending block would have to be executed by the engine while it builds the real one.
    case 'pending':
    case 'latest':
      return chain.head().number
    case 'safe':
      return context.safeHead() ?? genesisNumber
    case 'finalized':
      return context.finalizedHead() ?? genesisNumber
    case 'earliest':
      return genesisNumber
    default:
      return typeof tag === 'string' ? named(tag, reader) : insideObject(tag, reader)
  }
}

/** A durable block, or undefined when there is none. @throws {RpcError} */
export async function blockNamed(
  tag: unknown,
  context: RpcContext,
): Promise<KnownBlock | undefined> {
  const number = givenNumber(tag, context)
  return number === undefined ? undefined : context.reader.block(number)
}

/** Like `blockNamed`, for its header and hashes, which are available sooner. @throws {RpcError} */
export async function headerNamed(
  tag: unknown,
  context: RpcContext,
): Promise<KnownBlock | undefined> {
  const number = givenNumber(tag, context)
  return number === undefined ? undefined : context.reader.header(number)
}

function givenNumber(tag: unknown, context: RpcContext): number | undefined {
  if (tag === undefined) throw invalid(l2gethWords.missing(0))
  return numberOf(tag, context)
}

/** @throws {RpcError} when it is not 32 bytes of hex */
export function hashParam(value: unknown): Hash {
  if (typeof value === 'string' && /^0x[0-9a-f]{64}$/i.test(value)) {
    return value.toLowerCase() as Hash
  }
  throw invalid(l2gethWords.argument(0, hashFault(value)))
}

/** @throws {RpcError} when it is not a hex number that fits */
export function indexParam(value: unknown, what: string): number {
  if (typeof value === 'string' && /^0x[0-9a-f]{1,13}$/i.test(value)) return Number(value)
  throw invalid(`The ${what} is not a hex number.`)
}

function named(tag: string, reader: RpcContext['reader']): number | undefined {
  if (/^0x[0-9a-f]{64}$/i.test(tag)) return reader.numberOf(tag.toLowerCase() as Hash)
  if (/^0x[0-9a-f]{1,16}$/i.test(tag)) return Number(tag)
  throw invalid(l2gethWords.argument(0, blockFault(tag)))
}

/** EIP-1898: exactly one of two fields. */
function insideObject(tag: unknown, reader: RpcContext['reader']): number | undefined {
  if (isRecord(tag)) {
    const {blockNumber, blockHash, requireCanonical, ...unknown} = tag
    const values = [blockNumber, blockHash].filter((value) => value !== undefined)
    const isPlain = requireCanonical === undefined || typeof requireCanonical === 'boolean'
    const [only] = values
    if (Object.keys(unknown).length === 0 && isPlain && values.length === 1) {
      if (typeof only === 'string') return named(only, reader)
    }
  }
  throw invalid(l2gethWords.argument(0, blockFault(tag)))
}

function invalid(message: string): RpcError {
  return new RpcError(rpcCodes.invalidParams, message)
}
