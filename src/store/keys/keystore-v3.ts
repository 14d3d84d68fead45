import {
  createCipheriv,
  createDecipheriv,
  pbkdf2,
  randomBytes,
  randomUUID,
  scrypt,
  timingSafeEqual,
} from 'node:crypto'
import {promisify} from 'node:util'

import {keccak256} from 'viem'

import {isRecord} from '../../lib/json.ts'

/** How a password becomes the key of the cipher, with its cost. */
export type KeyDerivation =
  | {kdf: 'scrypt'; kdfparams: {dklen: 32; n: number; r: number; p: number; salt: string}}
  /** Of older wallets; read, never written. `c` counts rounds. */
  | {kdf: 'pbkdf2'; kdfparams: {dklen: 32; c: number; prf: 'hmac-sha256'; salt: string}}

/**
 * Web3 Secret Storage, version 3: a private key encrypted with AES-128-CTR under a derived key, with a
 * keccak MAC that tells a wrong password from a damaged file.
 */
export interface KeystoreV3<Derivation extends KeyDerivation = KeyDerivation> {
  version: 3
  id: string
  address: string
  /** Ours alone, and absent for an account. `address` is then the node id. */
  kind?: 'node-identity'
  crypto: Derivation & {
    cipher: 'aes-128-ctr'
    cipherparams: {iv: string}
    ciphertext: string
    mac: string
  }
}

/** What we write. */
export type ScryptKeystore = KeystoreV3<Extract<KeyDerivation, {kdf: 'scrypt'}>>

/** N = 2^18, r = 8: half a second and 256 MiB per guess. */
export const STRONG_SCRYPT_N = 2 ** 18
/** For keys of a local network, which guard nothing: 16 ms. */
export const LOCAL_SCRYPT_N = 2 ** 13

const IV_DIGITS = 32

const scryptAsync = promisify<
  Buffer,
  Buffer,
  number,
  {N: number; r: number; p: number; maxmem: number},
  Buffer
>(scrypt)

const pbkdf2Async = promisify(pbkdf2)

/**
 * Encrypts a 32-byte private key.
 *
 * @param address lower-case hex without 0x, as the format wants it
 */
export async function encryptKeystore(
  privateKey: Uint8Array,
  address: string,
  password: string,
  scryptN = STRONG_SCRYPT_N,
): Promise<ScryptKeystore> {
  const salt = randomBytes(32)
  const iv = randomBytes(16)
  const kdfparams = {dklen: 32, n: scryptN, r: 8, p: 1, salt: salt.toString('hex')} as const
  const derived = await deriveKey(password, {kdf: 'scrypt', kdfparams})
  const cipher = createCipheriv('aes-128-ctr', derived.subarray(0, 16), iv)
  const ciphertext = Buffer.concat([cipher.update(privateKey), cipher.final()])
  return {
    version: 3,
    id: randomUUID(),
    address,
    crypto: {
      cipher: 'aes-128-ctr',
      cipherparams: {iv: iv.toString('hex')},
      ciphertext: ciphertext.toString('hex'),
      kdf: 'scrypt',
      kdfparams,
      mac: macOf(derived, ciphertext),
    },
  }
}

/** @returns the private key, or undefined when the password is wrong */
export async function decryptKeystore(
  keystore: KeystoreV3,
  password: string,
): Promise<Buffer | undefined> {
  const {ciphertext, cipherparams, mac} = keystore.crypto
  const encrypted = Buffer.from(ciphertext, 'hex')
  const derived = await deriveKey(password, keystore.crypto)
  const expected = Buffer.from(mac, 'hex')
  const actual = Buffer.from(macOf(derived, encrypted), 'hex')
  if (expected.length !== actual.length || !timingSafeEqual(expected, actual)) return undefined
  const decipher = createDecipheriv(
    'aes-128-ctr',
    derived.subarray(0, 16),
    Buffer.from(cipherparams.iv, 'hex'),
  )
  return Buffer.concat([decipher.update(encrypted), decipher.final()])
}

