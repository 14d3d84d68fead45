/** Tokens that clients of our HTTP servers present. */
import {createHash, timingSafeEqual} from 'node:crypto'

import {MetisSeqError} from './errors.ts'
import {fromReadError} from './files.ts'
import {readSecretText} from './read-file.ts'

/** Compares in constant time; comparing digests also hides the length. */
export function isSameSecret(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(wanted))
}

/** Compares an Authorization header in constant time. */
export function isBearer(header: string | undefined, token: string): boolean {
  return isSameSecret(header ?? '', `Bearer ${token}`)
}

/**
 * Reads the token that clients must present.
 *
 * @throws {MetisSeqError} `code`, FILE_MISSING and other file errors
 */
export function readToken(file: string, code: 'RPC_TOKEN_INVALID' | 'WEB_TOKEN_INVALID'): string {
  let text: string
  try {
    text = readSecretText(file).trim()
  } catch (error) {
    throw fromReadError(error, file)
  }
  if (/^[\x21-\x7e]{16,512}$/.test(text)) return text
  throw new MetisSeqError({
    code,
    message: `The token in ${file} is not 16 to 512 printable characters without spaces.`,
    facts: {file},
    hints: [`Run \`openssl rand -hex 32 > ${file}\` and \`chmod 600 ${file}\`.`],
  })
}
