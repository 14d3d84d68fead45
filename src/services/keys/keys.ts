import {randomBytes} from 'node:crypto'
import {existsSync} from 'node:fs'
import {resolve} from 'node:path'

import type {Hex} from 'viem'

import {createLocalSigner, type TransactionSigner} from '../../chain/signer.ts'
import {MetisSeqError, messageOf} from '../../lib/errors.ts'
import type {AccountKey, KeyBackend, KeyRecord, StoredKey} from '../../store/config.ts'
import type {Home} from '../../store/home.ts'
import {keyFileOf} from '../../store/keys/file-store.ts'
import {KEY_SERVICE, type KeyStore} from '../../store/keys/key-store.ts'
import {
  openKeytarStore,
  openSecretServiceStore,
  proveKeyring,
} from '../../store/keys/keyring-stores.ts'
import {
  aloneWithKeys,
  inBackend,
  keyLeftover,
  notKept,
  openStore,
  readKeyFile,
  type KeyAccess,
} from './key-access.ts'
import {
  accountHalfOf,
  calledOf,
  factsOf,
  idOf,
  publicHalfOf,
  type KeyKind,
  type PublicHalf,
} from './key-kinds.ts'
import {assertNewName} from './key-names.ts'
import {existingPassword, type PasswordSource} from './key-password.ts'
import {findAccount, saveRecord} from './key-records.ts'
import {otherSecret} from './other-wallets.ts'
import {openKeySource, type FoundKey, type KeySource} from './key-source.ts'

export interface NewKeyOptions {
  name: string
  backend: KeyBackend | 'auto'
  /** Stored with the key, so that an unattended node finds its password. */
  rememberPasswordFile: boolean
}

/**
 * Creates a new key. The secret is only written to the backend.
 *
 * @throws {MetisSeqError} KEY_EXISTS, KEY_LEFTOVER, KEY_NAME_INVALID, KEYRING_UNAVAILABLE, KEYS_BUSY and
 *   those of a new password
 */
export function createKey(options: NewKeyOptions, access: KeyAccess): Promise<AccountKey> {
  return keepAccount(randomBytes(32).toString('hex'), options, access)
}

/**
 * Stores an existing private key.
 *
 * @param secret 32 bytes as hex, with or without 0x
 * @throws {MetisSeqError} KEY_INVALID and those of {@link createKey}
 */
export async function importKey(
  secret: string,
  options: NewKeyOptions,
  access: KeyAccess,
): Promise<AccountKey> {
  return keepAccount(privateKeyIn(secret), options, access)
}

/** @throws {MetisSeqError} KEY_INVALID */
function privateKeyIn(secret: string): string {
  const hex = secret.trim().replace(/^0x/i, '').toLowerCase()
  const other = otherSecret(secret)
  if (other) {
    throw new MetisSeqError({
      code: 'KEY_INVALID',
      message: `The input ${other.what}.`,
      hints: other.hints,
    })
  }
  if (!/^[0-9a-f]{64}$/.test(hex)) {
    throw new MetisSeqError({
      code: 'KEY_INVALID',
      message: 'The input is not a private key: expected 32 bytes in hex.',
      hints: [
        'Give a file with 64 hex digits, Themis\u2019 priv_validator_key.json or its node_key.json.',
      ],
    })
  }
  return hex
}

/**
 * Stores a key of either kind from a file, a descriptor or a prompt.
 *
 * @param sourcePassword password of an encrypted source
 * @throws {MetisSeqError} those of {@link openKeySource} and {@link importKey}
 */
export async function importKeyFrom(
  source: Pick<KeySource, 'from' | 'text'>,
  sourcePassword: Pick<PasswordSource, 'file' | 'read' | 'ask'>,
  options: NewKeyOptions,
  access: KeyAccess,
): Promise<{key: KeyRecord; kind: FoundKey['kind']}> {
  // A taken name is reported before a password is typed in vain.
  assertNewName(options.name, access.config)
  const {secret, kind, holds} = await openKeySource({
    ...source,
    password: () =>
      existingPassword({...sourcePassword, subject: source.from, flag: '--backup-password-file'}),
  })
  const hex = holds === 'account' ? privateKeyIn(secret) : secret
  const key = await keepKey(publicHalfOf(holds, hex), hex, options, access)
  // Opening an encrypted file is equivalent to a test restore.
  if (kind !== 'keystore') return {key, kind}
  const restored = {...key, backupVerifiedAt: key.createdAt}
  saveRecord(restored, access.config)
  return {key: restored, kind}
}

/** The protection of a key file: its scrypt cost. Null for a keyring, and when the file is missing. */
export function scryptOf(
  {name, backend}: KeyRecord,
  home: Home,
): {n: number; r: number; p: number} | null {
  const file = backend === 'file' ? readKeyFile(home, name) : undefined
  if (file?.crypto.kdf !== 'scrypt') return null
  const {n, r, p} = file.crypto.kdfparams
  return {n, r, p}
}

function keepAccount(hex: string, options: NewKeyOptions, access: KeyAccess): Promise<AccountKey> {
  return keepKey(accountHalfOf(hex), hex, options, access)
}

