import {randomBytes} from 'node:crypto'
import type {IncomingHttpHeaders} from 'node:http'

import {keccak256, type Address, type Hash, type Hex} from 'viem'

import {lowerCase} from '../../protocol/block.ts'
import {recoverSigner, signHash} from '../../protocol/secp256k1.ts'
import {PEER_CLOCK_SKEW_MS, PEER_NONCES} from '../limits.ts'

export interface SigningKey {
  address: Address
  privateKey: Hex
}

interface RequestParts {
  chainId: number
  method: string
  /** Path with query. */
  path: string
  body: Uint8Array
}

/** Headers that prove who sends a request; valid once, and only near the time it was made. */
export function signRequest(parts: RequestParts, key: SigningKey, nowMs: number) {
  const nonce = randomBytes(16).toString('hex')
  const digest = requestDigest(parts, nowMs, nonce)
  return {
    'x-metis-address': lowerCase(key.address),
    'x-metis-time': String(nowMs),
    'x-metis-nonce': nonce,
    'x-metis-signature': signHash(digest, key.privateKey),
  }
}

/** Verifies request signatures and remembers their nonces, so that none is accepted twice. */
export class RequestVerifier {
  readonly #chainId: number
  readonly #nonces = new Map<string, number>()

  constructor(chainId: number) {
    this.#chainId = chainId
  }

  /** @returns the sender, or undefined when the signature is missing, wrong, stale or used before */
  verify(
    request: {method: string; path: string; body: Uint8Array; headers: IncomingHttpHeaders},
    nowMs: number,
  ): Address | undefined {
    const address = headerOf(request.headers, 'x-metis-address')
    const nonce = headerOf(request.headers, 'x-metis-nonce')
    const time = Number(headerOf(request.headers, 'x-metis-time'))
    if (!/^[0-9a-f]{32}$/.test(nonce) || !Number.isSafeInteger(time)) return undefined
    if (Math.abs(nowMs - time) > PEER_CLOCK_SKEW_MS || this.#nonces.has(nonce)) return undefined
    const digest = requestDigest({...request, chainId: this.#chainId}, time, nonce)
    const signature = headerOf(request.headers, 'x-metis-signature') as Hex
    const signer = recoverSigner(digest, signature)
    if (signer === undefined || signer !== address) return undefined
    this.#remember(nonce, nowMs)
    return signer
  }

  #remember(nonce: string, nowMs: number): void {
    this.#nonces.set(nonce, nowMs)
    for (const [old, seenMs] of this.#nonces) {
      const isExpired = nowMs - seenMs > 2 * PEER_CLOCK_SKEW_MS
      if (!isExpired && this.#nonces.size <= PEER_NONCES) return
      this.#nonces.delete(old)
    }
  }
}

/** Binds an answer to its request, so that it cannot be replayed or moved to another question. */
export function responseDigest(chainId: number, requestNonce: string, body: string): Hash {
  return textDigest(['metis-seq peer answer v1', chainId, requestNonce, keccak256(toBytes(body))])
}

function requestDigest(parts: RequestParts, timeMs: number, nonce: string): Hash {
  const {chainId, method, path, body} = parts
  return textDigest([
    'metis-seq peer request v1',
    chainId,
    method,
    path,
    keccak256(body),
    timeMs,
    nonce,
  ])
}

function textDigest(fields: readonly (string | number)[]): Hash {
  return keccak256(toBytes(fields.join('\n')))
}

function toBytes(text: string): Uint8Array {
  return Buffer.from(text, 'utf8')
}

function headerOf(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name]
  return typeof value === 'string' ? value : ''
}
