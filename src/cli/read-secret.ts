import {readFileSync} from 'node:fs'

import {MetisSeqError, messageOf} from '../lib/errors.ts'
import {isRecord} from '../lib/json.ts'
import {askPassword} from './ask-password.ts'

/**
 * Reads a private key from a file, a file descriptor or a prompt; never from the command line.
 *
 * @returns hex digits as found; `importKey` checks them
 * @throws {MetisSeqError} SECRET_NEEDED, SECRET_UNREADABLE
 */
export async function readSecret(
  source: string | number | undefined,
  mayAsk: boolean,
): Promise<string> {
  if (source === undefined) {
    if (mayAsk) return askPassword('Private key (not shown): ')
    throw new MetisSeqError({
      code: 'SECRET_NEEDED',
      message: 'No private key was given, and there is no terminal to ask on.',
      exit: 'usage',
      hints: ['Pass `--from-file FILE`, or `--from-fd 3` with an open descriptor.'],
    })
  }
  const text = readText(source === '-' ? 0 : source)
  return fromThemisKeyFile(text) ?? text
}

function readText(source: string | number): string {
  try {
    return readFileSync(source, 'utf8')
  } catch (cause) {
    throw new MetisSeqError({
      code: 'SECRET_UNREADABLE',
      message: `The private key cannot be read: ${messageOf(cause)}.`,
      exit: 'usage',
      cause,
    })
  }
}

/** `priv_key.value` of Themis' `priv_validator_key.json`: 32 bytes in base64. */
function fromThemisKeyFile(text: string): string | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isRecord(value) || !isRecord(value['priv_key'])) return undefined
  const encoded = value['priv_key']['value']
  return typeof encoded === 'string' ? Buffer.from(encoded, 'base64').toString('hex') : undefined
}
