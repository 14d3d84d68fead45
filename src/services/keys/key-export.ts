import {existsSync, rmSync} from 'node:fs'
import {join, resolve} from 'node:path'

import {MetisSeqError} from '../../lib/errors.ts'
import {fileExists, writeNewFile} from '../../lib/files.ts'
import {formatNodeKey, formatThemisKey} from '../../protocol/themis-key.ts'
import type {KeyRecord} from '../../store/config.ts'
import type {KeyAccess} from './key-access.ts'
import type {KeyKind} from './key-kinds.ts'
import {findKey} from './key-records.ts'
import {readSecret} from './keys.ts'

const themisFileOf: Record<KeyKind, string> = {
  account: 'priv_validator_key.json',
  'node-identity': 'node_key.json',
}

/** One key, and its target file in a Themis home. */
export interface ThemisFilePlan {
  key: KeyRecord
  /** Absolute. */
  file: string
}

/**
 * Target files of keys for Themis: an account as its validator key, an identity as its node key.
 * Opens no key.
 *
 * @param names one key, or one of each kind
 * @throws {MetisSeqError} KEY_UNKNOWN, FILE_EXISTS, KEYS_OF_ONE_KIND
 */
export function planThemisExport(
  {names, directory}: {names: readonly string[]; directory: string},
  {config}: KeyAccess,
): ThemisFilePlan[] {
  const plans = names.map((name) => {
    const key = findKey(config, name)
    return {key, file: join(resolve(directory), themisFileOf[key.kind])}
  })
  const [first, second] = plans
  if (first && second && first.file === second.file) throw keysOfOneKind(first.key, second.key)
  const taken = plans.find(({file}) => existsSync(file))
  if (taken) throw fileExists(taken.file)
  return plans
}

/**
 * Writes keys as Themis expects them: in clear text, in files readable only by their owner. All of them, or none.
 *
 * @throws {MetisSeqError} FILE_EXISTS, DISK_FULL, FILE_NOT_WRITABLE and those of opening a key
 */
export async function writeThemisFiles(
  plans: readonly ThemisFilePlan[],
  access: KeyAccess,
): Promise<void> {
  const texts: {file: string; text: string}[] = []
  for (const {key, file} of plans) texts.push({file, text: await themisText(key, access)})
  const written: string[] = []
  try {
    for (const {file, text} of texts) {
      writeNewFile(file, text)
      written.push(file)
    }
  } catch (error) {
    // Half a Themis home starts, and joins the consensus under an unknown identity.
    for (const file of written) rmSync(file, {force: true})
    throw error
  }
}

async function themisText(key: KeyRecord, access: KeyAccess): Promise<string> {
  const secret = await readSecret(key, access)
  const {publicKey} = key
  return key.kind === 'account'
    ? formatThemisKey({address: key.address, publicKey, privateKey: secret})
    : formatNodeKey({seed: secret, publicKey})
}

function keysOfOneKind(one: KeyRecord, other: KeyRecord): MetisSeqError {
  return new MetisSeqError({
    code: 'KEYS_OF_ONE_KIND',
    message: `Keys ${one.name} and ${other.name} both belong into ${themisFileOf[one.kind]}.`,
    facts: {keys: `${one.name}, ${other.name}`, file: themisFileOf[one.kind]},
    hints: ['Run `metis-seq key list`, and pass one key with an address and one with a node id.'],
  })
}
