import type {Address, Hex} from 'viem'
import {privateKeyToAccount} from 'viem/accounts'

import {MetisSeqError} from '../../lib/errors.ts'
import {nodeIdentityOf} from '../../protocol/node-key.ts'
import type {AccountKey, KeyRecord, NodeIdentity} from '../../store/config.ts'

export type KeyKind = KeyRecord['kind']

/** The public part of a key, which identifies it. */
export type PublicHalf =
  | Pick<AccountKey, 'kind' | 'address' | 'publicKey'>
  | Pick<NodeIdentity, 'kind' | 'nodeId' | 'publicKey'>

/**
 * The public half of a secret. Both kinds are 32 bytes, so only the kind determines their meaning.
 *
 * @param hex 64 hex digits
 * @throws {MetisSeqError} KEY_INVALID
 */
export function publicHalfOf(kind: KeyKind, hex: string): PublicHalf {
  if (kind === 'node-identity') return {kind, ...nodeIdentityOf(hex)}
  return accountHalfOf(hex)
}

/** @throws {MetisSeqError} KEY_INVALID */
export function accountHalfOf(hex: string): Pick<AccountKey, 'kind' | 'address' | 'publicKey'> {
  const {address, publicKey} = accountOf(hex)
  return {kind: 'account', address, publicKey: `0x${publicKey.slice(4)}`}
}

/** @throws {MetisSeqError} KEY_INVALID when the number is not a scalar of the curve */
export function accountOf(hex: string): {address: Address; publicKey: Hex} {
  try {
    return privateKeyToAccount(`0x${hex}`)
  } catch {
    throw new MetisSeqError({
      code: 'KEY_INVALID',
      message: 'The input is not a valid secp256k1 private key.',
    })
  }
}

/**
 * 40 lower-case hex digits: the address without 0x, or the node id. It is the plain-text address
 * field of an encrypted file. Other wallets read that field as an address, so they reject the file
 * of a node identity instead of importing it as an account.
 */
export function idOf(half: PublicHalf): string {
  return half.kind === 'account' ? half.address.slice(2).toLowerCase() : half.nodeId
}

/** Description of a key within a sentence, besides its name. */
export function calledOf(half: PublicHalf): string {
  return half.kind === 'account' ? half.address : `node id ${half.nodeId}`
}

/** The same for facts. */
export function factsOf(half: PublicHalf): Record<string, string> {
  return half.kind === 'account' ? {address: half.address} : {nodeId: half.nodeId}
}
