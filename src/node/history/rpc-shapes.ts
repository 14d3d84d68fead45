/**
 * Blocks, transactions, receipts and logs as returned to clients: geth's fields plus those of
 * l2geth. Pure.
 *
 * - Source: `RPCTransaction` and `RPCMarshalBlock` in `l2geth/internal/ethapi/api.go`,
 *   MetisProtocol/mvm.
 */
import {bytesToBigInt, toHex, zeroAddress, type Address, type Hash, type Hex} from 'viem'

import type {SealedBlock} from '../../protocol/block.ts'
import {decodeRlpList, readItems, type RlpItem} from '../../protocol/rlp.ts'
import {bytesOf} from '../../protocol/secp256k1.ts'
import {RELAY_SELECTOR} from '../../protocol/sequencer-set.ts'
import {parseTransaction, type ParsedTransaction} from '../../protocol/transaction.ts'
import {bloomOf} from './bloom.ts'
import {MAX_TRANSACTION_BYTES} from '../limits.ts'
import type {PlacedLog} from './history.ts'
import type {KeptHeader, KeptReceipt} from './packing.ts'

export interface ShapeRules {
  chainId: number
  /** Deposits are relayed through it. Lower-case. */
  bridge: Address
}

export interface TransactionPlace {
  block: Pick<SealedBlock, 'number' | 'hash' | 'timestamp' | 'seqSign'>
  index: number
  hash: Hash
}

const typeNumbers = {legacy: 0, eip2930: 1, eip1559: 2} as const
const noSignature = {seqR: '0x0', seqS: '0x0', seqV: '0x0'} as const
const noBloom = `0x${'0'.repeat(512)}`

/** The transactions are in the chain, so they pass regardless of the rules at the time. */
export function parseIncluded(raw: Hex, chainId: number): ParsedTransaction {
  return parseTransaction(raw, {
    chainId,
    minGasPriceWei: 0n,
    maxGasLimit: 2n ** 64n,
    maxSizeBytes: MAX_TRANSACTION_BYTES,
  })
}

/** One transaction of a block. @param from its sender, known only from execution or the receipt */
export function transactionShape(
  raw: Hex,
  from: Address,
  {block, index, hash}: TransactionPlace,
  rules: ShapeRules,
) {
  const parsed = parseIncluded(raw, rules.chainId)
  return {
    blockHash: block.hash,
    blockNumber: toHex(block.number),
    transactionIndex: toHex(index),
    ...fieldsOf(parsed, from, hash, rules.chainId),
    ...rollupFields(parsed, rules),
    ...indexOf(block),
    ...signatureOf(parsed, block, index, rules),
  }
}

/** A transaction that waits in the pool. */
export function pendingShape(
  parsed: ParsedTransaction,
  from: Address,
  hash: Hash,
  rules: ShapeRules,
) {
  return {
    blockHash: null,
    blockNumber: null,
    transactionIndex: null,
    ...fieldsOf(parsed, from, hash, rules.chainId),
    ...rollupFields(parsed, rules),
    ...{l1Timestamp: '0x0', index: null},
    ...{seqR: null, seqS: null, seqV: null},
  }
}

function fieldsOf(parsed: ParsedTransaction, from: Address, hash: Hash, chainId: number) {
  const {rs, parity} = parsed.signature
  const type = typeNumbers[parsed.type]
  const v = type === 0 ? BigInt(chainId) * 2n + 35n + BigInt(parity) : BigInt(parity)
  return {
    hash,
    nonce: toHex(parsed.accountNonce),
    from,
    to: parsed.to,
    value: toHex(parsed.valueWei),
    gas: toHex(parsed.gasLimit),
    gasPrice: toHex(parsed.tipPerGasWei),
    input: parsed.data,
    v: toHex(v),
    r: toHex(bytesToBigInt(rs.subarray(0, 32))),
    s: toHex(bytesToBigInt(rs.subarray(32))),
    ...(type === 0
      ? {}
      : {
          type: toHex(type),
          chainId: toHex(chainId),
          yParity: toHex(parity),
          accessList: accessListOf(parsed.raw, type),
        }),
    ...(type === 2
      ? {
          maxFeePerGas: toHex(parsed.maxFeePerGasWei),
          maxPriorityFeePerGas: toHex(parsed.tipPerGasWei),
        }
      : {}),
  }
}

/** Fields that l2geth adds to geth's, for a mined or pending transaction. */
function rollupFields(parsed: ParsedTransaction, rules: ShapeRules) {
  const isDeposit = isRelayed(parsed, rules)
  return {
    queueOrigin: isDeposit ? 'l1' : 'sequencer',
    // The fourth argument of the relay call is the depositor.
    l1TxOrigin: isDeposit ? `0x${parsed.data.slice(10 + 3 * 64 + 24, 10 + 4 * 64)}` : zeroAddress,
    // Batches carry no L1 height either: the bundled sequencer does not tie a block to one.
    l1BlockNumber: '0x0',
    // A relayed deposit has its queue index as its nonce.
    queueIndex: isDeposit ? toHex(parsed.accountNonce) : '0x0',
    rawTransaction: parsed.raw,
  }
}

function indexOf(block: TransactionPlace['block']) {
  return {l1Timestamp: toHex(block.timestamp), index: toHex(block.number - 1)}
}