async function keepKey<Half extends PublicHalf>(
  half: Half,
  hex: string,
  options: NewKeyOptions,
  access: KeyAccess,
): Promise<Half & StoredKey> {
  return aloneWithKeys(access.home, async () => {
    assertNewName(options.name, access.config)
    const backend = options.backend === 'auto' ? await chooseBackend() : options.backend
    const key = {...options, backend, kind: half.kind}
    await writeSecret(key, hex, access)
    const stored: StoredKey = {
      name: key.name,
      backend,
      createdAt: new Date().toISOString(),
      passwordFile: rememberedPasswordFile(key, access),
      backupVerifiedAt: null,
    }
    const record = {...stored, ...half}
    saveRecord(record, access.config)
    return record
  })
}

/** Stores a secret in an empty slot and reads it back. */
async function writeSecret(
  {name, kind, backend}: {name: string; kind: KeyKind; backend: KeyBackend},
  hex: string,
  access: KeyAccess,
): Promise<void> {
  const store = await openStore(backend, {name, kind}, access, 'write')
  if (backend !== 'file') await proveKeyring(backend, store)
  await inBackend({name, backend}, async () => {
    const taken =
      backend === 'file'
        ? existsSync(keyFileOf(access.home.keysDir, name))
        : (await store.getPassword(KEY_SERVICE, name)) !== null
    if (taken && !access.replacesLeftovers) throw keyLeftover(name, backend, access.home)
    await store.setPassword(KEY_SERVICE, name, hex)
    if ((await store.getPassword(KEY_SERVICE, name)) !== hex) throw notKept(name, backend)
  })
}

/** Password path to record with a key file; null if it must not be stored. */
export function rememberedPasswordFile(
  {backend, rememberPasswordFile}: {backend: KeyBackend; rememberPasswordFile: boolean},
  {passwordFile}: KeyAccess,
): string | null {
  if (!rememberPasswordFile || backend !== 'file' || passwordFile === undefined) return null
  // The node that reads it later starts in another directory.
  return resolve(passwordFile)
}

/**
 * Opens a key for signing transactions.
 *
 * @throws {MetisSeqError} KEY_UNKNOWN, KEY_IS_IDENTITY and those of {@link readSecret}
 */
export async function openSigner(name: string, access: KeyAccess): Promise<TransactionSigner> {
  return createLocalSigner(await readPrivateKey(name, access))
}

/** The private key itself, for a process that signs on its own (the node). Never print or store it. */
export async function readPrivateKey(name: string, access: KeyAccess): Promise<Hex> {
  return readSecret(findAccount(access.config, name), access)
}

/**
 * The secret of a key of any kind: 32 bytes, a private key or the seed of one.
 *
 * @throws {MetisSeqError} KEY_MISSING, KEY_MISMATCH, WRONG_PASSWORD, PASSWORD_NEEDED, KEYRING_UNAVAILABLE, KEYRING_LOCKED
 */
export async function readSecret(record: KeyRecord, access: KeyAccess): Promise<Hex> {
  const store = await openStore(record.backend, record, access, 'open')
  const secret = await inBackend(record, () => store.getPassword(KEY_SERVICE, record.name))
  if (secret === null) throw keyMissing(record)
  if (idOf(publicHalfOf(record.kind, secret)) !== idOf(record)) throw keyMismatch(record)
  return `0x${secret}`
}

export interface BackendReport {
  backend: KeyBackend
  usable: boolean
  reason: string | null
}

/** Which backends work on this machine now, best first. */
export async function probeBackends(): Promise<BackendReport[]> {
  const probes: [KeyBackend, () => Promise<KeyStore>][] = [
    ['keytar', openKeytarStore],
    ['secret-service', openSecretServiceStore],
  ]
  const reports: BackendReport[] = []
  for (const [backend, open] of probes) {
    try {
      await proveKeyring(backend, await open())
      reports.push({backend, usable: true, reason: null})
    } catch (error) {
      reports.push({backend, usable: false, reason: messageOf(error)})
    }
  }
  return [...reports, {backend: 'file', usable: true, reason: null}]
}

async function chooseBackend(): Promise<KeyBackend> {
  const reports = await probeBackends()
  return reports.find(({usable}) => usable)?.backend ?? 'file'
}

function keyMissing(key: KeyRecord): MetisSeqError {
  const {name, backend} = key
  return new MetisSeqError({
    code: 'KEY_MISSING',
    message: `The backend ${backend} no longer holds key ${name}.`,
    facts: {key: name, backend, ...factsOf(key)},
    hints: [
      `Remove the entry with \`metis-seq key delete ${name}\`, then import it again from a backup with \`metis-seq key import ${name} --from-file FILE\`.`,
    ],
  })
}

export type {KeyAccess} from './key-access.ts'
/** Not all damage is detected: the checksum of an encrypted file does not cover the IV of its cipher. */
function keyMismatch(key: KeyRecord): MetisSeqError {
  const {name, backend} = key
  return new MetisSeqError({
    code: 'KEY_MISMATCH',
    message: `The entry ${name} in the backend ${backend} does not match the key of ${calledOf(key)}; it was damaged or replaced.`,
    facts: {key: name, backend, ...factsOf(key)},
    hints: [
      `Import the key from a backup under another name: \`metis-seq key import NAME --from-file FILE\`.`,
      `Run \`metis-seq key show ${name}\` to see when a backup was last tested.`,
    ],
  })
}

export {findAccount, findKey, listKeys} from './key-records.ts'
export type {AccountKey, KeyRecord} from '../../store/config.ts'
