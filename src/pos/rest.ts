import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'

import {MetisSeqError, systemErrorCode} from '../lib/errors.ts'
import {stringifyJson} from '../lib/json.ts'
import {createRoutes, HttpError, type RestSource} from './rest-routes.ts'

const LOOPBACK = '127.0.0.1'
/** A request has no body and its headers fit into one packet or two. */
const REQUEST_TIMEOUT_MS = 5000

export interface RestServer {
  url: string
  close(): Promise<void>
}

/**
 * Serves Themis' read paths and our own, without authentication, so on the loopback interface unless
 * told otherwise. Nothing here changes anything: the real POST paths that sign are left out.
 *
 * Source: Themis client REST queries of each module, port 1317.
 *
 * @param listen port 0 takes a free one
 * @throws {MetisSeqError} PORT_BUSY
 */
export async function startRest(
  source: RestSource,
  listen: {host?: string; port: number},
): Promise<RestServer> {
  const {host = LOOPBACK, port} = listen
  const routes = createRoutes(source)
  const server = createServer((request, response) => answer(routes, source, request, response))
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

function answer(
  routes: ReturnType<typeof createRoutes>,
  source: RestSource,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  try {
    const url = parseUrl(request.url)
    const handler = routes.find(url.pathname)
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD')
      throw new HttpError(405, `method ${request.method} is not allowed`)
    }
    const {status = 200, ...body} = handler(url.searchParams)
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
