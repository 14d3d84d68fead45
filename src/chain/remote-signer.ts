import {
  isAddressEqual,
  isHex,
  keccak256,
  numberToHex,
  parseTransaction,
  recoverTransactionAddress,
  serializeTransaction,
  toHex,
  type Address,
  type Hash,
  type Hex,
  type Signature,
  type TransactionSerializable,
} from 'viem'

import {cleanText} from '../lib/clean-text.ts'
import {MetisSeqError} from '../lib/errors.ts'
import {
  createRpcClient,
  openHttp,
  RpcResponseError,
  RpcTransportError,
  type RpcClientOptions,
} from '../lib/json-rpc.ts'
import {isRecord} from '../lib/json.ts'
import {redactUrl} from '../lib/redact.ts'
import {isSignedBy, type BlockSigner} from '../protocol/block-signer.ts'
import {recoverSigner} from '../protocol/secp256k1.ts'
import {toSerializable, type TransactionSigner, type UnsignedTransaction} from './signer.ts'

/**
 * Protocols of remote signers.
 *
 * - `eth_signTransaction`: JSON-RPC of Web3Signer's `eth1` mode, of clef, of development nodes.
 * - `web3signer`: REST of Web3Signer's `eth1` mode, `/api/v1/eth1/sign/{public key}`.
 */
export const remoteApis = ['eth_signTransaction', 'web3signer'] as const

export type RemoteApi = (typeof remoteApis)[number]

/** Half the order of secp256k1. Source: EIP-2. */
const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n

export interface RemoteSignerOptions {
  /** Name of the signer, for errors. */
  name: string
  url: string
  api: RemoteApi
  address: Address
  /** 64 bytes, without the 04 prefix. The REST API identifies a key by it. */
  publicKey: Hex | null
  http: RpcClientOptions
}

/**
 * Signs with a key on another machine. The result is compared with the request, so a signer that
 * changes a transaction or uses another key is rejected.
 *
 * - Source: Consensys Web3Signer, `eth1`: JSON-RPC `eth_signTransaction`, REST `eth1/sign`.
 *
 * @throws {MetisSeqError} on use: SIGNER_UNREACHABLE, SIGNER_REFUSED, SIGNER_WRONG_ANSWER (exit
 * `signer`); nothing was sent to a chain
 */
export function createRemoteSigner(options: RemoteSignerOptions): TransactionSigner {
  const ask = options.api === 'web3signer' ? askRest : askRpc
  return {
    address: options.address,
    async sign(transaction) {
      const wanted = toSerializable(transaction)
      const signature = await ask(options, transaction, wanted)
      // Nodes accept only the lower of the two valid values of s.
      if (BigInt(signature.s) > HALF_ORDER)
        throw wrongAnswer(options, 'no node accepts its signature (high s)')
      const raw = serializeTransaction(wanted, signature)
      const signed = await recoverTransactionAddress({
        serializedTransaction: raw as Parameters<
          typeof recoverTransactionAddress
        >[0]['serializedTransaction'],
      }).catch(() => undefined)
      if (!signed || !isAddressEqual(signed, options.address)) throw otherKey(options, signed)
      return {raw, hash: keccak256(raw) as Hash}
    },
  }
}

/**
 * The same for blocks. This requires a signer for arbitrary data: `eth_signTransaction` only signs
 * transactions.
 *
 * @throws {MetisSeqError} SIGNER_WRONG_ANSWER: its kind cannot sign blocks. On use those of
 * `createRemoteSigner`
 */
export function createRemoteBlockSigner(options: RemoteSignerOptions): BlockSigner {
  if (options.api !== 'web3signer') throw wrongAnswer(options, 'its kind signs transactions only')
  return {
    address: options.address,
    async sign(message) {
      const data = typeof message === 'string' ? message : toHex(message)
      const {r, s, yParity} = await signData(options, data)
      const signature: Hex = `0x${r.slice(2)}${s.slice(2)}0${yParity}`
      if (isSignedBy(options, data, signature)) return signature
      throw otherKey(options, recoverSigner(keccak256(data), signature))
    },
  }
}

