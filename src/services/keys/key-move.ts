import {existsSync} from 'node:fs'

import {MetisSeqError} from '../../lib/errors.ts'
import type {KeyBackend, KeyRecord} from '../../store/config.ts'
import {keyFileOf} from '../../store/keys/file-store.ts'
import {KEY_SERVICE, type KeyStore} from '../../store/keys/key-store.ts'
import {proveKeyring} from '../../store/keys/keyring-stores.ts'
import {
  aloneWithKeys,
  inBackend,
  keyLeftover,
  notKept,
  openStore,
  readKeyFile,
  type KeyAccess,
} from './key-access.ts'
import {idOf, publicHalfOf} from './key-kinds.ts'
import {findKey, saveRecord} from './key-records.ts'
import {readSecret, rememberedPasswordFile} from './keys.ts'

export interface MoveOptions {
  name: string
  backend: KeyBackend
  rememberPasswordFile: boolean
}

export interface MovedKey {
  key: KeyRecord
  /** Backends from which the key was removed. Empty when it was only where it belongs. */
  removedFrom: KeyBackend[]
}

const backends: readonly KeyBackend[] = ['keytar', 'secret-service', 'file']

/**
 * Moves a key to another backend: writes it there, reads it back, records the new backend, and only
 * then deletes the old copy. After a crash at any point the key opens, and the same command
 * completes the move.
 *
 * @throws {MetisSeqError} KEY_UNKNOWN, KEY_LEFTOVER, KEY_NOT_KEPT, KEYRING_UNAVAILABLE, OLD_COPY_STAYS and
 *   those of opening a key and of a new password; the key is then where it was
 */
export function moveKey(options: MoveOptions, access: KeyAccess): Promise<MovedKey> {
  return aloneWithKeys(access.home, async () => {
    const key = findKey(access.config, options.name)
    if (key.backend === options.backend) return endMove(key, access)
    const hex = (await readSecret(key, access)).slice(2)
    const moved: KeyRecord = {
      ...key,
      backend: options.backend,
      passwordFile: rememberedPasswordFile(options, access),
    }
    const target = await writeCopy(moved, hex, access)
    saveRecord(moved, access.config)
    const old = await openStore(key.backend, key, access, 'open')
    // Two libraries may use one keyring: an entry deleted by one is then gone for the other.
    if (key.backend !== 'file' && moved.backend !== 'file' && (await isOneKeyring(old, target)))
      return {key: moved, removedFrom: []}
    await deleteCopy(key, old)
    return {key: moved, removedFrom: [key.backend]}
  })
}

/** Writes the key to its new place, overwriting only itself, and reads it back. */
async function writeCopy(moved: KeyRecord, hex: string, access: KeyAccess): Promise<KeyStore> {
  const {name, backend} = moved
  const store = await openStore(backend, moved, access, 'write')
  if (backend !== 'file') await proveKeyring(backend, store)
  await inBackend(moved, async () => {
    if (await holdsAnother(moved, store, hex, access)) throw keyLeftover(name, backend, access.home)
    await store.setPassword(KEY_SERVICE, name, hex)
    if ((await store.getPassword(KEY_SERVICE, name)) !== hex) throw notKept(name, backend)
  })
  return store
}

/** A copy of the same key was left by a crash of this very move. */
async function holdsAnother(
  key: KeyRecord,
  store: KeyStore,
  hex: string,
  {home}: KeyAccess,
): Promise<boolean> {
  const {name, backend} = key
  if (backend === 'file') {
    const isOurs = readKeyFile(home, name)?.address === idOf(key)
    return existsSync(keyFileOf(home.keysDir, name)) && !isOurs
  }
  const found = await store.getPassword(KEY_SERVICE, name)
  return found !== null && found !== hex
}

/** Deletes copies left in other backends by a crash, once the key opens where it belongs. */
async function endMove(key: KeyRecord, access: KeyAccess): Promise<MovedKey> {
  const removedFrom: KeyBackend[] = []
  for (const backend of backends.filter((each) => each !== key.backend)) {
    const store = await leftoverIn(backend, key, access)
    if (!store) continue
    await readSecret(key, access)
    const own = await openStore(key.backend, key, access, 'open')
    if (backend !== 'file' && key.backend !== 'file' && (await isOneKeyring(own, store))) continue
    await deleteCopy({...key, backend}, store)
    removedFrom.push(backend)
  }
  return {key, removedFrom}
}

/** The backend with a copy of this key, or undefined; an unusable one counts as empty. */
async function leftoverIn(
  backend: KeyBackend,
  key: KeyRecord,
  access: KeyAccess,
): Promise<KeyStore | undefined> {
  const {name, kind} = key
  try {
    const store = await openStore(backend, key, access, 'open')
    if (backend === 'file') {
      const file = readKeyFile(access.home, name)
      return file?.address === idOf(key) ? store : undefined
    }
    const found = await store.getPassword(KEY_SERVICE, name)
    return found !== null && idOf(publicHalfOf(kind, found)) === idOf(key) ? store : undefined
  } catch {
    return undefined
  }
}

async function isOneKeyring(one: KeyStore, other: KeyStore): Promise<boolean> {
  const account = `probe-${process.pid}`
  await one.setPassword(KEY_SERVICE, account, 'probe')
  const seen = await other.getPassword(KEY_SERVICE, account)
  await one.deletePassword(KEY_SERVICE, account)
  return seen !== null
}

async function deleteCopy(key: KeyRecord, store: KeyStore): Promise<void> {
  try {
    await store.deletePassword(KEY_SERVICE, key.name)
  } catch (cause) {
    throw new MetisSeqError({
      code: 'OLD_COPY_STAYS',
      message: `Key ${key.name} was moved, but its old copy in backend ${key.backend} cannot be deleted.`,
      facts: {key: key.name, backend: key.backend},
      hints: ['Unlock the keyring of your session, then run the same command again.'],
      cause,
    })
  }
}
