import {unlinkSync} from 'node:fs'
import {join} from 'node:path'

import {MetisSeqError, messageOf, systemErrorCode} from '../../lib/errors.ts'
import {fromFileError, namesIn, writeFileAtomic} from '../../lib/files.ts'
import {stringifyJson} from '../../lib/json.ts'
import {readSecretText} from '../../lib/read-file.ts'
import type {KeyStore} from './key-store.ts'
import {decryptKeystore, encryptKeystore, readKeystore, type KeystoreV3} from './keystore-v3.ts'

export interface FileStoreOptions {
  directory: string
  /** Prompts once per key that is opened or written. */
  password(account: string): Promise<string>
  /**
   * Unencrypted fields of the keystore: lower-case hex without 0x, and the kind if it is not an
   * account.
   */
  labelOf(secret: string): Pick<KeystoreV3, 'address' | 'kind'>
  scryptN?: number
}

/** Path of a key's encrypted file. */
export function keyFileOf(directory: string, account: string): string {
  return join(directory, `${account}.json`)
}

/** Encrypted Web3 Secret Storage files, one per key, for servers without a keyring. */
export function openFileStore(options: FileStoreOptions): KeyStore {
  const {directory, password, labelOf, scryptN} = options
  const pathOf = (account: string) => keyFileOf(directory, account)

  async function getPassword(_service: string, account: string): Promise<string | null> {
    const path = pathOf(account)
    const text = readKeyText(path)
    if (text === null) return null
    const read = readKeystore(text)
    if (read.kind !== 'keystore') throw keystoreInvalid(path, read.reason)
    const secret = await decryptKeystore(read.keystore, await password(account))
    if (!secret) throw wrongPassword(account, path)
    return secret.toString('hex')
  }

  const accounts = () =>
    namesIn(directory)
      .filter((name) => name.endsWith('.json'))
      .map((name) => name.slice(0, -'.json'.length))

  return {
    getPassword,
    async setPassword(_service, account, secret) {
      const label = labelOf(secret)
      const encrypted = await encryptKeystore(
        Buffer.from(secret, 'hex'),
        label.address,
        await password(account),
        scryptN,
      )
      writeFileAtomic(pathOf(account), `${stringifyJson({...encrypted, ...label}, 2)}\n`)
    },
    async deletePassword(_service, account) {
      return removeFile(pathOf(account))
    },
    async findPassword(service) {
      const [first] = accounts()
      return first === undefined ? null : getPassword(service, first)
    },
    async findCredentials(service) {
      const found = []
      for (const account of accounts()) {
        const secret = await getPassword(service, account)
        if (secret !== null) found.push({account, password: secret})
      }
      return found
    },
  }
}

/**
 * Null only if there is no file: an unreadable file is not a missing one.
 *
 * @throws {MetisSeqError} KEYSTORE_UNREADABLE
 */
function readKeyText(path: string): string | null {
  try {
    return readSecretText(path)
  } catch (cause) {
    if (systemErrorCode(cause) === 'ENOENT') return null
    throw keystoreUnreadable(path, cause)
  }
}

/** @throws {MetisSeqError} FILE_NOT_WRITABLE */
function removeFile(path: string): boolean {
  try {
    unlinkSync(path)
    return true
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return false
    throw fromFileError(error, path)
  }
}

function keystoreUnreadable(path: string, cause: unknown): MetisSeqError {
  return new MetisSeqError({
    code: 'KEYSTORE_UNREADABLE',
    message: `${path} cannot be read: ${messageOf(cause)}.`,
    facts: {path},
    hints: [`Check the file at ${path}, and the owner and mode of the file and its directory.`],
    cause,
  })
}

function wrongPassword(account: string, path: string): MetisSeqError {
  return new MetisSeqError({
    code: 'WRONG_PASSWORD',
    message: `The password does not open key ${account}.`,
    facts: {key: account, path},
    hints: ['Check the password, or the file given with `--password-file`.'],
  })
}

function keystoreInvalid(path: string, reason: string): MetisSeqError {
  return new MetisSeqError({
    code: 'KEYSTORE_INVALID',
    message: `${path} ${reason}.`,
    facts: {path},
    hints: [
      'Restore the file from a backup, or import the key again with `metis-seq key import NAME`.',
    ],
  })
}
