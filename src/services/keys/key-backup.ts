import {existsSync, rmSync, statSync} from 'node:fs'
import {dirname, join, resolve} from 'node:path'

import {MetisSeqError, messageOf} from '../../lib/errors.ts'
import {fileExists, namesIn, statOf, writeNewFile} from '../../lib/files.ts'
import {stringifyJson} from '../../lib/json.ts'
import {readBoundedText, SECRET_FILE_BYTES} from '../../lib/read-file.ts'
import type {KeyRecord} from '../../store/config.ts'
import {decryptKeystore, encryptKeystore, readKeystore} from '../../store/keys/keystore-v3.ts'
import {aloneWithKeys, keystoreLabel, type KeyAccess} from './key-access.ts'
import {calledOf, factsOf, idOf, publicHalfOf, type PublicHalf} from './key-kinds.ts'
import {existingPassword, newPassword, type PasswordSource} from './key-password.ts'
import {damagedFile, openKeySource} from './key-source.ts'
import {findKey, saveRecord} from './key-records.ts'
import {readSecret} from './keys.ts'

/** Source of a backup's password, which may differ from that of the stored key. */
export type BackupPassword = Pick<PasswordSource, 'file' | 'read' | 'ask'>

export interface KeyBackup {
  key: KeyRecord
  /** Absolute. */
  file: string
  scrypt: {n: number; r: number; p: number}
  /** True when both are on the same disk. */
  onSameDisk: boolean
}

/**
 * Writes one key, encrypted with its own password, to a new file, and reads it back.
 *
 * @throws {MetisSeqError} FILE_EXISTS, KEY_UNKNOWN, BACKUP_NOT_KEPT, DISK_FULL, FILE_NOT_WRITABLE and those
 *   of opening a key and of a new password; nothing was then written
 */
export async function backupKey(
  {name, output}: {name: string; output: string},
  access: KeyAccess,
  backupPassword: BackupPassword,
): Promise<KeyBackup> {
  const key = findKey(access.config, name)
  const file = resolve(output)
  // Checked before two passwords are typed in vain; the write itself checks again.
  if (existsSync(file)) throw fileExists(file)
  const hex = (await readSecret(key, access)).slice(2)
  const password = await newPassword(
    {...backupPassword, subject: `the backup of key ${name}`, flag: '--backup-password-file'},
    access.allowWeakPassword ?? false,
  )
  const secret = Buffer.from(hex, 'hex')
  const keystore = await encryptKeystore(secret, idOf(key), password, access.scryptN)
  writeNewFile(file, `${stringifyJson({...keystore, ...keystoreLabel(key)}, 2)}\n`)
  const reread = readKeystore(readBoundedText(file, SECRET_FILE_BYTES))
  const opened =
    reread.kind === 'keystore' ? await decryptKeystore(reread.keystore, password) : undefined
  if (opened?.toString('hex') !== hex) {
    rmSync(file, {force: true})
    throw backupNotKept(file)
  }
  const {n, r, p} = keystore.crypto.kdfparams
  return {key, file, scrypt: {n, r, p}, onSameDisk: isSameDisk(file, access.home.root)}
}

export interface VerifiedBackup {
  file: string
  /** Public part of the key in it. */
  found: PublicHalf
  /** Keys of this machine that the backup restores; more than one where a key has two names. */
  keys: KeyRecord[]
}

/**
 * Test-restores a backup, and records with every stored copy of that key that it can be restored.
 *
 * @param name the key that the backup must contain; undefined accepts any
 * @throws {MetisSeqError} FILE_UNREADABLE, KEY_FILE_DAMAGED, WRONG_PASSWORD, BACKUP_OF_OTHER_KEY,
 *   BACKUP_NOT_ENCRYPTED and those of the password
 */
