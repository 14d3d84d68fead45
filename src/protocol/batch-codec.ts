import {promisify} from 'node:util'
import {deflate, deflateSync, inflateSync} from 'node:zlib'

import type {Hex} from 'viem'

import {bytesOf} from './secp256k1.ts'

/** The content of one inbox transaction. */
export interface TxBatch {
  /** Counts from 1 on a new network; consecutive. */
  batchIndex: bigint
  /** First L2 block in the batch. */
  startBlock: number
  blocks: BatchBlock[]
}

export interface BatchBlock {
  /** Seconds since 1970. */
  timestamp: number
  /** 0 when the block has no L1 origin. */
  l1BlockNumber: bigint
  transactions: BatchTransaction[]
}

export interface BatchTransaction {
  raw: Hex
  /** 65 bytes of the producer over the hash of the block's first transaction. */
  seqSign: Hex
}

/** The calldata is not a batch of this layout, and is ignored whoever sent it. */
export class InvalidBatchError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'InvalidBatchError'
  }
}

const DA_CALLDATA = 0
const COMPRESSION_NONE = 0
const COMPRESSION_ZLIB = 11
const deflateBeside = promisify<Buffer, Buffer>(deflate)

/** 1 DA type + 1 compression + 32 batch index + 32 start block + 4 block count. */
const HEADER_BYTES = 70
/** 3 transaction count + 5 timestamp + 32 L1 block number. */
const BLOCK_HEADER_BYTES = 40
const TX_TYPE_SEQUENCER = 0
const SEQ_SIGN_BYTES = 65
const UINT24 = 2 ** 24
/** A batch that inflates beyond this is an attack: 128 KiB of zlib can expand to 128 MiB. */
const MAX_PAYLOAD_BYTES = 64 * 1024 * 1024

/**
 * Calldata of an inbox transaction, zlib-compressed.
 *
 * - Source: `packages/batch-submitter/src/**`, MetisProtocol/mvm, develop 79c12367. The header is never
 *   compressed. Deposits travel as sequencer transactions of the relayer, so type 1 is not written.
 *
 * @throws {RangeError} a field that does not fit its width
 */
export function encodeBatch(batch: TxBatch): Hex {
  return withHeader(batch, deflateSync(encodeBlocks(batch.blocks)))
}

/** The same off the event loop: 8 MB take a second to compress. */
export async function encodeLargeBatch(batch: TxBatch): Promise<Hex> {
  return withHeader(batch, await deflateBeside(encodeBlocks(batch.blocks)))
}

function withHeader({batchIndex, startBlock, blocks}: TxBatch, payload: Buffer): Hex {
  const header = Buffer.alloc(HEADER_BYTES)
  header[0] = DA_CALLDATA
  header[1] = COMPRESSION_ZLIB
  writeWord(header, 2, batchIndex)
  writeWord(header, 34, BigInt(startBlock))
  header.writeUInt32BE(blocks.length, 66)
  return `0x${header.toString('hex')}${payload.toString('hex')}`
}

/** Size of these blocks before compression, in bytes. */
export function payloadBytes(blocks: readonly BatchBlock[]): number {
  let sum = 0
  for (const {transactions} of blocks) {
    sum += BLOCK_HEADER_BYTES
    for (const {raw} of transactions) sum += 1 + 3 + (raw.length - 2) / 2 + 3 + SEQ_SIGN_BYTES
  }
  return sum
}

/** @throws {InvalidBatchError} anything that `encodeBatch` cannot have produced */
export function decodeBatch(calldata: Hex): TxBatch {
  const bytes = bytesOf(calldata)
  if (bytes.length < HEADER_BYTES)
    throw new InvalidBatchError('The calldata is shorter than a header.')
  if (bytes[0] !== DA_CALLDATA) {
    throw new InvalidBatchError(`Data availability type ${bytes[0]} is not supported.`)
  }
  const startBlock = readWord(bytes, 34)
  if (startBlock > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new InvalidBatchError('The start block is out of range.')
  }
  const count = bytes.readUInt32BE(66)
  if (count === 0) throw new InvalidBatchError('The batch has no blocks.')
  const payload = decompress(bytes[1]!, bytes.subarray(HEADER_BYTES))
  return {
    batchIndex: readWord(bytes, 2),
    startBlock: Number(startBlock),
    blocks: decodeBlocks(payload, count),
  }
}

