import {existsSync} from 'node:fs'
import {join, resolve} from 'node:path'

import {fileExists, writeNewFile} from '../lib/files.ts'
import {formatThemisKey} from '../protocol/themis-key.ts'
import type {KeyRecord} from '../store/config.ts'
import type {KeyAccess} from './key-access.ts'
import {findKey, readPrivateKey} from './keys.ts'

export const THEMIS_KEY_FILE = 'priv_validator_key.json'

/**
 * Where a key would be written for Themis. Opens no key.
 *
 * @throws {MetisSeqError} KEY_UNKNOWN, FILE_EXISTS
 */
export function planThemisExport(
  {name, directory}: {name: string; directory: string},
  {config}: KeyAccess,
): {key: KeyRecord; file: string} {
  const key = findKey(config, name)
  const file = join(resolve(directory), THEMIS_KEY_FILE)
  if (existsSync(file)) throw fileExists(file)
  return {key, file}
}

/**
 * Writes a key as Themis wants it: in clear text, in a file only its owner can read.
 *
 * @throws {MetisSeqError} FILE_EXISTS, DISK_FULL, FILE_NOT_WRITABLE and those of opening a key
 */
export async function writeThemisKey(
  {key, file}: {key: KeyRecord; file: string},
  access: KeyAccess,
): Promise<void> {
  const privateKey = await readPrivateKey(key.name, access)
  const {address, publicKey} = key
  writeNewFile(file, formatThemisKey({address, publicKey, privateKey}))
}