export async function verifyBackup(
  {file, name}: {file: string; name?: string | undefined},
  access: KeyAccess,
  backupPassword: BackupPassword,
): Promise<VerifiedBackup> {
  const wanted = name === undefined ? undefined : findKey(access.config, name)
  assertNotTheKeyItself(file, access)
  const text = readText(file)
  if (text.trim() === '') throw damagedFile(file, 'is empty')
  const source = await openKeySource({
    from: file,
    text,
    password: () =>
      existingPassword({...backupPassword, subject: file, flag: '--backup-password-file'}),
  })
  if (source.kind !== 'keystore') throw notEncrypted(file)
  const found = publicHalfOf(source.holds, source.secret)
  if (wanted && idOf(wanted) !== idOf(found)) throw otherKey(file, wanted, found)
  const keys = await aloneWithKeys(access.home, () => noteVerified(idOf(found), access))
  return {file: resolve(file), found, keys}
}

/** The stored file of the key would be lost with the key, and so would a link to it. */
function assertNotTheKeyItself(file: string, {home}: KeyAccess): void {
  const stat = statOf(file)
  if (!stat) return
  const names = namesIn(home.keysDir)
  const own = names
    .map((name) => statSync(join(home.keysDir, name), {throwIfNoEntry: false}))
    .some((each) => each?.dev === stat.dev && each.ino === stat.ino)
  if (!own) return
  throw new MetisSeqError({
    code: 'BACKUP_IS_THE_KEY',
    message: `${file} is the key file itself, on this machine, and would be lost with it.`,
    facts: {path: file},
    hints: ['Run `metis-seq key backup NAME --output FILE`, with FILE on another disk.'],
  })
}

function noteVerified(id: string, {config}: KeyAccess): Promise<KeyRecord[]> {
  const backupVerifiedAt = new Date().toISOString()
  const keys = Object.values(config.read().keys)
    .filter((key) => idOf(key) === id)
    .map((key) => ({...key, backupVerifiedAt}))
  for (const key of keys) saveRecord(key, config)
  return Promise.resolve(keys)
}

/** @throws {MetisSeqError} FILE_UNREADABLE */
function readText(file: string): string {
  try {
    return readBoundedText(file, SECRET_FILE_BYTES)
  } catch (cause) {
    throw new MetisSeqError({
      code: 'FILE_UNREADABLE',
      message: `The backup cannot be read: ${messageOf(cause)}.`,
      exit: 'usage',
      facts: {path: file},
      hints: ['Check the path, and that the disk with the backup is mounted.'],
      cause,
    })
  }
}

function isSameDisk(one: string, other: string): boolean {
  return statSync(dirname(one)).dev === statSync(other).dev
}

function backupNotKept(file: string): MetisSeqError {
  return new MetisSeqError({
    code: 'BACKUP_NOT_KEPT',
    message: `${file} did not contain what was written to it, and was removed.`,
    facts: {path: file},
    hints: ['Write to another disk: this one does not store data correctly.'],
  })
}

function notEncrypted(file: string): MetisSeqError {
  return new MetisSeqError({
    code: 'BACKUP_NOT_ENCRYPTED',
    message: `${file} contains a private key in clear text; it is not an encrypted backup.`,
    facts: {path: file},
    hints: [
      'Run `metis-seq key import NAME --from-file FILE`, then `metis-seq key backup NAME --output FILE`.',
    ],
  })
}

function otherKey(file: string, wanted: KeyRecord, found: PublicHalf): MetisSeqError {
  const {name} = wanted
  return new MetisSeqError({
    code: 'BACKUP_OF_OTHER_KEY',
    message: `${file} opens, but contains the key of ${calledOf(found)}, not key ${name} of ${calledOf(wanted)}.`,
    facts: {
      path: file,
      key: name,
      ...factsOf(wanted),
      found: found.kind === 'account' ? found.address : found.nodeId,
    },
    hints: [`Run \`metis-seq key backup ${name} --output FILE\` to back up key ${name}.`],
  })
}
