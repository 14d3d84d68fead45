import {randomBytes} from 'node:crypto'
import {readFileSync} from 'node:fs'

import type {Address, Hex} from 'viem'
import {privateKeyToAccount} from 'viem/accounts'

import {createLocalSigner, type TransactionSigner} from '../chain/signer.ts'
import {MetisSeqError, messageOf} from '../lib/errors.ts'
import type {ConfigStore, KeyBackend, KeyRecord} from '../store/config.ts'
import type {Home} from '../store/home.ts'
import {openFileStore} from '../store/keys/file-store.ts'
import {KEY_SERVICE, type KeyStore} from '../store/keys/key-store.ts'
import {
  openKeytarStore,
  openSecretServiceStore,
  proveKeyring,
} from '../store/keys/keyring-stores.ts'

export interface KeyAccess {
  home: Home
  config: ConfigStore
  /** Path given on the command line; wins over the one recorded with the key. */
  passwordFile?: string | undefined
  /** Asks a person. Undefined where nobody can be asked. */
  askPassword?: ((question: string) => Promise<string>) | undefined
  /** Cost of new key files; lower for keys of a local network. */
  scryptN?: number
}

export interface NewKeyOptions {
  name: string
  backend: KeyBackend | 'auto'
  /** Kept with the key, so that an unattended node finds its password. */
  rememberPasswordFile: boolean
}

const KEY_NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/i

/**
 * Makes a new key. The secret goes into the backend and nowhere else.
 *
 * @throws {MetisSeqError} KEY_EXISTS, KEY_NAME_INVALID, KEYRING_UNAVAILABLE, PASSWORD_NEEDED
 */
export function createKey(options: NewKeyOptions, access: KeyAccess): Promise<KeyRecord> {
  return keepKey(randomBytes(32).toString('hex'), options, access)
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
): Promise<KeyRecord> {
  const hex = secret.trim().replace(/^0x/i, '').toLowerCase()
  if (!/^[0-9a-f]{64}$/.test(hex)) {
    throw new MetisSeqError({
      code: 'KEY_INVALID',
      message: 'The input is not a private key: 32 bytes in hex are needed.',
      exit: 'usage',
      hints: ['Give a file with 64 hex digits, or Themis\u2019 priv_validator_key.json.'],
    })
  }
  return keepKey(hex, options, access)
}

async function keepKey(hex: string, options: NewKeyOptions, access: KeyAccess): Promise<KeyRecord> {
  const {name, rememberPasswordFile} = options
  assertNewName(name, access.config)
  const backend = options.backend === 'auto' ? await chooseBackend() : options.backend
  const account = accountOf(hex)
  const store = await openStore(backend, name, access)
  if (backend !== 'file') await proveKeyring(backend, store)
  await store.setPassword(KEY_SERVICE, name, hex)
  if ((await store.getPassword(KEY_SERVICE, name)) !== hex) throw notKept(name, backend)
  const record: KeyRecord = {
    name,
    address: account.address,
    publicKey: `0x${account.publicKey.slice(4)}`,
    backend,
    createdAt: new Date().toISOString(),
    passwordFile: rememberPasswordFile && backend === 'file' ? (access.passwordFile ?? null) : null,
  }
  access.config.update((config) => ({...config, keys: {...config.keys, [name]: record}}))
  return record
}

/** Every key with what is public of it, by name. */
export function listKeys(config: ConfigStore): KeyRecord[] {
  return Object.values(config.read().keys).toSorted((a, b) => a.name.localeCompare(b.name))
}

/** @throws {MetisSeqError} KEY_UNKNOWN */
export function findKey(config: ConfigStore, name: string): KeyRecord {
  const {keys} = config.read()
  const record = keys[name]
  if (record) return record
  throw new MetisSeqError({
    code: 'KEY_UNKNOWN',
    message: `There is no key called ${name}.`,
    exit: 'signer',
    facts: {key: name, known: Object.keys(keys).join(', ')},
    hints: ['Run `metis-seq key list`.', `Run \`metis-seq key create ${name}\` to make it.`],
  })
}

/**
 * Opens a key for signing transactions.
 *
 * @throws {MetisSeqError} KEY_UNKNOWN, KEY_MISSING, WRONG_PASSWORD, PASSWORD_NEEDED, KEYRING_UNAVAILABLE
 */
export async function openSigner(name: string, access: KeyAccess): Promise<TransactionSigner> {
  return createLocalSigner(await readPrivateKey(name, access))
}

