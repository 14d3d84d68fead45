import {keccak256, type Address, type Hash, type Hex} from 'viem'

import {hexFault, l2gethWords, MAX_CALLDATA_BYTES} from './l2geth-words.ts'
import {
  RlpError,
  decodeRlpList,
  encodeInteger,
  integerBytes,
  integerOf,
  listHeader,
  readItems,
  type RlpItem,
} from './rlp.ts'
import {bytesOf, recoverAddress} from './secp256k1.ts'

export interface ParsedTransaction {
  /** Exactly the bytes that were signed and hashed. */
  raw: Hex
  sizeBytes: number
  type: 'legacy' | 'eip2930' | 'eip1559'
  accountNonce: number
  gasLimit: bigint
  /** Maximum wei per gas that the sender pays. */
  maxFeePerGasWei: bigint
  /** Priority fee per gas, which the producer receives while the base fee is 0. */
  tipPerGasWei: bigint
  /** Null creates a contract. Lower-case. */
  to: Address | null
  valueWei: bigint
  data: Hex
  /** Intrinsic gas, due before the first instruction runs. */
  intrinsicGas: bigint
  /** The message whose hash the sender signed. */
  signedBytes: Uint8Array
  /** `rs`: r and s, 64 bytes. */
  signature: {rs: Uint8Array; parity: 0 | 1}
}

export interface SignedTransaction extends ParsedTransaction {
  hash: Hash
  /** Lower-case. */
  sender: Address
}

export interface TransactionRules {
  chainId: number
  /** Above zero: a free transaction of an unknown account would change the engine's state root. */
  minGasPriceWei: bigint
  maxGasLimit: bigint
  maxSizeBytes: number
  /** The network's nodes decode no other transactions. False if omitted. */
  onlyLegacy?: boolean
}

/** The sender's fault. `reason` is stable; the message is the text of l2geth, and the detail is one sentence of ours. */
export class InvalidTransactionError extends Error {
  readonly reason: InvalidTransactionReason
  readonly detail: string

  constructor(reason: InvalidTransactionReason, message: string, detail = message) {
    super(message)
    this.name = 'InvalidTransactionError'
    this.reason = reason
    this.detail = detail
  }
}

export type InvalidTransactionReason =
  | 'not-hex'
  | 'empty'
  | 'too-large'
  | 'not-canonical'
  | 'type-not-supported'
  | 'chain-id'
  | 'signature'
  | 'gas-price'
  | 'gas-limit'
  | 'intrinsic-gas'
  | 'nonce'
  | 'initcode'
  | 'sender'

const PER_TRANSACTION_GAS = 21_000n
const PER_CREATE_GAS = 32_000n
const PER_INITCODE_WORD_GAS = 2n
const PER_ZERO_BYTE_GAS = 4
const PER_OTHER_BYTE_GAS = 16
const PER_LISTED_ADDRESS_GAS = 2400n
const PER_LISTED_SLOT_GAS = 1900n
/** EIP-3860: twice the largest contract. */
const MAX_INITCODE_BYTES = 49_152

/**
 * Decodes one raw transaction and applies every rule that needs no state. Neither hash nor sender is
 * computed: a follower checks thousands per block and gets both from its engine.
 *
 * - Source: EIP-155, EIP-2718, EIP-2930, EIP-1559, EIP-3860; Yellow Paper section 6.2.
 *
 * @throws {InvalidTransactionError} the first rule that it breaks
 */
export function parseTransaction(raw: string, rules: TransactionRules): ParsedTransaction {
  if (!/^0x(?:[0-9a-f]{2})+$/i.test(raw)) {
    throw raw === '0x'
      ? new InvalidTransactionError('empty', l2gethWords.noBytes, 'The raw transaction is empty.')
      : new InvalidTransactionError(
          'not-hex',
          l2gethWords.argument(0, hexFault(raw)),
          'The raw transaction is not hex data.',
        )
  }
  const sizeBytes = (raw.length - 2) / 2
  if (sizeBytes > rules.maxSizeBytes) {
    throw new InvalidTransactionError(
      'too-large',
      l2gethWords.calldata(calldataOf(raw) ?? sizeBytes),
      `The transaction has ${sizeBytes} bytes; at most ${rules.maxSizeBytes} are accepted.`,
    )
  }
  const hex = raw.toLowerCase() as Hex
  const bytes = bytesOf(hex)
  if (rules.onlyLegacy && bytes[0]! < 0xc0) {
    throw new InvalidTransactionError(
      'type-not-supported',
      l2gethWords.noList,
      'Nodes of this network accept only legacy transactions.',
    )
  }
  const transaction = decodeFields(hex, bytes, rules.chainId)
  assertRules(transaction, rules)
  return transaction
}

