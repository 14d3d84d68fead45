/** Who may come in: by Host header, by Origin, by token. Decides only; the servers act on it. */
import {createHash, timingSafeEqual} from 'node:crypto'
import type {IncomingHttpHeaders} from 'node:http'

import {MetisSeqError} from '../../lib/errors.ts'
import {fromFileError} from '../../lib/files.ts'
import {readSecretText} from '../../lib/read-file.ts'
import {isLoopback} from './rate-limit.ts'

export interface DoorOptions {
  /** Address the server listens on. */
  host: string
  /** Names besides the address that a Host header may have. */
  hostNames?: readonly string[]
  /** Web pages that may read answers; `*` for any. Empty: none. */
  corsOrigins?: readonly string[]
  /** Null: nobody needs a token. */
  token?: string | null
}

export interface Door {
  /**
   * A web page can make its own name point to this machine, and then the browser lets it read answers. Only
   * its Host header gives it away.
   */
  isHostKnown(headers: IncomingHttpHeaders): boolean
  /** True without an Origin header, which only browsers send. */
  mayRead(headers: IncomingHttpHeaders): boolean
  /** Headers that let the page of this request read the answer; none when it may not. */
  corsHeaders(headers: IncomingHttpHeaders): Record<string, string>
  /** `none`: no token is needed, so that having none proves nothing. */
  tokenOf(headers: IncomingHttpHeaders): 'right' | 'wrong' | 'none'
}

export function createDoor({host, hostNames, corsOrigins, token}: DoorOptions): Door {
  const names = new Set([
    'localhost',
    '127.0.0.1',
    '[::1]',
    host,
    `[${host}]`,
    ...(hostNames ?? []),
  ])
  const isChecked = isLoopback(host) || host === 'localhost' || (hostNames?.length ?? 0) > 0
  const origins = new Set(corsOrigins)
  const mayRead = ({origin}: IncomingHttpHeaders) =>
    origin === undefined || origins.has('*') || origins.has(origin)
  return {
    isHostKnown: (headers) => !isChecked || names.has(nameOf(headers.host)),
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

/** The name in a Host header, without its port. Lower-case. */
function nameOf(header: string | undefined): string {
  return (header ?? '').replace(/:\d+$/, '').toLowerCase()
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
    throw fromFileError(error, file)
  }
  if (/^[\x21-\x7e]{16,512}$/.test(text)) return text
  throw new MetisSeqError({
    code: 'RPC_TOKEN_INVALID',
    message: `The token in ${file} is not 16 to 512 printable characters without spaces.`,
    exit: 'config',
    facts: {file},
    hints: [`Run \`openssl rand -hex 32 > ${file}\` and \`chmod 600 ${file}\`.`],
  })
}
