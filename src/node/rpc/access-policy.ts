/** Access policy: by Host header, Origin and token. Decides only; the servers enforce it. */
import type {IncomingHttpHeaders} from 'node:http'

import {isBearer} from '../../lib/bearer-token.ts'
import {createHostCheck} from '../../lib/host-names.ts'

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
      return isBearer(authorization, token) ? 'right' : 'wrong'
    },
  }
}
