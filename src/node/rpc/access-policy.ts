/** Who may come in: by Host header, by Origin, by token. Decides only; the servers act on it. */
import {createHash, timingSafeEqual} from 'node:crypto'
import type {IncomingHttpHeaders} from 'node:http'

import {MetisSeqError} from '../../lib/errors.ts'
import {fromReadError} from '../../lib/files.ts'
import {createHostCheck} from '../../lib/host-names.ts'
import {readSecretText} from '../../lib/read-file.ts'

export interface AccessPolicyOptions {
  /** Address the server listens on. */
  host: string
  /** Names besides the address that a Host header may have. */
  hostNames?: readonly string[]
  /** Web pages that may read answers; `*` for any. Empty: none. */
  corsOrigins?: readonly string[]
  /** Null: nobody needs a token. */
  token?: string | null
}

export interface AccessPolicy {
  /** False for a web page that made its own name point to this machine. */
  isHostKnown(headers: IncomingHttpHeaders): boolean
  /** True without an Origin header, which only browsers send. */
  mayRead(headers: IncomingHttpHeaders): boolean
  /** Headers that let the page of this request read the answer; none when it may not. */
  corsHeaders(headers: IncomingHttpHeaders): Record<string, string>
  /** `none`: no token is needed, so that having none proves nothing. */
  tokenOf(headers: IncomingHttpHeaders): 'right' | 'wrong' | 'none'
}

export function createAccessPolicy({
  host,
  hostNames,
  corsOrigins,
  token,
}: AccessPolicyOptions): AccessPolicy {
  const isHostKnown = createHostCheck({host, hostNames})
  const origins = new Set(corsOrigins)
  const mayRead = ({origin}: IncomingHttpHeaders) =>
    origin === undefined || origins.has('*') || origins.has(origin)
  return {
    isHostKnown: (headers) => isHostKnown(headers.host),
    mayRead,
    corsHeaders(headers) {
      const {origin} = headers
      if (origin === undefined || !mayRead(headers)) return {}
      return {
        'access-control-allow-origin': origins.has('*') ? '*' : origin,
        'access-control-allow-headers': 'content-type, authorization',
        'access-control-allow-methods': 'POST, GET',
        'access-control-max-age': '600',
        vary: 'origin',
      }
    },
    tokenOf({authorization}) {
      if (!token) return 'none'
      return isEqual(authorization ?? '', `Bearer ${token}`) ? 'right' : 'wrong'
    },
  }
}

/** In a time that depends on neither text; comparing digests hides the length as well. */
function isEqual(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(wanted))
}

/**
 * Reads the token that clients have to show.
 *
 * @throws {MetisSeqError} FILE_MISSING and other file errors; RPC_TOKEN_INVALID
 */
export function readToken(file: string): string {
  let text: string
  try {
    text = readSecretText(file).trim()
  } catch (error) {
    throw fromReadError(error, file)
  }
  if (/^[\x21-\x7e]{16,512}$/.test(text)) return text
  throw new MetisSeqError({
    code: 'RPC_TOKEN_INVALID',
    message: `The token in ${file} is not 16 to 512 printable characters without spaces.`,
    facts: {file},
    hints: [`Run \`openssl rand -hex 32 > ${file}\` and \`chmod 600 ${file}\`.`],
  })
}
