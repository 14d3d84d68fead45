/** One item of a list: a byte string, or a list whose payload is not yet read. */
export interface RlpItem {
  kind: 'bytes' | 'list'
  payload: Uint8Array
}

/** The bytes are not the one canonical RLP encoding of anything. */
export class RlpError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'RlpError'
  }
}

/**
 * Reads one list that fills `bytes` exactly. Strict: what decodes here encodes back to the same bytes,
 * so a hash over the input is the hash of the decoded value.
 *
 * Source: Ethereum Yellow Paper, appendix B.
 *
 * @throws {RlpError} not a list, trailing bytes, a length that is not minimal or exceeds the input
 */
export function decodeRlpList(bytes: Uint8Array): RlpItem[] {
  const {item, end} = readItem(bytes, 0)
  if (item.kind !== 'list') throw new RlpError('it is not an RLP list')
  if (end !== bytes.length) throw new RlpError('it has trailing bytes')
  return readItems(item.payload)
}

export function readItems(payload: Uint8Array): RlpItem[] {
  const items: RlpItem[] = []
  for (let at = 0; at < payload.length; ) {
    const {item, end} = readItem(payload, at)
    items.push(item)
    at = end
  }
  return items
}

/** Header of a list with a payload of this many bytes. */
export function listHeader(length: number): Uint8Array {
  if (length < 56) return Uint8Array.of(0xc0 + length)
  const size = minimalBytes(BigInt(length))
  return Uint8Array.of(0xf7 + size.length, ...size)
}

/** Encoding of an unsigned integer: no leading zero byte, zero is the empty string. */
export function encodeInteger(value: bigint): Uint8Array {
  const bytes = minimalBytes(value)
  return bytes.length === 1 && bytes[0]! < 0x80
    ? bytes
    : Uint8Array.of(0x80 + bytes.length, ...bytes)
}

/** @throws {RlpError} when it is a list, longer than `maxBytes`, or has a leading zero */
export function integerOf(item: RlpItem | undefined, maxBytes = 32): bigint {
  const payload = integerBytes(item, maxBytes)
  if (payload.length > SMALL_BYTES) return BigInt(`0x${Buffer.from(payload).toString('hex')}`)
  let value = 0
  for (const byte of payload) value = value * 256 + byte
  return BigInt(value)
}

/** Its bytes without leading zeros. @throws {RlpError} like `integerOf` */
export function integerBytes(item: RlpItem | undefined, maxBytes = 32): Uint8Array {
  if (item?.kind !== 'bytes') throw new RlpError('a number is missing')
  const {payload} = item
  if (payload.length > maxBytes) throw new RlpError('a number is too large')
  if (payload[0] === 0) throw new RlpError('a number has a leading zero')
  return payload
}

/** The largest size that a number represents exactly. */
const SMALL_BYTES = 6

function readItem(bytes: Uint8Array, at: number): {item: RlpItem; end: number} {
  const first = bytes[at]
  if (first === undefined) throw new RlpError('it is truncated')
  if (first < 0x80) return {item: {kind: 'bytes', payload: bytes.subarray(at, at + 1)}, end: at + 1}
  const kind = first < 0xc0 ? 'bytes' : 'list'
  const base = kind === 'bytes' ? 0x80 : 0xc0
  const {length, start} = readLength(bytes, at, first - base)
  const end = start + length
  if (end > bytes.length) throw new RlpError('it is truncated')
  const payload = bytes.subarray(start, end)
  if (kind === 'bytes' && length === 1 && payload[0]! < 0x80) {
    throw new RlpError('a single byte has a redundant length')
  }
  return {item: {kind, payload}, end}
}

function readLength(bytes: Uint8Array, at: number, code: number): {length: number; start: number} {
  if (code < 56) return {length: code, start: at + 1}
  const size = code - 55
  const start = at + 1 + size
  // Four bytes of length are 4 GiB, more than any input we accept.
  if (size > 4 || start > bytes.length) throw new RlpError('it is truncated')
  let length = 0
  for (let index = at + 1; index < start; index++) length = length * 256 + bytes[index]!
  if (length < 56 || bytes[at + 1] === 0) throw new RlpError('a length is not minimal')
  return {length, start}
}

function minimalBytes(value: bigint): Uint8Array {
  if (value === 0n) return new Uint8Array(0)
  const hex = value.toString(16)
  return new Uint8Array(Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex'))
}
