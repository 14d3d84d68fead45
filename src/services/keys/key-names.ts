import {MetisSeqError} from '../../lib/errors.ts'
import type {ConfigStore} from '../../store/config.ts'
import {calledOf, factsOf} from './key-kinds.ts'
import {LOOKS_SECRET} from './key-records.ts'

/** Valid names of keys and signers. */
export const KEY_NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/i

/**
 * A key or signer of this name can be made.
 *
 * @throws {MetisSeqError} KEY_NAME_INVALID, KEY_EXISTS, SIGNER_EXISTS
 */
export function assertNewName(name: string, config: ConfigStore): void {
  if (LOOKS_SECRET.test(name)) {
    throw new MetisSeqError({
      code: 'KEY_NAME_INVALID',
      message: 'The name looks like a private key, and names are not secret.',
      hints: [
        'If it is one, it is now in your shell history: remove it there.',
        'Run `metis-seq key import NAME`, which prompts for the key without showing it.',
      ],
    })
  }
  if (!KEY_NAME.test(name)) {
    throw new MetisSeqError({
      code: 'KEY_NAME_INVALID',
      message: 'A key name has 1 to 64 letters, digits, dots, dashes and underscores.',
      facts: {key: name},
    })
  }
  const {keys, signers} = config.read()
  const key = keys[name]
  const signer = signers[name]
  if (key) {
    throw new MetisSeqError({
      code: 'KEY_EXISTS',
      message: `A key called ${name} exists already, with ${key.kind === 'account' ? 'address ' : ''}${calledOf(key)}.`,
      facts: {key: name, ...factsOf(key)},
      hints: ['Choose another name; a key is never overwritten.'],
    })
  }
  if (!signer) return
  throw new MetisSeqError({
    code: 'SIGNER_EXISTS',
    message: `A signer called ${name} exists already, with address ${signer.address}.`,
    facts: {signer: name, address: signer.address},
    hints: [`Choose another name, or run \`metis-seq signer remove ${name}\` first.`],
  })
}