/** @returns the keystore, or undefined when the text is not a V3 keystore of ours or of another wallet */
export function parseKeystore(text: string): KeystoreV3 | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  const crypto = cryptoOf(value)
  if (!isRecord(value) || value['version'] !== 3 || !crypto) return undefined
  if (value['kind'] !== undefined && value['kind'] !== 'node-identity') return undefined
  const {cipher, cipherparams, ciphertext, mac} = crypto
  if (cipher !== 'aes-128-ctr' || !isDerivation(crypto)) return undefined
  // Of any other length, a part of the file is missing.
  if (!is32Bytes(ciphertext) || !is32Bytes(mac)) return undefined
  if (!isRecord(cipherparams)) return undefined
  const {iv} = cipherparams
  if (!isHex(iv) || iv.length !== IV_DIGITS) return undefined
  return {...value, crypto} as unknown as KeystoreV3
}

/** ethers writes `Crypto`, everyone else `crypto`. */
function cryptoOf(value: unknown): Record<string, unknown> | undefined {
  const crypto = isRecord(value) ? (value['crypto'] ?? value['Crypto']) : undefined
  return isRecord(crypto) ? crypto : undefined
}

/** Why {@link parseKeystore} refuses a text, as the end of a sentence that begins with the file. */
export function whyNoKeystore(text: string): string {
  if (text.trim() === '') return 'is empty'
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return 'is cut short or is not JSON'
  }
  const crypto = cryptoOf(value)
  if (crypto) {
    const {ciphertext, mac} = crypto
    if (!is32Bytes(ciphertext)) return 'does not hold the 32 encrypted bytes of a key'
    if (!is32Bytes(mac)) return 'does not hold the 32 bytes of its checksum'
  }
  return 'is not a Web3 Secret Storage file of version 3 with scrypt or pbkdf2'
}

function isDerivation({kdf, kdfparams}: Record<string, unknown>): boolean {
  if (!isRecord(kdfparams)) return false
  const {dklen, salt, n, r, p, c, prf} = kdfparams
  if (dklen !== 32 || !isHex(salt)) return false
  if (kdf === 'pbkdf2') return prf === 'hmac-sha256' && isRounds(c)
  return kdf === 'scrypt' && isScryptCost(n, r, p)
}

/** Bounds the time a foreign file can make us spend: ten million rounds take some seconds. */
function isRounds(c: unknown): boolean {
  return Number.isInteger(c) && Number(c) >= 1 && Number(c) <= 10_000_000
}

/** Bounds the memory a foreign file can make us use: 128 * N * r <= 512 MiB. */
function isScryptCost(n: unknown, r: unknown, p: unknown): boolean {
  if (typeof n !== 'number' || !Number.isInteger(r) || !Number.isInteger(p)) return false
  const [blocks, lanes] = [r as number, p as number]
  if (!Number.isInteger(Math.log2(n)) || n < 2 || blocks < 1 || lanes < 1 || lanes > 16)
    return false
  return 128 * n * blocks <= 512 * 2 ** 20
}

function is32Bytes(value: unknown): boolean {
  return isHex(value) && value.length === 64
}

function isHex(value: unknown): value is string {
  return typeof value === 'string' && /^(?:[0-9a-f]{2})+$/i.test(value)
}

async function deriveKey(password: string, {kdf, kdfparams}: KeyDerivation): Promise<Buffer> {
  const secret = Buffer.from(password, 'utf8')
  const salt = Buffer.from(kdfparams.salt, 'hex')
  if (kdf === 'pbkdf2') return pbkdf2Async(secret, salt, kdfparams.c, 32, 'sha256')
  const {n, r, p} = kdfparams
  // OpenSSL holds to RFC 7914, N < 2^(128 * r / 8); some wallets wrote files with r = 1 that break it.
  if (n >= 2 ** (16 * r)) return deriveByHand(secret, salt, {n, r, p})
  return scryptAsync(secret, salt, 32, {N: n, r, p, maxmem: 130 * n * r + 2 ** 20})
}

/** The same function in WebAssembly, which knows no such limit and takes twice as long. */
async function deriveByHand(
  password: Buffer,
  salt: Buffer,
  {n, r, p}: {n: number; r: number; p: number},
): Promise<Buffer> {
  const {scrypt: derive} = await import('hash-wasm')
  const cost = {costFactor: n, blockSize: r, parallelism: p, hashLength: 32}
  return Buffer.from(await derive({password, salt, ...cost, outputType: 'binary'}))
}

function macOf(derived: Buffer, ciphertext: Buffer): string {
  return keccak256(Buffer.concat([derived.subarray(16, 32), ciphertext])).slice(2)
}