/**
 * Hashes a transaction and recovers who signed it.
 *
 * @throws {InvalidTransactionError} when the signature is impossible
 */
export function recoverSender(transaction: ParsedTransaction): SignedTransaction {
  const digest = keccak256(transaction.signedBytes, 'bytes')
  const {rs, parity} = transaction.signature
  const sender = recoverAddress(digest, rs, parity)
  if (!sender) throw badSignature()
  return {...transaction, hash: keccak256(bytesOf(transaction.raw)), sender}
}

/** Gas a transaction may spend on instructions: its gas limit minus the intrinsic gas. */
export function executionGas({
  gasLimit,
  intrinsicGas,
}: Pick<ParsedTransaction, 'gasLimit' | 'intrinsicGas'>): bigint {
  return gasLimit > intrinsicGas ? gasLimit - intrinsicGas : 0n
}

/** Maximum wei that executing the transaction can cost its sender. */
export function maxCostWei({gasLimit, maxFeePerGasWei, valueWei}: ParsedTransaction): bigint {
  return gasLimit * maxFeePerGasWei + valueWei
}

/** Calldata size of a legacy transaction in bytes; undefined where it cannot be determined. */
function calldataOf(raw: string): number | undefined {
  try {
    return decodeRlpList(bytesOf(raw as Hex))[5]?.payload.length
  } catch {
    return undefined
  }
}

function decodeFields(raw: Hex, bytes: Uint8Array, chainId: number): ParsedTransaction {
  try {
    const first = bytes[0]!
    if (first >= 0xc0) return decodeLegacy(raw, bytes, chainId)
    if (first === 1 || first === 2) return decodeTyped(raw, bytes, first, chainId)
    throw new InvalidTransactionError(
      'type-not-supported',
      `Transactions of type ${first} are not supported; use legacy, 1 or 2.`,
    )
  } catch (error) {
    if (!(error instanceof RlpError)) throw error
    throw new InvalidTransactionError(
      'not-canonical',
      `rlp: ${error.message}`,
      `The transaction is not canonical RLP: ${error.message}.`,
    )
  }
}

function decodeLegacy(raw: Hex, bytes: Uint8Array, chainId: number): ParsedTransaction {
  const fields = decodeRlpList(bytes)
  if (fields.length !== 9) {
    throw new InvalidTransactionError(
      'not-canonical',
      fields.length < 9 ? l2gethWords.tooFewFields : l2gethWords.tooManyFields,
      `A legacy transaction has 9 fields, not ${fields.length}.`,
    )
  }
  const v = integerOf(fields[6])
  if (v === 27n || v === 28n) {
    throw new InvalidTransactionError(
      'chain-id',
      l2gethWords.unprotected,
      'The transaction has no chain id, so it could be replayed on any chain.',
    )
  }
  if (v < 35n) throw badSignature('The signature has an invalid v.')
  assertChainId((v - 35n) / 2n, chainId)
  const price = integerOf(fields[1])
  const body = payloadUpTo(bytes, fields, 6)
  return build({
    raw,
    bytes,
    type: 'legacy',
    parity: (v - 35n) % 2n === 1n ? 1 : 0,
    signed: listOf(body, replaySuffix(chainId)),
    fields: {nonce: fields[0], gas: fields[2], to: fields[3], value: fields[4], data: fields[5]},
    signature: [fields[7], fields[8]],
    maxFeePerGasWei: price,
    tipPerGasWei: price,
    accessList: undefined,
  })
}

