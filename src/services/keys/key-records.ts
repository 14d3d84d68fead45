import {MetisSeqError} from '../../lib/errors.ts'
import type {AccountKey, ConfigStore, KeyRecord, NodeIdentity} from '../../store/config.ts'
import {whereSecretsLie} from './other-wallets.ts'

/** A private key typed in place of a name must not end up in a log as well. */
export const LOOKS_SECRET = /^(?:0x)?[0-9a-f]{64}$/i

/** A name that is safe to display. */
export function shownName(name: string): string {
  return LOOKS_SECRET.test(name) ? '(hidden)' : name
}

export function saveRecord(record: KeyRecord, config: ConfigStore): void {
  config.update((all) => ({...all, keys: {...all.keys, [record.name]: record}}))
}

/** The public part of every key, by name. */
export function listKeys(config: ConfigStore): KeyRecord[] {
  return Object.values(config.read().keys).toSorted((a, b) => a.name.localeCompare(b.name))
}

/** The keys that have an address and can sign. */
export function listAccounts(config: ConfigStore): AccountKey[] {
  return listKeys(config).filter((key) => key.kind === 'account')
}

/** @throws {MetisSeqError} KEY_UNKNOWN */
export function findKey(config: ConfigStore, name: string): KeyRecord {
  const {keys} = config.read()
  const record = keys[name]
  if (record) return record
  const shown = shownName(name)
  throw new MetisSeqError({
    code: 'KEY_UNKNOWN',
    message: `There is no key called ${shown}.`,
    facts: {key: shown, known: Object.keys(keys).join(', ')},
    hints: whereSecretsLie(name) ?? [
      'Run `metis-seq key list`.',
      `Run \`metis-seq key create ${shown === name ? name : 'NAME'}\` to create it.`,
    ],
  })
}

/**
 * A key that has an address and can sign.
 *
 * @throws {MetisSeqError} KEY_UNKNOWN, KEY_IS_IDENTITY
 */
export function findAccount(config: ConfigStore, name: string): AccountKey {
  return asAccount(findKey(config, name))
}

/** @throws {MetisSeqError} KEY_IS_IDENTITY */
export function asAccount(key: KeyRecord): AccountKey {
  if (key.kind === 'account') return key
  throw keyIsIdentity(key)
}

function keyIsIdentity({name, nodeId}: NodeIdentity): MetisSeqError {
  return new MetisSeqError({
    code: 'KEY_IS_IDENTITY',
    message: `Key ${name} is the peer identity of a Themis node: it has no address and signs no transactions.`,
    facts: {key: name, nodeId},
    hints: [
      'Run `metis-seq key list` for the keys with an address.',
      `Run \`metis-seq key export-themis ${name} --output DIR --reveal\` to write it as node_key.json.`,
    ],
  })
}
