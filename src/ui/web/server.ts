/**
 * The dashboard as a page in a browser. In: GET requests. Out: the page's files and the newest frame.
 * It reads nothing itself, and nothing that it is sent changes anything.
 */
import {createHash, createHmac} from 'node:crypto'
import {readFileSync} from 'node:fs'
import type {IncomingMessage, ServerResponse} from 'node:http'
import {join} from 'node:path'

import {isBearer, isSameSecret} from '../../lib/bearer-token.ts'
import {cleanJson} from '../../lib/clean-text.ts'
import {connectionLimits, Connections} from '../../lib/connections.ts'
import {createHostCheck, HOST_REFUSED} from '../../lib/host-names.ts'
import {listen, sendText, type HttpServer} from '../../lib/http-server.ts'
import type {WebFrame} from './frame.ts'
import {WEB_CONNECTIONS, WEB_FRAME_MS} from './limits.ts'

interface Asset {
  type: string
  text: string
}

/** Files of the page by path. */
export interface WebAssets {
  /** Changes with any of them. */
  build: string
  byPath: Pick<ReadonlyMap<string, Asset>, 'get'>
}

const files: readonly (readonly [path: string, name: string, type: string])[] = [
  ['/', 'index.html', 'text/html; charset=utf-8'],
  ['/page.css', 'page.css', 'text/css; charset=utf-8'],
  ['/page.js', 'page.js', 'text/javascript; charset=utf-8'],
  ['/icon.svg', 'icon.svg', 'image/svg+xml'],
]

/** @param directory with the page as the build wrote it */
export function readWebAssets(directory: string): WebAssets {
  const byPath = new Map(
    files.map(([path, name, type]) => [
      path,
      {type, text: readFileSync(join(directory, name), 'utf8')},
    ]),
  )
  const hash = createHash('sha256')
  for (const {text} of byPath.values()) hash.update(text)
  return {build: hash.digest('hex').slice(0, 12), byPath}
}

/** Nothing from elsewhere, nothing inline, and no frame around it. */
const HEADERS = {
  'content-security-policy': [
    ...["default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'"],
    ...["connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
  ].join('; '),
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
} as const

export interface WebOptions {
  host: string
  /** 0 takes a free one. */
  port: number
  /** Additional names that the Host header may contain. */
  hostNames?: readonly string[] | undefined
  /** Null: everybody who reaches the port may read. */
  token: string | null
  assets: WebAssets
  frame(): WebFrame
  /** A picture of the frame by its path; undefined without one. */
  picture?: ((path: string) => string | undefined) | undefined
  onError(error: unknown): void
}

/**
 * Serves the page until it is closed.
 *
 * @throws {MetisSeqError} PORT_BUSY, PORT_NOT_ALLOWED
 */
export async function serveWeb(options: WebOptions): Promise<HttpServer> {
  const {host, port, hostNames, token, assets, frame, onError} = options
  const isHostKnown = createHostCheck({host, hostNames})
  const access = token === null ? null : createAccess(token)
  const frameText = keptFor(WEB_FRAME_MS, () => cleanJson(JSON.stringify(frame())))
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value)
    if (!isHostKnown(request.headers.host)) return refuse(response, 403, HOST_REFUSED)
    if (request.method !== 'GET') {
      response.setHeader('allow', 'GET')
      return refuse(response, 405, 'The page is read-only: use GET.')
    }
    const url = URL.parse(`http://localhost${request.url ?? '/'}`)
    if (!url) return refuse(response, 400, 'The path cannot be read.')
    const {pathname, searchParams} = url
    const given = searchParams.get('token')
    if (access && pathname === '/' && given !== null && access.isToken(given)) {
      return welcome(response, access.cookie)
    }
    if (access && !access.mayRead(request)) {
      response.setHeader('www-authenticate', 'Bearer')
      return refuse(response, 401, 'The token is missing or wrong. Open the page as /?token=TOKEN.')
    }
    if (pathname === '/data.json') {
      return sendText(response, 200, 'application/json', frameText())
    }
    const picture = options.picture?.(pathname)
    if (picture !== undefined) return sendText(response, 200, 'image/svg+xml', picture)
    const asset = assets.byPath.get(pathname)
    if (!asset) return refuse(response, 404, 'There is no such file.')
    sendText(response, 200, asset.type, asset.text)
  }
  const limits = {...connectionLimits(WEB_CONNECTIONS), each: WEB_CONNECTIONS}
  return listen(
    {host, port, purpose: 'the dashboard page', otherPort: '`--web HOST:PORT`'},
    answer,
    onError,
    undefined,
    new Connections(limits),
  )
}

const COOKIE = 'metis-seq-page'

interface Access {
  isToken(given: string): boolean
  mayRead(request: IncomingMessage): boolean
  /** Value of `Set-Cookie`. */
  cookie: string
}

/** The cookie is derived: browsers send it to every port of this host, and the token opens more than reading. */
function createAccess(token: string): Access {
  const value = createHmac('sha256', token).update(COOKIE).digest('hex')
  return {
    isToken: (given) => isSameSecret(given, token),
    mayRead: ({headers: {authorization, cookie}}) =>
      authorization === undefined
        ? isSameSecret(cookieOf(cookie), value)
        : isBearer(authorization, token),
    cookie: `${COOKIE}=${value}; HttpOnly; SameSite=Strict; Path=/`,
  }
}

function cookieOf(header = ''): string {
  const pairs = header.split(';').map((pair) => pair.trim().split('='))
  return pairs.find(([name]) => name === COOKIE)?.[1] ?? ''
}

/**
 * A redirect would not do: after a link on another site the browser withholds a strict cookie from
 * all of the chain. A refresh is a navigation of this site, and takes the token out of the address.
 */
function welcome(response: ServerResponse, cookie: string): void {
  const headers = {'set-cookie': cookie, refresh: '0; url=/'}
  sendText(response, 200, 'text/plain; charset=utf-8', 'Opening the dashboard.\n', headers)
}

function refuse(response: ServerResponse, status: number, message: string): void {
  sendText(response, status, 'text/plain; charset=utf-8', `${message}\n`)
}

function keptFor<T>(ms: number, make: () => T): () => T {
  let kept: {value: T; untilMs: number} | undefined
  return () => {
    const nowMs = performance.now()
    if (!kept || nowMs >= kept.untilMs) kept = {value: make(), untilMs: nowMs + ms}
    return kept.value
  }
}