/** The private key itself, for a process that signs by itself (the node). Never print or store it. */
export async function readPrivateKey(name: string, access: KeyAccess): Promise<Hex> {
  const record = findKey(access.config, name)
  const store = await openStore(record.backend, name, access)
  const secret = await store.getPassword(KEY_SERVICE, name).catch((error: unknown) => {
    if (error instanceof MetisSeqError) throw error
    throw keyringLocked(record, error)
  })
  if (secret === null) throw keyMissing(record)
  if (accountOf(secret).address !== record.address) throw keyMissing(record)
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

async function openStore(backend: KeyBackend, name: string, access: KeyAccess): Promise<KeyStore> {
  if (backend === 'keytar') return openKeytarStore()
  if (backend === 'secret-service') return openSecretServiceStore()
  let password: Promise<string> | undefined
  return openFileStore({
    directory: access.home.keysDir,
    addressOf: (secret) => accountOf(secret).address.slice(2).toLowerCase(),
    password: () => (password ??= findPassword(name, access)),
    ...(access.scryptN === undefined ? {} : {scryptN: access.scryptN}),
  })
}

async function findPassword(name: string, access: KeyAccess): Promise<string> {
  const file = access.passwordFile ?? access.config.read().keys[name]?.passwordFile
  if (file) return readPasswordFile(file)
  if (access.askPassword) return access.askPassword(`Password of key ${name}: `)
  throw new MetisSeqError({
    code: 'PASSWORD_NEEDED',
    message: `Key ${name} is encrypted, and there is no terminal to ask for its password.`,
    exit: 'signer',
    facts: {key: name},
    hints: ['Pass `--password-file FILE`, or set METIS_SEQ_PASSWORD_FILE.'],
  })
}

function readPasswordFile(file: string): string {
  try {
    const password = readFileSync(file, 'utf8').replace(/\r?\n$/, '')
    if (password) return password
  } catch (cause) {
    throw passwordFileUnusable(file, messageOf(cause))
  }
  throw passwordFileUnusable(file, 'it is empty')
}

function passwordFileUnusable(file: string, reason: string): MetisSeqError {
  return new MetisSeqError({
    code: 'PASSWORD_FILE_UNUSABLE',
    message: `The password file ${file} cannot be used: ${reason}.`,
    exit: 'signer',
    facts: {path: file},
    hints: ['Pass `--password-file FILE` with a file that holds the password in its first line.'],
  })
}

function accountOf(hex: string): {address: Address; publicKey: Hex} {
  try {
    return privateKeyToAccount(`0x${hex}`)
  } catch {
    throw new MetisSeqError({
      code: 'KEY_INVALID',
      message: 'The input is not a valid secp256k1 private key.',
      exit: 'usage',
    })
  }
}

function assertNewName(name: string, config: ConfigStore): void {
  if (!KEY_NAME.test(name)) {
    throw new MetisSeqError({
      code: 'KEY_NAME_INVALID',
      message: 'A key name has 1 to 64 letters, digits, dots, dashes and underscores.',
      exit: 'usage',
      facts: {key: name},
    })
  }
  const existing = config.read().keys[name]
  if (!existing) return
  throw new MetisSeqError({
    code: 'KEY_EXISTS',
    message: `A key called ${name} exists already, with address ${existing.address}.`,
    exit: 'precondition',
    facts: {key: name, address: existing.address},
    hints: ['Choose another name; a key is never overwritten.'],
  })
}

function notKept(name: string, backend: KeyBackend): MetisSeqError {
  return new MetisSeqError({
    code: 'KEY_NOT_KEPT',
    message: `The backend ${backend} did not keep key ${name}.`,
    exit: 'signer',
    facts: {key: name, backend},
    hints: ['Run `metis-seq key where`, or use `--backend file`.'],
  })
}

function keyMissing({name, backend, address}: KeyRecord): MetisSeqError {
  return new MetisSeqError({
    code: 'KEY_MISSING',
    message: `The backend ${backend} no longer holds key ${name}.`,
    exit: 'signer',
    facts: {key: name, backend, address},
    hints: ['Import it again from a backup with `metis-seq key import`.'],
  })
}

function keyringLocked({name, backend}: KeyRecord, cause: unknown): MetisSeqError {
  return new MetisSeqError({
    code: 'KEYRING_LOCKED',
    message: `The backend ${backend} does not give out key ${name}: ${messageOf(cause)}.`,
    exit: 'signer',
    facts: {key: name, backend},
    hints: ['Unlock the keyring of your session, then run the same command again.'],
    retryable: true,
    cause,
  })
}
export type {KeyRecord} from '../store/config.ts'
