/** Access policy: by Host header, Origin and token. Decides only; the servers enforce it. */
import {createHash, timingSafeEqual} from 'node:crypto'
import type {IncomingHttpHeaders} from 'node:http'

import {MetisSeqError} from '../../lib/errors.ts'
import {fromReadError} from '../../lib/files.ts'
import {createHostCheck} from '../../lib/host-names.ts'
import {readSecretText} from '../../lib/read-file.ts'

export interface AccessPolicyOptions {
  /** Address the server listens on. */
  host: string
  /** Additional names that the Host header may contain. */
  hostNames?: readonly string[]
  /** Web origins that may read responses; `*` for any. Empty: none. */
  corsOrigins?: readonly string[]
  /** Null: no token is required. */
  token?: string | null
}

export interface AccessPolicy {
  /** False for a web page whose own name resolves to this machine (DNS rebinding). */
  isHostKnown(headers: IncomingHttpHeaders): boolean
  /** True if there is no Origin header, which only browsers send. */
  mayRead(headers: IncomingHttpHeaders): boolean
  /** Headers that allow the requesting page to read the response; none if it may not. */
  corsHeaders(headers: IncomingHttpHeaders): Record<string, string>
  /** `none`: no token is required, so its absence proves nothing. */
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

/** In constant time; comparing digests also hides the length. */
function isEqual(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(wanted))
}

/**
 * Reads the token that clients must present.
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
