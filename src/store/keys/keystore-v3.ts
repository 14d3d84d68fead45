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

import {slowWork} from '../../lib/slow-work.ts'
import type {KeyDerivation, KeystoreV3} from './keystore-shape.ts'

export type {KeyDerivation, KeystoreV3} from './keystore-shape.ts'

/** Key derivation from a password, with its cost. */
/** Parameters for writing. */
export type ScryptKeystore = KeystoreV3<Extract<KeyDerivation, {kdf: 'scrypt'}>>

export {readKeystore} from './read-keystore.ts'

/** N = 2^18, r = 8: half a second and 256 MiB per guess. */
export const STRONG_SCRYPT_N = 2 ** 18
/** For keys of a local network, which protect nothing of value: 16 ms. */
export const LOCAL_SCRYPT_N = 2 ** 13

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
 * @param address lower-case hex without 0x, as the format requires
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
  const derivation = {kdf: 'scrypt', kdfparams} as const
  const derived = await told('Encrypting', derivation, deriveKey(composed(password), derivation))
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

/**
 * Tries the password as given, then with accents composed (NFC) and decomposed (NFD): keyboards and
 * systems differ in this while the letters on screen look the same.
 *
 * @returns the private key, or undefined when the password is wrong
 */
export function decryptKeystore(
  keystore: KeystoreV3,
  password: string,
): Promise<Buffer | undefined> {
  return told('Decrypting', keystore.crypto, decryptWithAny(keystore, password))
}

async function decryptWithAny(keystore: KeystoreV3, password: string): Promise<Buffer | undefined> {
  const spellings = new Set([password, composed(password), password.normalize('NFD')])
  for (const spelling of spellings) {
    const secret = await decryptWith(keystore, spelling)
    if (secret) return secret
  }
  return undefined
}

async function decryptWith(keystore: KeystoreV3, password: string): Promise<Buffer | undefined> {
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

/** Canonical form of text that looks the same: NFC, as most keyboards produce it. */
function composed(password: string): string {
  return password.normalize('NFC')
}

/**
 * From this cost on, a message is shown: a quarter of a second on a good machine, seconds on a
 * small one.
 */
const SLOW_SCRYPT = 2 ** 20
const SLOW_ROUNDS = 1_000_000

function told<T>(doing: string, {kdf, kdfparams}: KeyDerivation, work: Promise<T>): Promise<T> {
  const isSlow =
    kdf === 'scrypt'
      ? kdfparams.n * kdfparams.r * kdfparams.p >= SLOW_SCRYPT
      : kdfparams.c >= SLOW_ROUNDS
  return isSlow ? slowWork(`${doing} the key, which is slow by design`, work) : work
}

/** Cipher and checksum take the first 32 bytes; a file that asks for more gets the same ones. */
const KEY_BYTES = 32

async function deriveKey(password: string, {kdf, kdfparams}: KeyDerivation): Promise<Buffer> {
  const secret = Buffer.from(password, 'utf8')
  const salt = Buffer.from(kdfparams.salt, 'hex')
  if (kdf === 'pbkdf2') return pbkdf2Async(secret, salt, kdfparams.c, KEY_BYTES, 'sha256')
  const {n, r, p} = kdfparams
  // OpenSSL enforces RFC 7914, N < 2^(128 * r / 8); some wallets wrote files with r = 1 that
  // violate it.
  if (n >= 2 ** (16 * r)) return deriveByHand(secret, salt, {n, r, p})
  return scryptAsync(secret, salt, KEY_BYTES, {N: n, r, p, maxmem: 130 * n * r + 2 ** 20})
}

/** The same function in WebAssembly, which has no such limit and takes twice as long. */
async function deriveByHand(
  password: Buffer,
  salt: Buffer,
  {n, r, p}: {n: number; r: number; p: number},
): Promise<Buffer> {
  const {scrypt: derive} = await import('hash-wasm')
  const cost = {costFactor: n, blockSize: r, parallelism: p, hashLength: KEY_BYTES}
  return Buffer.from(await derive({password, salt, ...cost, outputType: 'binary'}))
}

function macOf(derived: Buffer, ciphertext: Buffer): string {
  return keccak256(Buffer.concat([derived.subarray(16, 32), ciphertext])).slice(2)
}