function decodeTyped(raw: Hex, bytes: Uint8Array, type: 1 | 2, chainId: number): ParsedTransaction {
  const list = bytes.subarray(1)
  const fields = decodeRlpList(list)
  const expected = type === 1 ? 11 : 12
  if (fields.length !== expected) {
    throw new RlpError(`a type ${type} transaction has ${expected} fields, not ${fields.length}`)
  }
  assertChainId(integerOf(fields[0]), chainId)
  // Type 2 has one more price field, so every later field is shifted by one.
  const shift = type === 1 ? 0 : 1
  const tip = integerOf(fields[2])
  const maxFee = integerOf(fields[2 + shift])
  if (tip > maxFee) {
    throw new InvalidTransactionError('gas-price', 'The priority fee is above the maximum fee.')
  }
  const parity = integerOf(fields[8 + shift])
  if (parity > 1n) throw badSignature('The signature has an invalid v.')
  const body = payloadUpTo(list, fields, 8 + shift)
  return build({
    raw,
    bytes,
    type: type === 1 ? 'eip2930' : 'eip1559',
    parity: parity === 1n ? 1 : 0,
    signed: Buffer.concat([Uint8Array.of(type), listOf(body)]),
    fields: {
      nonce: fields[1],
      gas: fields[3 + shift],
      to: fields[4 + shift],
      value: fields[5 + shift],
      data: fields[6 + shift],
    },
    signature: [fields[9 + shift], fields[10 + shift]],
    maxFeePerGasWei: maxFee,
    tipPerGasWei: tip,
    accessList: fields[7 + shift],
  })
}

interface Parts {
  raw: Hex
  bytes: Uint8Array
  type: ParsedTransaction['type']
  parity: 0 | 1
  signed: Uint8Array
  fields: Record<'nonce' | 'gas' | 'to' | 'value' | 'data', RlpItem | undefined>
  signature: [RlpItem | undefined, RlpItem | undefined]
  maxFeePerGasWei: bigint
  tipPerGasWei: bigint
  accessList: RlpItem | undefined
}

function build(parts: Parts): ParsedTransaction {
  const {raw, bytes, type, parity, signed, fields, maxFeePerGasWei, tipPerGasWei} = parts
  const nonce = integerOf(fields.nonce, 8)
  if (nonce >= BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new InvalidTransactionError('nonce', 'The nonce of the transaction is out of range.')
  }
  if (fields.data?.kind !== 'bytes') throw new RlpError('the data field is a list')
  const data = fields.data.payload
  const to = addressOf(fields.to)
  const listed = parts.accessList ? accessListGas(parts.accessList) : 0n
  return {
    raw,
    sizeBytes: bytes.length,
    type,
    accountNonce: Number(nonce),
    gasLimit: integerOf(fields.gas, 8),
    maxFeePerGasWei,
    tipPerGasWei,
    to,
    valueWei: integerOf(fields.value),
    data: `0x${Buffer.from(data).toString('hex')}`,
    intrinsicGas: intrinsicGas(data, to === null) + listed,
    signedBytes: signed,
    signature: {rs: signatureBytes(parts.signature), parity},
  }
}

/** It is impossible. */
export function badSignature(
  detail = 'The signature of the transaction is not valid.',
): InvalidTransactionError {
  return new InvalidTransactionError('signature', l2gethWords.sender, detail)
}

function assertRules(transaction: ParsedTransaction, rules: TransactionRules): void {
  const {gasLimit, tipPerGasWei, to, data} = transaction
  const calldata = data.length / 2 - 1
  if (rules.onlyLegacy && calldata > MAX_CALLDATA_BYTES) {
    throw new InvalidTransactionError('too-large', l2gethWords.calldata(calldata))
  }
  if (tipPerGasWei < rules.minGasPriceWei) {
    throw new InvalidTransactionError(
      'gas-price',
      tipPerGasWei === 0n
        ? l2gethWords.noPrice
        : l2gethWords.priceTooLow(tipPerGasWei, rules.minGasPriceWei),
      `The transaction pays ${tipPerGasWei} wei per gas; at least ${rules.minGasPriceWei} is needed.`,
    )
  }
  if (gasLimit > rules.maxGasLimit) {
    throw new InvalidTransactionError(
      'gas-limit',
      l2gethWords.gasLimit,
      `The gas limit ${gasLimit} is above the ${rules.maxGasLimit} that one transaction may declare.`,
    )
  }
  if (to === null && data.length / 2 - 1 > MAX_INITCODE_BYTES) {
    throw new InvalidTransactionError(
      'initcode',
      `The contract creation code is longer than ${MAX_INITCODE_BYTES} bytes.`,
    )
  }
  if (gasLimit < transaction.intrinsicGas) {
    throw new InvalidTransactionError(
      'intrinsic-gas',
      l2gethWords.intrinsicGas,
      `The gas limit ${gasLimit} is below the ${transaction.intrinsicGas} of intrinsic gas.`,
    )
  }
}

