/**
 * Refusals in the words of l2geth, so that clients which know them by their text see the same errors here.
 *
 * - Source: answers of l2geth (mvm develop 79c12367); `core/error.go`, `core/tx_pool.go`, `rpc/types.go` there.
 */
import type {Hash} from 'viem'

const invalid = (what: string) => `invalid transaction: ${what}`

export const l2gethWords = {
  nonceTooLow: invalid('nonce too low'),
  nonceTooHigh: invalid('nonce too high'),
  funds: invalid('insufficient funds for gas * price + value'),
  intrinsicGas: invalid('intrinsic gas too low'),
  gasLimit: invalid('exceeds block gas limit'),
  sender: invalid('invalid sender'),
  underpriced: 'replacement transaction underpriced',
  unprotected: 'only replay-protected (EIP-155) transactions allowed over RPC',
  noPrice: 'cannot accept 0 gas price transaction',
  noList: 'rlp: expected input list for types.txdata',
  tooFewFields: 'rlp: too few elements for types.txdata',
  tooManyFields: 'rlp: input list has too many elements for types.txdata',
  noBytes: 'EOF',
  noSuchBlock: 'header not found',
  notOffered: 'OVM: Unsupported RPC Method',
  emptyBatch: 'empty batch',
  parse: 'parse error',
  invalidRequest: 'invalid request',
  known: (hash: Hash) => `known transaction: ${hash.slice(2)}`,
  calldata: (bytes: number) =>
    `Calldata cannot be larger than ${MAX_CALLDATA_BYTES}, sent ${bytes}`,
  priceTooLow: (wei: bigint, needed: bigint) =>
    `gas price too low: ${wei} wei, use at least tx.gasPrice = ${needed} wei`,
  noMethod: (method: string) => `the method ${method} does not exist/is not available`,
  missing: (index: number) => `missing value for required argument ${index}`,
  tooMany: (most: number) => `too many arguments, want at most ${most}`,
  argument: (index: number, fault: string) => `invalid argument ${index}: ${fault}`,
} as const

/** Source: `sendRawTransaction` in `l2geth/internal/ethapi/api.go`. */
export const MAX_CALLDATA_BYTES = 127_000

/** Faults of bytes in an argument, as Go's `hexutil` names them. */
export function hexFault(value: unknown): string {
  const into = 'into Go value of type hexutil.Bytes'
  if (typeof value !== 'string') return `json: cannot unmarshal non-string ${into}`
  if (!/^0x/i.test(value)) return `json: cannot unmarshal hex string without 0x prefix ${into}`
  if (value.length % 2 === 1) return `json: cannot unmarshal hex string of odd length ${into}`
  return `json: cannot unmarshal invalid hex string ${into}`
}

/** Faults of an address in an argument. */
export function addressFault(value: unknown): string {
  const into = 'into Go value of type common.Address'
  if (typeof value !== 'string') return `json: cannot unmarshal non-string ${into}`
  if (!/^0x/i.test(value)) return `json: cannot unmarshal hex string without 0x prefix ${into}`
  const digits = value.length - 2
  if (digits !== 40) return `hex string has length ${digits}, want 40 for common.Address`
  return `json: cannot unmarshal invalid hex string ${into}`
}

/** Faults of a hash in an argument. */
export function hashFault(value: unknown): string {
  const into = 'into Go value of type common.Hash'
  if (typeof value !== 'string') return `json: cannot unmarshal non-string ${into}`
  if (!/^0x/i.test(value)) return `json: cannot unmarshal hex string without 0x prefix ${into}`
  const digits = value.length - 2
  if (digits !== 64) return `hex string has length ${digits}, want 64 for common.Hash`
  return `json: cannot unmarshal invalid hex string ${into}`
}

/** Faults of a block number or tag. */
export function blockFault(value: unknown): string {
  if (typeof value !== 'string' || !/^0x/i.test(value)) return 'hex string without 0x prefix'
  if (value === '0x') return 'hex string "0x"'
  if (/^0x0./i.test(value)) return 'hex number with leading zero digits'
  return value.length > 18 ? 'hex number > 64 bits' : 'invalid hex string'
}
