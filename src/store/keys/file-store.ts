import {existsSync, readdirSync, readFileSync, rmSync} from 'node:fs'
import {join} from 'node:path'

import {MetisSeqError} from '../../lib/errors.ts'
import {writeFileAtomic} from '../../lib/files.ts'
import {stringifyJson} from '../../lib/json.ts'
import type {KeyStore} from './key-store.ts'
import {
  decryptKeystore,
  encryptKeystore,
  parseKeystore,
  whyNoKeystore,
  type KeystoreV3,
} from './keystore-v3.ts'

export interface FileStoreOptions {
  directory: string
  /** Asked once per key that is opened or written. */
  password(account: string): Promise<string>
  /** Plain fields of the keystore: lower-case hex without 0x, and the kind where it is no account. */
  labelOf(secret: string): Pick<KeystoreV3, 'address' | 'kind'>
  scryptN?: number
}

/** Where the encrypted file of a key lies. */
export function keyFileOf(directory: string, account: string): string {
  return join(directory, `${account}.json`)
}

/** Encrypted Web3 Secret Storage files, one per key, for servers without a keyring. */
export function openFileStore(options: FileStoreOptions): KeyStore {
  const {directory, password, labelOf, scryptN} = options
  const pathOf = (account: string) => keyFileOf(directory, account)

  async function getPassword(_service: string, account: string): Promise<string | null> {
    const path = pathOf(account)
    if (!existsSync(path)) return null
    const text = readFileSync(path, 'utf8')
    const keystore = parseKeystore(text)
    if (!keystore) throw keystoreInvalid(path, whyNoKeystore(text))
    const secret = await decryptKeystore(keystore, await password(account))
    if (!secret) throw wrongPassword(account, path)
    return secret.toString('hex')
  }

  const accounts = () =>
    existsSync(directory)
      ? readdirSync(directory)
          .filter((name) => name.endsWith('.json'))
          .map((name) => name.slice(0, -'.json'.length))
      : []

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
      const existed = existsSync(pathOf(account))
      rmSync(pathOf(account), {force: true})
      return existed
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

function wrongPassword(account: string, path: string): MetisSeqError {
  return new MetisSeqError({
    code: 'WRONG_PASSWORD',
    message: `The password does not open key ${account}.`,
    exit: 'signer',
    facts: {key: account, path},
    hints: ['Check the password, or the file given with `--password-file`.'],
  })
}

export function keystoreInvalid(path: string, reason: string): MetisSeqError {
  return new MetisSeqError({
    code: 'KEYSTORE_INVALID',
    message: `${path} ${reason}.`,
    exit: 'signer',
    facts: {path},
    hints: ['Restore the file from a backup, or import the key again with `metis-seq key import`.'],
  })
}
