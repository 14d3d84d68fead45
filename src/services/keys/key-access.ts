import {join} from 'node:path'

import {systemClock} from '../../lib/clock.ts'
import {MetisSeqError, messageOf} from '../../lib/errors.ts'
import {readBoundedText, SECRET_FILE_BYTES} from '../../lib/read-file.ts'
import type {ConfigStore, KeyBackend, KeyRecord} from '../../store/config.ts'
import {lockDirectory, type DirectoryLock} from '../../store/dir-lock.ts'
import type {Home} from '../../store/home.ts'
import {keyFileOf, openFileStore} from '../../store/keys/file-store.ts'
import type {KeyStore} from '../../store/keys/key-store.ts'
import {openKeytarStore, openSecretServiceStore} from '../../store/keys/keyring-stores.ts'
import {readKeystore, type KeystoreV3} from '../../store/keys/keystore-v3.ts'
import {idOf, publicHalfOf, type PublicHalf} from './key-kinds.ts'
import {existingPassword, newPassword, type PasswordSource} from './key-password.ts'

export interface KeyAccess {
  home: Home
  config: ConfigStore
  /** Path from the command line; takes precedence over the one recorded with the key. */
  passwordFile?: string | undefined
  /** Reads it from another source, such as a descriptor; takes precedence over every file. */
  readPassword?: (() => Promise<string>) | undefined
  /** Prompts for it. Undefined without a terminal. */
  askPassword?: ((question: string) => Promise<string>) | undefined
  /** Cost of new key files; lower for keys of a local network. */
  scryptN?: number
  /** Accepts a weak password for a new file. */
  allowWeakPassword?: boolean
  /** Overwrites key files unknown to the settings: those of a local network protect nothing. */
  replacesLeftovers?: boolean
}

/** `open`: the key exists, and its password is requested once. `write`: a file is created. */
export async function openStore(
  backend: KeyBackend,
  {name, kind}: Pick<KeyRecord, 'name' | 'kind'>,
  access: KeyAccess,
  purpose: 'open' | 'write',
): Promise<KeyStore> {
  if (backend === 'keytar') return openKeytarStore()
  if (backend === 'secret-service') return openSecretServiceStore()
  let password: Promise<string> | undefined
  const find = () =>
    purpose === 'open'
      ? existingPassword(passwordSource(name, access))
      : newPassword(
          {...passwordSource(name, access), file: access.passwordFile},
          access.allowWeakPassword ?? false,
        )
  return openFileStore({
    directory: access.home.keysDir,
    labelOf: (secret) => keystoreLabel(publicHalfOf(kind, secret)),
    password: () => (password ??= find()),
    ...(access.scryptN === undefined ? {} : {scryptN: access.scryptN}),
  })
}

/** Plain-text fields of an encrypted file: which key it is, and of which kind. */
export function keystoreLabel(half: PublicHalf): Pick<KeystoreV3, 'address' | 'kind'> {
  const address = idOf(half)
  return half.kind === 'account' ? {address} : {address, kind: half.kind}
}

function passwordSource(name: string, access: KeyAccess): PasswordSource {
  return {
    subject: `key ${name}`,
    file: access.passwordFile ?? access.config.read().keys[name]?.passwordFile,
    flag: '--password-file',
    read: access.readPassword,
    ask: access.askPassword,
  }
}

/**
 * Runs an action on the backend of a key. Any error of a keyring counts as locked.
 *
 * @throws {MetisSeqError} KEYRING_LOCKED
 */
export async function inBackend<T>(
  key: Pick<KeyRecord, 'name' | 'backend'>,
  act: () => Promise<T>,
): Promise<T> {
  try {
    return await act()
  } catch (error) {
    // A full disk has its own error; a keyring has no such errors.
    if (error instanceof MetisSeqError || key.backend === 'file') throw error
    throw keyringLocked(key, error)
  }
}

/** Time that a command waits for another one that changes keys. */
const LOCK_WAIT_MS = 20_000
const LOCK_POLL_MS = 50

/**
 * Locks out other commands that change keys, so that two keys of one name cannot be created at once.
 *
 * @throws {MetisSeqError} KEYS_BUSY when another one does not end, such as one waiting for a password
 */
export async function aloneWithKeys<T>(home: Home, act: () => Promise<T>): Promise<T> {
  const lock = await waitForLock(home)
  try {
    return await act()
  } finally {
    lock.release()
  }
}

async function waitForLock(home: Home): Promise<DirectoryLock> {
  const deadline = systemClock.monotonicMs() + LOCK_WAIT_MS
  for (;;) {
    try {
      return lockKeys(home)
    } catch (error) {
      const busy = error instanceof MetisSeqError && error.code === 'KEYS_BUSY'
      if (!busy || systemClock.monotonicMs() > deadline) throw error
    }
    await systemClock.sleep(LOCK_POLL_MS)
  }
}

function lockKeys(home: Home): DirectoryLock {
  try {
    return lockDirectory(join(home.root, 'locks'), 'keys')
  } catch (error) {
    if (!(error instanceof MetisSeqError) || error.code !== 'DIRECTORY_LOCKED') throw error
    throw new MetisSeqError({
      code: 'KEYS_BUSY',
      message: 'Another command is changing the keys right now.',
      facts: {pid: error.facts['pid'] ?? 'unknown'},
      hints: ['Wait for it to finish, then run the same command again.'],
      cause: error,
    })
  }
}

/** The encrypted file of a key; undefined when none can be read. */
export function readKeyFile(home: Home, name: string): KeystoreV3 | undefined {
  try {
    const read = readKeystore(readBoundedText(keyFileOf(home.keysDir, name), SECRET_FILE_BYTES))
    return read.kind === 'keystore' ? read.keystore : undefined
  } catch {
    // Opening the key reports the reason; its public part is known without the file.
    return undefined
  }
}

/**
 * A backend has an entry under this name that is unknown to the settings. It may be the only copy,
 * so it is never overwritten.
 */
export function keyLeftover(name: string, backend: KeyBackend, home: Home): MetisSeqError {
  const path = keyFileOf(home.keysDir, name)
  return new MetisSeqError({
    code: 'KEY_LEFTOVER',
    message:
      backend === 'file'
        ? `${path} already exists, but the settings do not list it.`
        : `The backend ${backend} holds something under the name ${name}, but the settings do not list it.`,
    facts: {key: name, backend, ...(backend === 'file' ? {path} : {})},
    hints: [
      'Choose another name; a key is never overwritten.',
      ...(backend === 'file'
        ? [
            `Or run \`mv ${path} ${name}-old.json\`, then \`metis-seq key import ${name} --from-file ${name}-old.json\` to use that key.`,
          ]
        : []),
    ],
  })
}

export function notKept(name: string, backend: KeyBackend): MetisSeqError {
  return new MetisSeqError({
    code: 'KEY_NOT_KEPT',
    message: `The backend ${backend} did not keep key ${name}.`,
    facts: {key: name, backend},
    hints: ['Run `metis-seq key where`, or use `--backend file`.'],
  })
}

function keyringLocked(
  {name, backend}: Pick<KeyRecord, 'name' | 'backend'>,
  cause: unknown,
): MetisSeqError {
  return new MetisSeqError({
    code: 'KEYRING_LOCKED',
    message: `The backend ${backend} does not give access to key ${name}: ${messageOf(cause)}.`,
    facts: {key: name, backend},
    hints: ['Unlock the keyring of your session, then run the same command again.'],
    cause,
  })
}