/**
 * The producer signs a block's first transaction only, as the batch layout carries it, so the
 * others have zeros, as l2geth shows a missing signature.
 */
function signatureOf(
  parsed: ParsedTransaction,
  {seqSign}: TransactionPlace['block'],
  index: number,
  rules: ShapeRules,
) {
  if (index !== 0 || seqSign === null || isRelayed(parsed, rules)) return noSignature
  return {
    seqR: bare(seqSign.slice(2, 66)),
    seqS: bare(seqSign.slice(66, 130)),
    seqV: bare(seqSign.slice(130)),
  }
}

function isRelayed({to, data}: ParsedTransaction, {bridge}: ShapeRules): boolean {
  return to === bridge && data.startsWith(RELAY_SELECTOR)
}

function bare(digits: string): Hex {
  return `0x${digits.replace(/^0+(?=.)/, '')}`
}

function accessListOf(raw: Hex, type: number) {
  const list = decodeRlpList(bytesOf(raw).subarray(1))[type === 1 ? 7 : 8]
  return itemsOf(list).map((entry) => {
    const [address, keys] = itemsOf(entry)
    return {address: hexOf(address), storageKeys: itemsOf(keys).map(hexOf)}
  })
}

function itemsOf(item: RlpItem | undefined): RlpItem[] {
  return item ? readItems(item.payload) : []
}

function hexOf(item: RlpItem | undefined): Hex {
  return toHex(item?.payload ?? new Uint8Array())
}

export interface ReceiptPlace {
  raw: Hex
  hash: Hash
  index: number
  /** Total over the block's transactions up to and including this one. */
  cumulativeGas: number
  /** Logs of the block before this transaction. */
  logsBefore: number
}

export function receiptShape(
  kept: KeptReceipt,
  {raw, hash, index, cumulativeGas, logsBefore}: ReceiptPlace,
  block: {number: number; hash: Hash; timestamp: number},
  chainId: number,
) {
  const parsed = parseIncluded(raw, chainId)
  const logs = kept.logs.map((log, at) =>
    logShape(
      {...log, transactionHash: hash, transactionIndex: index, logIndex: logsBefore + at},
      block,
    ),
  )
  return {
    transactionHash: hash,
    transactionIndex: toHex(index),
    blockHash: block.hash,
    blockNumber: toHex(block.number),
    from: kept.from,
    to: parsed.to,
    cumulativeGasUsed: toHex(cumulativeGas),
    gasUsed: toHex(kept.gasUsed),
    contractAddress: kept.contractAddress,
    logs,
    logsBloom: logs.length === 0 ? noBloom : bloomOf(kept.logs),
    status: kept.status,
    ...feeOnL1(raw),
  }
}

/**
 * Transaction batches cost the user nothing here: the scalar is 0, as on a new network.
 *
 * - Source: `RollupFee` fields in `GetTransactionReceipt` of `l2geth/internal/ethapi/api.go`;
 *   `l1GasUsed` as `getL1GasUsed` of the gas price oracle counts it, with an overhead of 0.
 */
function feeOnL1(raw: Hex) {
  const bytes = bytesOf(raw)
  const gas = bytes.reduce((sum, byte) => sum + (byte === 0 ? 4 : 16), 0)
  return {l1GasPrice: '0x0', l1GasUsed: toHex(gas), l1Fee: '0x0', l1FeeScalar: '0'}
}

export function logShape(
  log: PlacedLog,
  block: {number: number; hash: Hash; timestamp?: number | undefined},
  removed = false,
) {
  return {
    address: log.address,
    topics: log.topics,
    data: log.data,
    blockNumber: toHex(block.number),
    blockHash: block.hash,
    ...(block.timestamp === undefined ? {} : {blockTimestamp: toHex(block.timestamp)}),
    transactionHash: log.transactionHash,
    transactionIndex: toHex(log.transactionIndex),
    logIndex: toHex(log.logIndex),
    removed,
  }
}

/** Header fields of a block, as in `newHeads`. */
export function headerShape(
  header: KeptHeader,
  block: Pick<SealedBlock, 'number' | 'hash' | 'parentHash' | 'stateRoot' | 'timestamp'>,
) {
  const {uncles: _uncles, size: _size, ...fields} = asL2geth(header)
  return {...placeOf(block), ...fields}
}

/** @param transactions hashes, or whole transactions */
export function blockShape(
  header: KeptHeader,
  block: Pick<SealedBlock, 'number' | 'hash' | 'parentHash' | 'stateRoot' | 'timestamp'>,
  transactions: readonly unknown[],
) {
  return {...placeOf(block), ...asL2geth(header), transactions}
}

/** l2geth predates London: header fields that later forks added to the engine are left out. */
function asL2geth({
  baseFeePerGas: _baseFee,
  withdrawals: _withdrawals,
  withdrawalsRoot: _withdrawalsRoot,
  blobGasUsed: _blobGas,
  excessBlobGas: _excess,
  parentBeaconBlockRoot: _beacon,
  requestsHash: _requests,
  ...header
}: KeptHeader) {
  return header
}

function placeOf({
  number,
  hash,
  parentHash,
  stateRoot,
  timestamp,
}: Pick<SealedBlock, 'number' | 'hash' | 'parentHash' | 'stateRoot' | 'timestamp'>) {
  return {number: toHex(number), hash, parentHash, stateRoot, timestamp: toHex(timestamp)}
}