function encodeBlocks(blocks: readonly BatchBlock[]): Buffer {
  const out = Buffer.alloc(payloadBytes(blocks))
  let at = 0
  for (const {timestamp, l1BlockNumber, transactions} of blocks) {
    at = out.writeUIntBE(transactions.length, at, 3)
    at = out.writeUIntBE(timestamp, at, 5)
    writeWord(out, at, l1BlockNumber)
    at += 32
    for (const {raw, seqSign} of transactions) {
      at = out.writeUInt8(TX_TYPE_SEQUENCER, at)
      at = writeBytes(out, at, bytesOf(raw))
      const sign = bytesOf(seqSign)
      if (sign.length !== SEQ_SIGN_BYTES)
        throw new RangeError('A sequencer signature has 65 bytes.')
      at = writeBytes(out, at, sign)
    }
  }
  return out
}

function decodeBlocks(payload: Buffer, count: number): BatchBlock[] {
  const reader = createReader(payload)
  const blocks: BatchBlock[] = []
  for (let index = 0; index < count; index++) {
    const transactionCount = reader.uint(3)
    const timestamp = reader.uint(5)
    const l1BlockNumber = readWord(reader.take(32), 0)
    const transactions: BatchTransaction[] = []
    for (let position = 0; position < transactionCount; position++) {
      const type = reader.uint(1)
      if (type !== TX_TYPE_SEQUENCER) {
        throw new InvalidBatchError(`Transaction type ${type} is not supported in a batch.`)
      }
      const raw = reader.take(reader.uint(3))
      const seqSign = reader.take(reader.uint(3))
      if (raw.length === 0) throw new InvalidBatchError('A transaction of the batch is empty.')
      if (seqSign.length !== SEQ_SIGN_BYTES) {
        throw new InvalidBatchError('A sequencer signature of the batch is not 65 bytes long.')
      }
      transactions.push({raw: hexOf(raw), seqSign: hexOf(seqSign)})
    }
    blocks.push({timestamp, l1BlockNumber, transactions})
  }
  if (!reader.isAtEnd())
    throw new InvalidBatchError('The batch has trailing bytes after its last block.')
  return blocks
}

function createReader(payload: Buffer) {
  let at = 0
  const take = (length: number): Buffer => {
    if (at + length > payload.length) throw new InvalidBatchError('The batch ends too early.')
    at += length
    return payload.subarray(at - length, at)
  }
  return {
    take,
    uint: (length: number): number => take(length).readUIntBE(0, length),
    isAtEnd: () => at === payload.length,
  }
}

function decompress(compression: number, payload: Buffer): Buffer {
  if (compression === COMPRESSION_NONE) return payload
  if (compression !== COMPRESSION_ZLIB) {
    throw new InvalidBatchError(`Compression ${compression} is not supported.`)
  }
  try {
    return inflateSync(payload, {maxOutputLength: MAX_PAYLOAD_BYTES})
  } catch {
    throw new InvalidBatchError('The compressed payload of the batch is damaged.')
  }
}

function writeBytes(out: Buffer, at: number, bytes: Buffer): number {
  if (bytes.length >= UINT24) throw new RangeError('A batch field is at most 2^24 - 1 bytes long.')
  const next = out.writeUIntBE(bytes.length, at, 3)
  return next + bytes.copy(out, next)
}

function writeWord(out: Buffer, at: number, value: bigint): void {
  if (value < 0n || value >= 1n << 256n) throw new RangeError('The value does not fit 32 bytes.')
  out.write(value.toString(16).padStart(64, '0'), at, 32, 'hex')
}

function readWord(bytes: Buffer, at: number): bigint {
  return BigInt(`0x${bytes.subarray(at, at + 32).toString('hex')}`)
}

function hexOf(bytes: Buffer): Hex {
  return `0x${bytes.toString('hex')}`
}