/** Accounts that a remote signer offers; public keys if it identifies keys by them. */
export async function listRemoteAccounts(
  options: Pick<RemoteSignerOptions, 'name' | 'url' | 'api' | 'http'>,
): Promise<Hex[]> {
  const found =
    options.api === 'web3signer'
      ? await getPublicKeys(options)
      : await callRpc(options, 'eth_accounts', [])
  if (Array.isArray(found) && found.every((each) => isHex(each))) return found
  throw wrongAnswer(options, 'it did not list its accounts')
}

async function askRpc(
  options: RemoteSignerOptions,
  transaction: UnsignedTransaction,
  wanted: TransactionSerializable,
): Promise<Signature> {
  const answer = await callRpc(options, 'eth_signTransaction', [rpcRequest(options, transaction)])
  // Some return only the bytes, others the bytes and the transaction.
  const text = isRecord(answer) ? answer['raw'] : answer
  const raw = typeof text === 'string' ? text.toLowerCase() : undefined
  const signature = isHex(raw) ? signatureIn(raw) : undefined
  if (!signature) throw wrongAnswer(options, 'it did not respond with a signed transaction')
  if (serializeTransaction(wanted, signature) !== raw)
    throw wrongAnswer(options, 'it signed a different transaction than requested')
  return signature
}

function rpcRequest({address}: RemoteSignerOptions, transaction: UnsignedTransaction) {
  const {chainId, nonce, to, data, valueWei, gasLimit, fees} = transaction
  return {
    ...{from: address, to, data},
    value: numberToHex(valueWei),
    gas: numberToHex(gasLimit),
    nonce: numberToHex(nonce),
    chainId: numberToHex(chainId),
    ...(fees.type === 'legacy'
      ? {gasPrice: numberToHex(fees.gasPrice)}
      : {
          maxFeePerGas: numberToHex(fees.maxFeePerGas),
          maxPriorityFeePerGas: numberToHex(fees.maxPriorityFeePerGas),
        }),
  }
}

function signatureIn(raw: Hex): Signature | undefined {
  try {
    const {r, s, v, yParity} = parseTransaction(raw)
    if (r === undefined || s === undefined) return undefined
    // A legacy signature carries the chain id in v; only the parity counts.
    const parity = yParity ?? (v === undefined ? undefined : Number((v + 1n) % 2n))
    return parity === undefined ? undefined : toSignature(r, s, parity)
  } catch {
    return undefined
  }
}

/** Legacy transactions are serialized by `v`, others by the parity. */
function toSignature(r: Hex, s: Hex, yParity: number): Signature {
  return {r, s, yParity, v: BigInt(27 + yParity)}
}

function askRest(
  options: RemoteSignerOptions,
  _transaction: UnsignedTransaction,
  wanted: TransactionSerializable,
): Promise<Signature> {
  return signData(options, serializeTransaction(wanted))
}

/** The signer hashes the data itself. */
async function signData(options: RemoteSignerOptions, data: Hex): Promise<Signature> {
  const path = `/api/v1/eth1/sign/${options.publicKey ?? ''}`
  const connection = openHttp(endpoint(options, path), options.http)
  try {
    const text = await connection.post(JSON.stringify({data}))
    const match = /^\s*"?0x([0-9a-f]{64})([0-9a-f]{64})([0-9a-f]{2})"?\s*$/i.exec(text)
    if (!match) throw wrongAnswer(options, 'it did not respond with a signature')
    const parity = parities[Number.parseInt(match[3]!, 16)]
    if (parity === undefined) throw wrongAnswer(options, 'its signature has an unknown v')
    return toSignature(`0x${match[1]}`, `0x${match[2]}`, parity)
  } catch (error) {
    throw fromTransport(options, error)
  } finally {
    connection.close()
  }
}

/** The parity of y by v, as signers write it. */
const parities: Readonly<Record<number, 0 | 1>> = {0: 0, 1: 1, 27: 0, 28: 1}

