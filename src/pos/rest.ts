import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'

import {MetisSeqError, systemErrorCode} from '../lib/errors.ts'
import {createHostCheck, HOST_REFUSED} from '../lib/host-names.ts'
import {stringifyJson} from '../lib/json.ts'
import {HttpError} from './rest-arguments.ts'
import {findPost, isPostOnly} from './rest-posts.ts'
import {createRoutes, type RestSource} from './rest-routes.ts'
import {isAuthorized} from './rest-token.ts'

const LOOPBACK = '127.0.0.1'
/** Also for the largest body on a loopback interface. */
const REQUEST_TIMEOUT_MS = 5000

export interface RestServer {
  url: string
  close(): Promise<void>
}

/** A batch of 128 KiB, the largest transaction that L1 takes, in hexadecimal, and room. */
const MAX_BODY_BYTES = 512 * 1024

/**
 * Serves Themis' paths and our own. Reading needs no authentication, so it listens on the loopback
 * interface unless told otherwise; paths that sign need the bearer token, as the real ones should.
 *
 * Source: Themis client REST queries of each module, port 1317.
 *
 * @param listen port 0 takes a free one
 * @throws {MetisSeqError} PORT_BUSY
 */
export async function startRest(
  source: RestSource,
  listen: {host?: string; hostNames?: readonly string[]; port: number; token: string},
): Promise<RestServer> {
  const {host = LOOPBACK, hostNames, port, token} = listen
  const isHostKnown = createHostCheck({host, hostNames})
  const routes = createRoutes(source)
  const server = createServer((request, response) => {
    void answer({routes, source, token, isHostKnown}, request, response)
  })
  server.requestTimeout = REQUEST_TIMEOUT_MS
  server.headersTimeout = REQUEST_TIMEOUT_MS
  await bind(server, host, port)
  const {port: bound} = server.address() as AddressInfo
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(systemErrorCode(error) === 'EADDRINUSE' ? portBusy(host, port, error) : error)
    })
    server.listen(port, host, resolve)
  })
}

function portBusy(host: string, port: number, cause: unknown): MetisSeqError {
  return new MetisSeqError({
    code: 'PORT_BUSY',
    message: `Port ${port} on ${host} is used by another process.`,
    exit: 'busy',
    facts: {host, port: `${port}`},
    hints: [`ss -ltnp 'sport = :${port}'`],
    cause,
  })
}

interface RestContext {
  routes: ReturnType<typeof createRoutes>
  source: RestSource
  token: string
  isHostKnown(header?: string): boolean
}

async function answer(
  {routes, source, token, isHostKnown}: RestContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    if (!isHostKnown(request.headers.host)) {
      response.setHeader('connection', 'close')
      throw new HttpError(403, HOST_REFUSED)
    }
    const url = parseUrl(request.url)
    const {method = ''} = request
    const post = findPost(source, method, url.pathname)
    if (post) {
      requireToken(request, response, token)
      return send(response, 200, await post(await readBody(request)))
    }
    const isRead = method === 'GET' || method === 'HEAD'
    const handler = routes.find(url.pathname, isPostOnly)
    if (!isRead || handler === undefined) {
      response.setHeader('allow', handler === undefined ? 'POST' : 'GET, HEAD')
      throw new HttpError(405, `method ${method} is not allowed`)
    }
    const {status = 200, ...body} = await handler(url.searchParams)
    if ('bare' in body) return send(response, status, body.bare)
    checkHeight(url.searchParams, source)
    const height = String(source.state().revision)
    send(response, status, {height, result: body.result})
  } catch (error) {
    if (error instanceof HttpError) return send(response, error.status, {error: error.message})
    source.onError(error)
    send(response, 500, {error: 'internal error'})
  }
}

function requireToken(request: IncomingMessage, response: ServerResponse, token: string): void {
  if (isAuthorized(request.headers.authorization, token)) return
  response.setHeader('www-authenticate', 'Bearer')
  // What is left of the body is not read.
  response.setHeader('connection', 'close')
  throw new HttpError(401, 'the bearer token is missing or wrong; it is in the file rest-token')
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length
    if (size > MAX_BODY_BYTES) {
      throw new HttpError(413, `the body is larger than ${MAX_BODY_BYTES} bytes`)
    }
    parts.push(part)
  }
  if (size === 0) return null
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'))
  } catch {
    throw new HttpError(400, 'the body is not JSON')
  }
}

/** Only the newest state is kept, so that an older one is refused and not passed off. */
function checkHeight(query: URLSearchParams, source: RestSource): void {
  const height = query.get('height')
  const current = source.state().revision
  if (height === null || height === '' || height === '0' || height === String(current)) return
  throw new HttpError(400, `the state at height ${height} is not kept, only that at ${current}`)
}

function parseUrl(path = '/'): URL {
  try {
    return new URL(path, 'http://localhost')
  } catch {
    throw new HttpError(400, 'the path cannot be read')
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = stringifyJson(body)
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  })
  response.end(text)
}
