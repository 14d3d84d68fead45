/**
 * A block as bytes. Each block has exactly one encoding, so nobody can circulate the same block
 * again in another form. Pure.
 *
 * Layout: version (1), flags (1), number (8), timestamp (8), hash, parent hash, state root, hash of
 * the transactions (32 each), signer (20), signature (65), sequencer signature (65 or 0), number of
 * transactions (4), then the transactions unless left out: length (4) and bytes of each.
 */
import type {Address, Hash, Hex} from 'viem'

import {
  hashTransactions,
  headerOf,
  InvalidBlockError,
  type BlockHeader,
  type SealedBlock,
} from '../../protocol/block.ts'
import {bytesOf} from '../../protocol/secp256k1.ts'
import {MAX_BLOCK_TRANSACTIONS, MAX_TRANSACTION_BYTES} from '../limits.ts'

const VERSION = 1
const HAS_SEQ_SIGN = 1
const HAS_TRANSACTIONS = 2
/** The maximum of two bytes. */
const MOST_AGE_MS = 65_535

export interface DecodedBlock {
  header: BlockHeader
  /** Undefined: left out. */
  transactions: Hex[] | undefined
}

export function encodeBlock(block: SealedBlock, header = headerOf(block)): Uint8Array {
  return Buffer.concat([encodeFields(header, HAS_TRANSACTIONS), encodeList(block.transactions)])
}

/** The block without its transactions. */
export function encodeHeader(header: BlockHeader): Uint8Array {
  return encodeFields(header, 0)
}

/** @throws {InvalidBlockError} anything that `encodeBlock` or `encodeHeader` does not produce */
export function decodeBlock(bytes: Uint8Array): DecodedBlock {
  const input = new Input(bytes)
  if (input.uint(1) !== VERSION) throw new InvalidBlockError('The block has an unknown version.')
  const flags = input.uint(1)
  if (flags > (HAS_SEQ_SIGN | HAS_TRANSACTIONS)) {
    throw new InvalidBlockError('The block has unknown flags.')
  }
  const header: BlockHeader = {
    number: input.uint(8),
    timestamp: input.uint(8),
    hash: input.hex(32) as Hash,
    parentHash: input.hex(32) as Hash,
    stateRoot: input.hex(32) as Hash,
    transactionsHash: input.hex(32) as Hash,
    signer: input.hex(20) as Address,
    signature: input.signature(),
    seqSign: flags & HAS_SEQ_SIGN ? input.signature() : null,
    transactionCount: input.uint(4),
  }
  if (header.transactionCount > MAX_BLOCK_TRANSACTIONS) {
    throw new InvalidBlockError(`A block has at most ${MAX_BLOCK_TRANSACTIONS} transactions.`)
  }
  const isComplete = (flags & HAS_TRANSACTIONS) !== 0
  const transactions = isComplete ? input.list(header.transactionCount) : undefined
  input.end()
  if (transactions && hashTransactions(transactions) !== header.transactionsHash) {
    throw new InvalidBlockError('The transactions are not those that were signed.')
  }
  return {header, transactions}
}

export function blockOf(header: BlockHeader, transactions: Hex[]): SealedBlock {
  const {transactionsHash: _hash, transactionCount: _count, ...rest} = header
  return {...rest, transactions}
}

/** Transactions being forwarded to the producer. */
export interface HandedOn {
  transactions: readonly Hex[]
  /** How long ago each arrived here; 0 where missing. */
  agesMs: readonly number[]
}

/**
 * Raw transactions: their number (4), then length (4) and bytes of each, then the age (2) of each
 * in milliseconds.
 */
export function encodeTransactions({transactions, agesMs}: HandedOn): Uint8Array {
  const ages = Buffer.alloc(2 * transactions.length)
  transactions.forEach((_raw, index) => {
    ages.writeUInt16BE(
      Math.min(MOST_AGE_MS, Math.max(0, Math.round(agesMs[index] ?? 0))),
      2 * index,
    )
  })
  return Buffer.concat([uint(transactions.length, 4), encodeList(transactions), ages])
}

/** @throws {InvalidBlockError} */
export function decodeTransactions(bytes: Uint8Array, maxCount: number): HandedOn {
  const input = new Input(bytes)
  const count = input.uint(4)
  if (count > maxCount)
    throw new InvalidBlockError(`At most ${maxCount} transactions are accepted.`)
  const transactions = input.list(count)
  const agesMs = transactions.map(() => input.uint(2))
  input.end()
  return {transactions, agesMs}
}

function encodeFields(header: BlockHeader, flags: number): Buffer {
  return Buffer.concat([
    uint(VERSION, 1),
    uint(flags | (header.seqSign ? HAS_SEQ_SIGN : 0), 1),
    uint(header.number, 8),
    uint(header.timestamp, 8),
    bytesOf(header.hash),
    bytesOf(header.parentHash),
    bytesOf(header.stateRoot),
    bytesOf(header.transactionsHash),
    bytesOf(header.signer),
    bytesOf(header.signature),
    header.seqSign ? bytesOf(header.seqSign) : Buffer.alloc(0),
    uint(header.transactionCount, 4),
  ])
}

/** One buffer for all, since 10,000 small ones are slow. */
function encodeList(transactions: readonly Hex[]): Buffer {
  const sizes = transactions.map((raw) => raw.length / 2 - 1)
  const bytes = Buffer.allocUnsafe(sizes.reduce((sum, size) => sum + size + 4, 0))
  let at = 0
  for (const [index, raw] of transactions.entries()) {
    at = bytes.writeUInt32BE(sizes[index]!, at)
    at += bytes.write(raw.slice(2), at, 'hex')
  }
  return bytes
}

function uint(value: number, size: 1 | 4 | 8): Buffer {
  const bytes = Buffer.alloc(size)
  if (size === 8) bytes.writeBigUInt64BE(BigInt(value))
  else bytes.writeUIntBE(value, 0, size)
  return bytes
}

class Input {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  uint(size: 1 | 2 | 4 | 8): number {
    const from = this.#take(size)
    if (size !== 8) return this.#bytes.readUIntBE(from, size)
    const value = Number(this.#bytes.readBigUInt64BE(from))
    if (!Number.isSafeInteger(value)) throw new InvalidBlockError('A number is too large.')
    return value
  }

  hex(size: number): Hex {
    const from = this.#take(size)
    return `0x${this.#bytes.toString('hex', from, from + size)}`
  }

  /** Only one encoding of the recovery id. */
  signature(): Hex {
    const value = this.hex(65)
    if (!/0[01]$/.test(value)) throw new InvalidBlockError('A signature has no recovery id.')
    return value
  }

  list(count: number): Hex[] {
    const items: Hex[] = []
    for (let index = 0; index < count; index++) {
      const size = this.uint(4)
      if (size === 0 || size > MAX_TRANSACTION_BYTES) {
        throw new InvalidBlockError('A transaction has an invalid length.')
      }
      items.push(this.hex(size))
    }
    return items
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw new InvalidBlockError('There are trailing bytes.')
  }

  #take(size: number): number {
    const from = this.#at
    if (from + size > this.#bytes.length) throw new InvalidBlockError('The block is truncated.')
    this.#at = from + size
    return from
  }
}
