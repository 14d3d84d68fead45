import {MetisSeqError} from '../lib/errors.ts'
import type {ConfigStore} from '../store/config.ts'

const KEY_NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/i
/** Someone who types a private key where a name belongs must not find it in a log as well. */
const LOOKS_SECRET = /^(?:0x)?[0-9a-f]{64}$/i

/** A name as it may be shown. */
export function shownName(name: string): string {
  return LOOKS_SECRET.test(name) ? '(hidden)' : name
}

/**
 * A key or signer of this name can be made.
 *
 * @throws {MetisSeqError} KEY_NAME_INVALID, KEY_EXISTS, SIGNER_EXISTS
 */
export function assertNewName(name: string, config: ConfigStore): void {
  if (LOOKS_SECRET.test(name)) {
    throw new MetisSeqError({
      code: 'KEY_NAME_INVALID',
      message: 'The name looks like a private key, and names are shown everywhere.',
      exit: 'usage',
      hints: [
        'If it is one, it stands in the history of your shell now: remove it there.',
        'Run `metis-seq key import NAME`, which asks for the key and does not show it.',
      ],
    })
  }
  if (!KEY_NAME.test(name)) {
    throw new MetisSeqError({
      code: 'KEY_NAME_INVALID',
      message: 'A key name has 1 to 64 letters, digits, dots, dashes and underscores.',
      exit: 'usage',
      facts: {key: name},
    })
  }
  const {keys, signers} = config.read()
  const existing = keys[name] ?? signers[name]
  if (!existing) return
  const isKey = name in keys
  throw new MetisSeqError({
    code: isKey ? 'KEY_EXISTS' : 'SIGNER_EXISTS',
    message: `A ${isKey ? 'key' : 'signer'} called ${name} exists already, with address ${existing.address}.`,
    exit: 'precondition',
    facts: {key: name, address: existing.address},
    hints: [
      isKey
        ? 'Choose another name; a key is never overwritten.'
        : `Choose another name, or run \`metis-seq signer remove ${name}\` first.`,
    ],
  })
}