async function getPublicKeys(
  options: Pick<RemoteSignerOptions, 'name' | 'url' | 'api' | 'http'>,
): Promise<unknown> {
  const connection = openHttp(endpoint(options, '/api/v1/eth1/publicKeys'), {
    ...options.http,
    method: 'GET',
  })
  try {
    return JSON.parse(await connection.post('')) as unknown
  } catch (error) {
    throw error instanceof SyntaxError
      ? wrongAnswer(options, 'it did not list its keys')
      : fromTransport(options, error)
  } finally {
    connection.close()
  }
}

async function callRpc(
  options: Pick<RemoteSignerOptions, 'name' | 'url' | 'http'>,
  method: string,
  params: readonly unknown[],
): Promise<unknown> {
  const rpc = createRpcClient(options.url, options.http)
  try {
    return await rpc.request(method, params)
  } catch (error) {
    throw fromTransport(options, error)
  } finally {
    rpc.close()
  }
}

/** A path below the address, which may have its own path. */
function endpoint({url}: {url: string}, path: string): string {
  return `${url.replace(/\/+$/, '')}${path}`
}

type Named = Pick<RemoteSignerOptions, 'name' | 'url'>

function factsOf({name, url}: Named): {signer: string; endpoint: string} {
  return {signer: name, endpoint: redactUrl(url)}
}

function fromTransport(options: Named, error: unknown): unknown {
  if (error instanceof RpcResponseError) {
    return new MetisSeqError({
      code: 'SIGNER_REFUSED',
      retryable: false,
      message: `The remote signer ${options.name} refused to sign: ${cleanText(error.message)}.`,
      facts: {...factsOf(options), rpcCode: `${error.code}`},
      hints: ['Check the account and the policy of the signer. Nothing was sent.'],
      cause: error,
    })
  }
  if (!(error instanceof RpcTransportError)) return error
  const {httpStatus} = error
  const isRefusal = httpStatus !== undefined && httpStatus >= 400 && httpStatus < 500
  return new MetisSeqError({
    code: isRefusal ? 'SIGNER_REFUSED' : 'SIGNER_UNREACHABLE',
    message: isRefusal
      ? `The remote signer ${options.name} refused to sign: HTTP status ${httpStatus}.`
      : `The remote signer ${options.name} does not respond. ${error.message}`,
    facts: {
      ...factsOf(options),
      reason: error.reason,
      ...(httpStatus === undefined ? {} : {httpStatus: `${httpStatus}`}),
    },
    hints: isRefusal
      ? [
          ...(httpStatus === 401 || httpStatus === 403
            ? ['Check the token file and the client certificate: `metis-seq signer list`.']
            : []),
          'Check its address and `--api`. Nothing was sent.',
        ]
      : [
          error.reason === 'untrusted'
            ? 'Add it again with the PEM of its certificate authority: `--ca-file FILE`. Nothing was sent.'
            : 'Start it, then run the same command again. Nothing was sent.',
          ...(error.reason === 'timeout'
            ? ['If a person must confirm at the signer, set a longer `--timeout`.']
            : []),
        ],
    retryable: !isRefusal,
    cause: error,
  })
}

function wrongAnswer(options: Named, what: string): MetisSeqError {
  return new MetisSeqError({
    code: 'SIGNER_WRONG_ANSWER',
    message: `The remote signer ${options.name} is not usable: ${what}.`,
    facts: factsOf(options),
    hints: [
      'Check the address, `--api` and the chain id of the signer with `metis-seq signer list`.',
    ],
  })
}

function otherKey(options: RemoteSignerOptions, signed: Address | undefined): MetisSeqError {
  return new MetisSeqError({
    code: 'WRONG_KEY',
    message: `The remote signer ${options.name} signed as ${signed ?? 'nobody'}, not as ${options.address}.`,
    facts: {...factsOf(options), needed: options.address, key: signed ?? 'unknown'},
    hints: ['Load the key of that address into the signer, or add the signer with its address.'],
  })
}
