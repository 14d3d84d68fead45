import {createHash, createPrivateKey, createPublicKey} from 'node:crypto'

import type {Hex} from 'viem'

/** The public part of a node's identity. */
export interface NodeIdentityHalf {
  /** 40 hex digits, lower case, as `persistent_peers` expects it. */
  nodeId: string
  /** 32 bytes, an Ed25519 point. */
  publicKey: Hex
}

/** PKCS #8 wrapper of an Ed25519 seed, RFC 8410: everything before the 32 bytes of the seed. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')
const PUBLIC_BYTES = 32
const ID_BYTES = 20

/**
 * Identity that belongs to an Ed25519 seed.
 *
 * Source: tendermint v0.32 `p2p/key.go` `PubKeyToID`, the first 20 bytes of the SHA-256 of the public key.
 *
 * @param seed 64 hex digits
 */
export function nodeIdentityOf(seed: string): NodeIdentityHalf {
  const der = Buffer.concat([PKCS8_PREFIX, Buffer.from(seed, 'hex')])
  const privateKey = createPrivateKey({key: der, format: 'der', type: 'pkcs8'})
  const spki = createPublicKey(privateKey).export({format: 'der', type: 'spki'})
  const publicKey = spki.subarray(-PUBLIC_BYTES)
  const digest = createHash('sha256').update(publicKey).digest()
  return {
    nodeId: digest.subarray(0, ID_BYTES).toString('hex'),
    publicKey: `0x${publicKey.toString('hex')}`,
  }
}
