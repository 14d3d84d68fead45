import type {Address, Hex} from 'viem'

import {isRecord} from '../lib/json.ts'

/**
 * The two key files of Themis. `config/node_key.json` has one value, base64 of 64 bytes: an Ed25519 seed
 * and its public key. `config/priv_validator_key.json` is amino JSON of a secp256k1 validator key.
 *
 * - `address`: 40 upper-case hex digits, the Ethereum address of the key.
 * - `pub_key.value`: base64 of 65 bytes starting with 04.
 * - `priv_key.value`: base64 of 32 bytes, in clear text.
 */
export interface ThemisKey {
  address: Address
  /** 64 bytes, without the 04 prefix. */
  publicKey: Hex
  privateKey: Hex
}

const PUBLIC_TYPE = 'tendermint/PubKeySecp256k1'
const PRIVATE_TYPE = 'tendermint/PrivKeySecp256k1'
const NODE_TYPE = 'tendermint/PrivKeyEd25519'

/** The file as Themis writes it: two spaces, no trailing newline. */
export function formatThemisKey({address, publicKey, privateKey}: ThemisKey): string {
  return JSON.stringify(
    {
      address: address.slice(2).toUpperCase(),
      pub_key: {type: PUBLIC_TYPE, value: base64Of(`0x04${publicKey.slice(2)}`)},
      priv_key: {type: PRIVATE_TYPE, value: base64Of(privateKey)},
    },
    null,
    2,
  )
}

export type ThemisFile =
  | {kind: 'validator-key'; address: string; publicKey: string; privateKey: string}
  /** `node_key.json`, the Ed25519 peer identity of a Themis node. It signs no blocks. */
  | {kind: 'node-key'; seed: string; publicKey: string}
  /** A Themis key file with a missing field or a wrong length. */
  | {kind: 'damaged'; reason: string}

/**
 * Reads the two key files of Themis. Does not check that the three values belong together.
 *
 * @returns hex without 0x, lower case; undefined when the value is not a Themis key file
 */
export function parseThemisFile(value: unknown): ThemisFile | undefined {
  if (!isRecord(value) || !isRecord(value['priv_key'])) return undefined
  const {priv_key: secret, pub_key: point, address} = value
  if (!('pub_key' in value) && !('address' in value) && secret['type'] === NODE_TYPE)
    return parseNodeKey(secret['value'])
  if (secret['type'] !== PRIVATE_TYPE)
    return {kind: 'damaged', reason: `its priv_key is not of type ${PRIVATE_TYPE}`}
  const privateKey = hexOf(secret['value'], 32)
  if (!privateKey) return {kind: 'damaged', reason: 'its priv_key is not 32 bytes in base64'}
  const publicKey = isRecord(point) ? hexOf(point['value'], 65) : undefined
  if (!publicKey?.startsWith('04'))
    return {kind: 'damaged', reason: 'its pub_key is not 65 bytes in base64 starting with 04'}
  if (typeof address !== 'string' || !/^[0-9a-f]{40}$/i.test(address))
    return {kind: 'damaged', reason: 'its address is not 40 hex digits'}
  return {
    kind: 'validator-key',
    address: address.toLowerCase(),
    publicKey: publicKey.slice(2),
    privateKey,
  }
}

/** The file as Themis writes it: one line without a newline. `seed` is 32 bytes. */
export function formatNodeKey({seed, publicKey}: {seed: Hex; publicKey: Hex}): string {
  const value = base64Of(`${seed}${publicKey.slice(2)}`)
  return JSON.stringify({priv_key: {type: NODE_TYPE, value}})
}

function parseNodeKey(value: unknown): ThemisFile {
  const both = hexOf(value, 64)
  if (!both) return {kind: 'damaged', reason: 'its priv_key is not 64 bytes in base64'}
  return {kind: 'node-key', seed: both.slice(0, 64), publicKey: both.slice(64)}
}

function base64Of(hex: Hex): string {
  return Buffer.from(hex.slice(2), 'hex').toString('base64')
}

function hexOf(value: unknown, bytes: number): string | undefined {
  if (typeof value !== 'string') return undefined
  const decoded = Buffer.from(value, 'base64')
  // The decoder skips invalid characters; only text that round-trips was valid base64.
  const whole = decoded.length === bytes && decoded.toString('base64') === value
  return whole ? decoded.toString('hex') : undefined
}
