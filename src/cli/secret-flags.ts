import {resolve} from 'node:path'

import {Errors, Flags} from '@oclif/core'

import type {SecretSource} from '../services/alerts/document.ts'
import {readSecretSource} from '../services/alerts/outputs-file.ts'
import {MetisSeqError, messageOf} from '../lib/errors.ts'
import {readDescriptor} from './read-descriptor.ts'

/** The secret of an alert output. Never on the command line, which every user of the machine can read. */
export const secretFlags = {
  'secret-file': Flags.string({
    description:
      'File with the secret: URL of a webhook, token of a bot, password of a mail server. It stays there.',
    helpValue: 'FILE',
    exclusive: ['secret-fd'],
  }),
  'secret-fd': Flags.integer({
    description: 'Open file descriptor with the secret, which is copied into alerts.json.',
    helpValue: 'N',
    min: 3,
  }),
}

/** @throws {MetisSeqError} DESCRIPTOR_CLOSED, SECRET_UNREADABLE */
export async function secretFrom(flags: {
  'secret-file'?: string | undefined
  'secret-fd'?: number | undefined
}): Promise<SecretSource | undefined> {
  const {'secret-file': file, 'secret-fd': descriptor} = flags
  if (file !== undefined) return readableSecret(resolve(file))
  if (descriptor === undefined) return undefined
  const secret = (await readDescriptor(descriptor, '--secret-fd')).trim()
  if (secret === '') throw new Errors.CLIError('--secret-fd has nothing to read.')
  return secret
}

/** The file is read again for each message: one that is missing now would be missed in the night. */
function readableSecret(file: string): SecretSource {
  try {
    readSecretSource({file})
    return {file}
  } catch (cause) {
    throw new MetisSeqError({
      code: 'SECRET_UNREADABLE',
      message: `The secret cannot be read: ${messageOf(cause)}.`,
      hints: [`Check the path, its owner and its mode: ${file}.`],
      cause,
    })
  }
}
