import {isRecord} from '../../lib/json.ts'
import {parseJson} from '../../lib/parse-json.ts'
import type {KeystoreV3} from './keystore-shape.ts'

/** Result of reading a text as a key file. */
export type ReadKeystore =
  | {kind: 'keystore'; keystore: KeystoreV3}
  /**
   * Something is missing or was changed. The reason completes a sentence that starts with the file.
   */
  | {kind: 'damaged'; reason: string}
  /** It seems intact but uses an unsupported parameter, which the reason contains. */
  | {kind: 'unsupported'; reason: string}

/** Memory of scrypt, 128 * n * r: what some wallets use (n = 2^20, r = 8). */
const MOST_SCRYPT_BYTES = 2 ** 30
/** Its time, n * r * p: about twenty seconds. */
const MOST_SCRYPT_WORK = 2 ** 26
/** Rounds of pbkdf2: a few seconds. */
const MOST_ROUNDS = 10_000_000
const MOST_KEY_BYTES = 1024

type Fault = Exclude<ReadKeystore, {kind: 'keystore'}>
const damaged = (reason: string): Fault => ({kind: 'damaged', reason})
const unsupported = (reason: string): Fault => ({kind: 'unsupported', reason})

/**
 * Reads a Web3 Secret Storage file, of ours or of another wallet. Limits the time and memory that a
 * foreign file can consume.
 */
export function readKeystore(text: string): ReadKeystore {
  if (text.trim() === '') return damaged('is empty')
  let value: unknown
  try {
    value = parseJson(text)
  } catch {
    return damaged('is truncated or is not JSON')
  }
  const crypto = cryptoOf(value)
  if (!isRecord(value) || !crypto) return damaged('is not a Web3 Secret Storage file')
  const fault = faultOfFrame(value) ?? faultOfDerivation(crypto) ?? faultOfCipher(crypto)
  if (fault) return fault
  return {kind: 'keystore', keystore: {...value, version: 3, crypto} as unknown as KeystoreV3}
}

/** ethers writes `Crypto`, everyone else `crypto`. */
function cryptoOf(value: unknown): Record<string, unknown> | undefined {
  const crypto = isRecord(value) ? (value['crypto'] ?? value['Crypto']) : undefined
  return isRecord(crypto) ? crypto : undefined
}

/** Some wallets write the version as text. */
function faultOfFrame({version, kind}: Record<string, unknown>): Fault | undefined {
  if (version === undefined) return damaged('has no version')
  if (version !== 3 && version !== '3')
    return unsupported(`has version ${shown(version)}, but only version 3 is supported`)
  if (kind !== undefined && kind !== 'node-identity')
    return damaged(`has kind ${shown(kind)}, which is unknown here`)
  return undefined
}

function faultOfDerivation({kdf, kdfparams}: Record<string, unknown>): Fault | undefined {
  if (kdf === undefined || !isRecord(kdfparams)) return damaged('has no key derivation function')
  if (kdf !== 'scrypt' && kdf !== 'pbkdf2')
    return unsupported(`has kdf ${shown(kdf)}, but only scrypt and pbkdf2 are supported`)
  const {dklen, salt} = kdfparams
  if (!isHex(salt)) return damaged('has no kdfparams.salt in hex')
  if (!isCount(dklen)) return damaged('has no kdfparams.dklen')
  if (dklen < 32 || dklen > MOST_KEY_BYTES)
    return unsupported(`has dklen ${dklen}, and 32 to ${MOST_KEY_BYTES} are read`)
  return kdf === 'scrypt' ? faultOfScrypt(kdfparams) : faultOfPbkdf2(kdfparams)
}

function faultOfScrypt({n, r, p}: Record<string, unknown>): Fault | undefined {
  if (!isCount(n) || !isCount(r) || !isCount(p)) return damaged('has no whole n, r and p above 0')
  if (n < 2 || !Number.isInteger(Math.log2(n)))
    return damaged(`has n ${n}, which is not a power of 2`)
  if (128 * n * r > MOST_SCRYPT_BYTES)
    return unsupported(
      `has n ${n} and r ${r}, which take ${memoryText(128 * n * r)}, but at most 1 GiB is accepted`,
    )
  if (n * r * p > MOST_SCRYPT_WORK)
    return unsupported(
      `has n ${n}, r ${r} and p ${p}, but their product may be at most ${MOST_SCRYPT_WORK}`,
    )
  return undefined
}

function faultOfPbkdf2({c, prf}: Record<string, unknown>): Fault | undefined {
  if (!isCount(c)) return damaged('has no whole number c of rounds')
  if (c > MOST_ROUNDS)
    return unsupported(`has c ${c}, but at most ${MOST_ROUNDS} rounds are accepted`)
  if (prf === 'hmac-sha256') return undefined
  return unsupported(`has prf ${shown(prf)}, but only hmac-sha256 is supported`)
}

function faultOfCipher(crypto: Record<string, unknown>): Fault | undefined {
  const {cipher, cipherparams, ciphertext, mac} = crypto
  if (cipher === undefined) return damaged('has no cipher')
  if (cipher !== 'aes-128-ctr')
    return unsupported(`has cipher ${shown(cipher)}, but only aes-128-ctr is supported`)
  // Any other length means that part of the file is missing.
  if (!is32Bytes(ciphertext)) return damaged('does not contain the 32 encrypted bytes of a key')
  if (!is32Bytes(mac)) return damaged('does not contain the 32 bytes of its checksum')
  const iv = isRecord(cipherparams) ? cipherparams['iv'] : undefined
  if (!isHex(iv) || iv.length !== IV_DIGITS) return damaged('has no cipherparams.iv of 16 bytes')
  return undefined
}

const IV_DIGITS = 32

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) > 0
}

function is32Bytes(value: unknown): boolean {
  return isHex(value) && value.length === 64
}

function isHex(value: unknown): value is string {
  return typeof value === 'string' && /^(?:[0-9a-f]{2})+$/i.test(value)
}

/** A parameter name; nothing long, which might be a misplaced secret. */
function shown(value: unknown): string {
  const text = String(value)
  return /^[\w.-]{1,24}$/.test(text) ? text : 'something unknown'
}

function memoryText(bytes: number): string {
  const mebibytes = Math.ceil(bytes / 2 ** 20)
  return mebibytes < 2048 ? `${mebibytes} MiB` : `${Math.ceil(mebibytes / 1024)} GiB`
}
