import {createHash} from 'node:crypto'

import {hexToBytes, keccak256, type Address, type Hash, type Hex, type LocalAccount} from 'viem'

import {readQuantity, type RpcRequester} from './contract-call.ts'
import type {OwnSigner} from './own-signer.ts'
import type {SignType} from './sign-request.ts'

/** Themis' wallet types. Source: Themis `types/mpc.go`. */
export const MPC_TYPES = [0, 1, 2, 3] as const
export type MpcType = (typeof MPC_TYPES)[number]

/** Gas of every L2 transaction of the wallet. Source: Themis `bridge/setu/processor/span.go`. */
export const MPC_L2_GAS = 5_000_000n

/** The wallet as `/mpc/latest/{type}` serves it. Source: Themis `types/mpc.go`. */
export interface MpcRecord {
  mpc_id: string
  threshold: number
  participants: {id: string; moniker: string; key: string}[]
  mpc_address: Address
  /** Compressed, base64. */
  mpc_pubkey: string
  mpc_type: MpcType
}

/**
 * A single key in place of a threshold wallet: one participant, threshold 0, the same address for
 * every type.
 */
export function soloMpc(account: LocalAccount, type: MpcType): MpcRecord {
  const key = compressedKey(account.publicKey)
  const address = account.address.toLowerCase() as Address
  return {
    mpc_id: uuidOf(`${address}/${type}`),
    threshold: 0,
    participants: [{id: peerId(key), moniker: address, key: key.toString('base64')}],
    mpc_address: address,
    mpc_pubkey: key.toString('base64'),
    mpc_type: type,
  }
}

export interface SignedTransaction {
  raw: Hex
  hash: Hash
  nonce: bigint
}

/**
 * A legacy transaction of the MPC account, signed but not sent. The same nonce and gas price give
 * the same bytes, so signing again can only repeat it, never duplicate it.
 *
 * - Signed by: MPC.   Chain: the requester's.   Value: 0.
 *
 * @param options.gasPriceFactor percent of the endpoint's gas price
 * @param options.gasPriceExtra wei on top, so that even a price of zero can be outbid
 */
export async function signMpcTransaction(options: {
  rpc: RpcRequester
  signer: OwnSigner
  signType: SignType
  chainId: number
  to: Address
  data: Hex
  gas: bigint
  gasPriceFactor?: bigint
  gasPriceExtra?: bigint
}): Promise<SignedTransaction> {
  const {rpc, signer, signType, chainId, to, data, gas} = options
  const {gasPriceFactor = 100n, gasPriceExtra = 0n} = options
  const [nonce, gasPrice] = await Promise.all([
    // `latest`, because a transaction that waits in a pool must be replaced, not followed.
    readQuantity(rpc, 'eth_getTransactionCount', [signer.address, 'latest']),
    readQuantity(rpc, 'eth_gasPrice'),
  ])
  const {signedTx: raw} = await signer.signOwn(signType, {
    type: 'legacy',
    chainId,
    nonce: Number(nonce),
    gas,
    gasPrice: (gasPrice * gasPriceFactor) / 100n + gasPriceExtra,
    to,
    data,
    value: 0n,
  })
  return {raw, hash: keccak256(raw), nonce}
}

function compressedKey(publicKey: Hex): Buffer {
  const bytes = Buffer.from(hexToBytes(publicKey))
  const even = bytes[64]! % 2 === 0
  return Buffer.concat([Buffer.from([even ? 2 : 3]), bytes.subarray(1, 33)])
}

/** A UUID that is always the same for the same text. */
export function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  const variant = ((parseInt(hex[16]!, 16) & 3) | 8).toString(16)
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-')
}

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/** libp2p id of a secp256k1 key: identity multihash of its protobuf form, in base58. */
function peerId(compressed: Buffer): string {
  const protobuf = Buffer.concat([Buffer.from([0x08, 0x02, 0x12, compressed.length]), compressed])
  const multihash = Buffer.concat([Buffer.from([0x00, protobuf.length]), protobuf])
  let value = BigInt(`0x${multihash.toString('hex')}`)
  let text = ''
  for (; value > 0n; value /= 58n) text = BASE58[Number(value % 58n)] + text
  // The first byte of the multihash is zero, which base58 writes as one leading '1'.
  return `1${text}`
}