function intrinsicGas(data: Uint8Array, creates: boolean): bigint {
  let perByte = 0
  for (const byte of data) perByte += byte === 0 ? PER_ZERO_BYTE_GAS : PER_OTHER_BYTE_GAS
  const words = BigInt(Math.ceil(data.length / 32))
  const creation = creates ? PER_CREATE_GAS + words * PER_INITCODE_WORD_GAS : 0n
  return PER_TRANSACTION_GAS + BigInt(perByte) + creation
}

function accessListGas(item: RlpItem): bigint {
  if (item.kind !== 'list') throw new RlpError('the access list is not a list')
  let gas = 0n
  for (const entry of readItems(item.payload)) {
    if (entry.kind !== 'list') throw new RlpError('an access list entry is not a list')
    const [address, slots, ...more] = readItems(entry.payload)
    if (address?.payload.length !== 20 || slots?.kind !== 'list' || more.length > 0) {
      throw new RlpError('an access list entry is malformed')
    }
    const keys = readItems(slots.payload)
    if (keys.some(({kind, payload}) => kind !== 'bytes' || payload.length !== 32)) {
      throw new RlpError('an access list slot is malformed')
    }
    gas += PER_LISTED_ADDRESS_GAS + PER_LISTED_SLOT_GAS * BigInt(keys.length)
  }
  return gas
}

function addressOf(item: RlpItem | undefined): Address | null {
  if (item?.kind !== 'bytes' || (item.payload.length !== 0 && item.payload.length !== 20)) {
    throw new RlpError('the recipient is not an address')
  }
  return item.payload.length === 0 ? null : `0x${Buffer.from(item.payload).toString('hex')}`
}

function assertChainId(found: bigint, expected: number): void {
  if (found === BigInt(expected)) return
  throw new InvalidTransactionError(
    'chain-id',
    l2gethWords.sender,
    `The transaction is signed for chain ${found}; this is chain ${expected}.`,
  )
}

/** The encoded fields before index `count`: everything up to the start of that field's encoding. */
function payloadUpTo(list: Uint8Array, fields: readonly RlpItem[], count: number): Uint8Array {
  const header = list[0]! >= 0xf8 ? list[0]! - 0xf7 + 1 : 1
  const tail = fields.slice(count).reduce((sum, field) => sum + encodedLength(field), 0)
  return list.subarray(header, list.length - tail)
}

function encodedLength({kind, payload}: RlpItem): number {
  if (kind === 'bytes' && payload.length === 1 && payload[0]! < 0x80) return 1
  return listHeader(payload.length).length + payload.length
}

function listOf(...payloads: readonly Uint8Array[]): Uint8Array {
  const length = payloads.reduce((sum, payload) => sum + payload.length, 0)
  return Buffer.concat([listHeader(length), ...payloads])
}

/** Chain id, zero, zero: signed with a legacy transaction since EIP-155. */
function replaySuffix(chainId: number): Uint8Array {
  let suffix = replaySuffixes.get(chainId)
  if (!suffix) {
    suffix = Buffer.concat([encodeInteger(BigInt(chainId)), Uint8Array.of(0x80, 0x80)])
    replaySuffixes.set(chainId, suffix)
  }
  return suffix
}

const replaySuffixes = new Map<number, Uint8Array>()

function signatureBytes([r, s]: Parts['signature']): Uint8Array {
  const bytes = new Uint8Array(64)
  for (const [item, end] of [[r, 32] as const, [s, 64] as const]) {
    const integer = integerBytes(item)
    bytes.set(integer, end - integer.length)
  }
  return bytes
}
