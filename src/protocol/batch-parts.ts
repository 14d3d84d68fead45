import {createHash} from 'node:crypto'

import type {Hex} from 'viem'

import {InvalidBatchError} from './batch-codec.ts'
import {bytesOf} from './secp256k1.ts'

/** A part of a batch that is too long for one L1 transaction. */
export interface BatchPart {
  /** SHA-256 of the whole calldata, so that parts of two batches are never mixed. */
  id: string
  /** From 0. */
  part: number
  parts: number
  /** The header, and this part of the payload. */
  header: Buffer
  payload: Buffer
}

/** The header of a batch, then the id of the batch, the number of the part and the count of parts. */
const HEADER_BYTES = 70
const ID_BYTES = 32
const PART_HEADER_BYTES = HEADER_BYTES + ID_BYTES + 2 + 2
/** Not one of the four types that the real inbox defines. */
const DA_PARTS = 0x80

/** True for a part; its content is not checked. */
export function isBatchPart(calldata: Hex): boolean {
  return Number.parseInt(calldata.slice(2, 4), 16) === DA_PARTS
}

/**
 * A batch as several inbox transactions, or its own calldata if that fits into one.
 *
 * - Source: none. The real batch submitter switches to blobs and never posts this batch as calldata.
 *
 * @param maxBytes of one transaction's calldata
 * @throws {RangeError} more than 65,535 parts
 */
export function splitBatch(calldata: Hex, maxBytes: number): Hex[] {
  const bytes = bytesOf(calldata)
  if (bytes.length <= maxBytes) return [calldata]
  const id = idOf(bytes)
  const room = maxBytes - PART_HEADER_BYTES
  const parts = Math.ceil((bytes.length - HEADER_BYTES) / room)
  return Array.from({length: parts}, (_, part) => {
    const header = Buffer.alloc(PART_HEADER_BYTES)
    bytes.copy(header, 0, 0, HEADER_BYTES)
    header[0] = DA_PARTS
    header.write(id, HEADER_BYTES, 'hex')
    header.writeUInt16BE(part, HEADER_BYTES + ID_BYTES)
    header.writeUInt16BE(parts, HEADER_BYTES + ID_BYTES + 2)
    const from = HEADER_BYTES + part * room
    return `0x${Buffer.concat([header, bytes.subarray(from, from + room)]).toString('hex')}` as const
  })
}

/** @throws {InvalidBatchError} not a part of a batch */
export function decodePart(calldata: Hex): BatchPart {
  const bytes = bytesOf(calldata)
  if (bytes.length <= PART_HEADER_BYTES || bytes[0] !== DA_PARTS) {
    throw new InvalidBatchError('The calldata is not a part of a batch.')
  }
  const part = bytes.readUInt16BE(HEADER_BYTES + ID_BYTES)
  const parts = bytes.readUInt16BE(HEADER_BYTES + ID_BYTES + 2)
  if (part >= parts) throw new InvalidBatchError('The part has a number above the count of parts.')
  const header = Buffer.from(bytes.subarray(0, HEADER_BYTES))
  const id = bytes.subarray(HEADER_BYTES, HEADER_BYTES + ID_BYTES).toString('hex')
  return {id, part, parts, header, payload: bytes.subarray(PART_HEADER_BYTES)}
}

/**
 * The calldata of the whole batch.
 *
 * @param pieces all parts of one batch, in order
 * @throws {InvalidBatchError} they do not match the id
 */
export function joinParts(pieces: readonly BatchPart[]): Hex {
  const [first] = pieces
  if (!first) throw new InvalidBatchError('The batch has no parts.')
  const header = Buffer.from(first.header)
  header[0] = 0
  const whole = Buffer.concat([header, ...pieces.map(({payload}) => payload)])
  if (idOf(whole) !== first.id) {
    throw new InvalidBatchError('The parts do not match the id of their batch.')
  }
  return `0x${whole.toString('hex')}`
}

function idOf(calldata: Buffer): string {
  return createHash('sha256').update(calldata).digest('hex')
}
