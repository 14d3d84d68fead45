/** Addresses and keys in the form in which the chain below Themis prints them. */
import {bech32} from '@scure/base'
import type {Hex} from 'viem'
import {hexToBytes} from 'viem'

/**
 * Amino's prefix of a secp256k1 key, and its length: 65 bytes, since Themis does not compress it.
 */
const KEY_PREFIX = Uint8Array.of(0xeb, 0x5a, 0xe9, 0x87, 0x41)
/** The longest is a key: 115 letters and its prefix. */
const MAX_LETTERS = 200

/** Source: `sdk.ConsAddress` in cosmos-sdk v0.37 `types/address.go`. */
export function consensusAddress(signer: Hex): string {
  return encode('cosmosvalcons', hexToBytes(signer))
}

/** Source: `sdk.Bech32ifyConsPub` there. */
export function consensusKey(pubKey: Hex): string {
  return encode('cosmosvalconspub', Uint8Array.from([...KEY_PREFIX, ...hexToBytes(pubKey)]))
}

function encode(prefix: string, bytes: Uint8Array): string {
  return bech32.encode(prefix, bech32.toWords(bytes), MAX_LETTERS)
}
