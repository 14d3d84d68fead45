import type {Address, Hex} from 'viem'

import {MetisSeqError} from '../lib/errors.ts'
import {addressOfPublicKey, parsePublicKey} from '../protocol/public-key.ts'
import {requireProfile, type Context} from '../services/context.ts'
import {findAccount} from '../services/keys/keys.ts'
import {findSigner} from '../services/signers/signers.ts'

/**
 * The signer's public key: the given one, or that of the profile's signer key.
 *
 * @throws {MetisSeqError} PUBKEY_INVALID, SIGNER_UNKNOWN
 */
export function resolveSignerKey(
  context: Context,
  given: string | undefined,
): {signer: Address; publicKey: Hex} {
  if (given !== undefined) {
    const publicKey = parsePublicKey(given)
    return {signer: addressOfPublicKey(publicKey), publicKey}
  }
  const {name, profile} = requireProfile(context)
  if (profile.keys.signer) {
    const signer = findSigner(context.config, profile.keys.signer)
    if ('publicKey' in signer) return {signer: signer.address, publicKey: signer.publicKey}
  }
  throw new MetisSeqError({
    code: 'SIGNER_UNKNOWN',
    message: `Profile ${name} has no signer with a known public key.`,
    exit: 'config',
    facts: {profile: name},
    hints: [
      'Pass `--signer-pubkey KEY` with the public key of the signer.',
      `Run \`metis-seq key create NAME\`, then \`metis-seq init --profile ${name} --replace --signer NAME\`.`,
    ],
  })
}

/**
 * The public key of the new signer: of a local key, or the given one.
 *
 * @throws {MetisSeqError} PUBKEY_INVALID, KEY_UNKNOWN, KEY_IS_IDENTITY
 */
export function resolveNewSigner(
  context: Context,
  given: {signer?: string | undefined; 'signer-pubkey'?: string | undefined},
): Hex {
  if (given.signer !== undefined) {
    const signer = findSigner(context.config, given.signer)
    // A watch-only address has no public key; the error refers to a key.
    return 'publicKey' in signer
      ? signer.publicKey
      : findAccount(context.config, given.signer).publicKey
  }
  return parsePublicKey(given['signer-pubkey'] ?? '')
}
