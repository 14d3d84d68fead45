import {isHex, keccak256, type Address, type Hex, getAddress} from 'viem'

import {MetisSeqError} from '../lib/errors.ts'

const RAW_BYTES = 64

/**
 * A signer's public key as LockingPool expects it: 64 bytes, without the 04 prefix.
 *
 * The prefix is only removed from 65 bytes: a 64-byte key may itself start with 04.
 *
 * @throws {MetisSeqError} PUBKEY_INVALID
 */
export function parsePublicKey(text: string): Hex {
  const hex = (text.startsWith('0x') ? text : `0x${text}`).toLowerCase() as Hex
  const bytes = (hex.length - 2) / 2
  if (isHex(hex) && bytes === RAW_BYTES) return hex
  if (isHex(hex) && bytes === RAW_BYTES + 1 && hex.startsWith('0x04')) return `0x${hex.slice(4)}`
  throw new MetisSeqError({
    code: 'PUBKEY_INVALID',
    message: `The public key must be 64 bytes, or 65 bytes starting with 04; got ${Number.isInteger(bytes) && isHex(hex) ? `${bytes} bytes` : 'not hex'}.`,
    exit: 'usage',
    hints: ['Run `metis-seq key export-public NAME` for a key of this machine.'],
  })
}

/**
 * Address of a 64-byte public key.
 *
 * Source: `LockingPool`, last 20 bytes of keccak256 of the key.
 */
export function addressOfPublicKey(publicKey: Hex): Address {
  return getAddress(`0x${keccak256(publicKey).slice(-40)}`)
}

/** One public key in its three encodings. */
export interface PublicKeySpellings {
  /** 64 bytes, as LockingPool, the registry and `--signer-pubkey` expect it. */
  raw: Hex
  /** 65 bytes with the 04 prefix, as Themis prints it and the hardhat task `l1:lock` expects it. */
  uncompressed: Hex
  /** 33 bytes: 02 or 03 by the parity of y, then x. */
  compressed: Hex
}

/** Programs that expect each encoding. */
const usesOfSpelling: Record<keyof PublicKeySpellings, {bytes: number; use: string}> = {
  raw: {bytes: 64, use: 'LockingPool, the registry, --signer-pubkey'},
  uncompressed: {bytes: 65, use: 'Themis, the hardhat task l1:lock'},
  compressed: {bytes: 33, use: 'wallets and libraries'},
}

export type Spelling = keyof PublicKeySpellings

export const spellings = [
  'raw',
  'uncompressed',
  'compressed',
] as const satisfies readonly Spelling[]

export interface SpelledKey {
  spelling: Spelling
  bytes: number
  /** Programs that expect this encoding. */
  use: string
  publicKey: Hex
}

/** The three encodings with their uses, the one of LockingPool first. */
export function describeSpellings(publicKey: Hex): SpelledKey[] {
  const spelled = spellPublicKey(publicKey)
  return spellings.map((spelling) => ({
    spelling,
    ...usesOfSpelling[spelling],
    publicKey: spelled[spelling],
  }))
}

/** @param publicKey 64 bytes, x and y */
export function spellPublicKey(publicKey: Hex): PublicKeySpellings {
  const [x, y] = [publicKey.slice(2, 66), publicKey.slice(66)]
  const isOdd = parseInt(y.slice(-1), 16) % 2 === 1
  return {
    raw: publicKey,
    uncompressed: `0x04${publicKey.slice(2)}`,
    compressed: `0x${isOdd ? '03' : '02'}${x}`,
  }
}
