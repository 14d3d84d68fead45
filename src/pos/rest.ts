import type {IncomingMessage, ServerResponse} from 'node:http'

import {isBearer} from '../lib/bearer-token.ts'
import {clientOf} from '../lib/client-address.ts'
import {connectionLimits, Connections} from '../lib/connections.ts'
import {readDescriptorLimit} from '../lib/descriptor-limit.ts'
import {createHostCheck, HOST_REFUSED} from '../lib/host-names.ts'
import {listen as listenHttp, readBody, sendText, type HttpServer} from '../lib/http-server.ts'
import {stringifyJson} from '../lib/json.ts'
import {Shares} from '../lib/shares.ts'
import {uint64} from './rest-arguments.ts'
import {HttpError, NoSuchPathError, sdkError} from './rest-errors.ts'
import {
  POS_BODY_BYTES,
  POS_CONNECTIONS,
  POS_CONNECTIONS_EACH,
  POS_CONNECTIONS_LEAST,
  POS_DESCRIPTORS,
  POS_IN_PROGRESS,
  POS_IN_PROGRESS_EACH,
  POS_LEAVING,
} from './rest-limits.ts'
import {findPost, isPostOnly} from './rest-posts.ts'
import {createRoutes} from './rest-routes.ts'
import type {RestSource} from './rest-source.ts'

const LOOPBACK = '127.0.0.1'

export type RestServer = HttpServer

/**
 * Serves Themis' paths and our own. Reads need no authentication, so it listens on the loopback
 * interface by default; signing paths need the bearer token, as the real ones should.
 *
 * Source: Themis client REST queries of each module, port 1317.
 *
 * @param listen port 0 takes a free one
 * @throws {MetisSeqError} PORT_BUSY, PORT_NOT_ALLOWED
 */
export async function startRest(
  source: RestSource,
  listen: {host?: string; hostNames?: readonly string[]; port: number; token: string},
): Promise<RestServer> {
  const {host = LOOPBACK, hostNames, port, token} = listen
  const isHostKnown = createHostCheck({host, hostNames})
  const routes = createRoutes(source)
  const inProgress = new Shares(POS_IN_PROGRESS, POS_IN_PROGRESS_EACH)
  const context = {routes, source, token, isHostKnown, inProgress}
  return listenHttp(
    {host, port, purpose: 'the REST server', otherPort: '`--port PORT`'},
    (request, response) => answer(context, request, response),
    (error) => source.onError(error),
    undefined,
    new Connections(restConnections()),
  )
}

/** As many as the process limit leaves after the consensus layer's own needs. */
function restConnections() {
  const room = readDescriptorLimit() - POS_DESCRIPTORS - POS_LEAVING
  const total = Math.min(POS_CONNECTIONS, Math.max(POS_CONNECTIONS_LEAST, room))
  const limits = connectionLimits(total, POS_LEAVING)
  return {...limits, each: Math.min(limits.each, POS_CONNECTIONS_EACH)}
}

interface RestContext {
  routes: ReturnType<typeof createRoutes>
  source: RestSource
  token: string
  isHostKnown(header?: string): boolean
  inProgress: Shares
}

async function answer(
  context: RestContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    await act(context, request, response)
  } catch (error) {
    if (error instanceof HttpError) return send(response, error.status, {error: error.message})
    if (error instanceof NoSuchPathError) return sendNoSuchPath(response)
    context.source.onError(error)
    send(response, 500, {error: 'internal error'})
  }
}

async function act(
  {routes, source, token, isHostKnown, inProgress}: RestContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!isHostKnown(request.headers.host)) {
    response.setHeader('connection', 'close')
    throw new HttpError(403, HOST_REFUSED)
  }
  const url = parseUrl(request.url)
  const {method = ''} = request
  const post = findPost(source, method, url.pathname)
  if (post) {
    requireToken(request, response, token)
    const body = await readJson(request, response)
    return send(response, 200, await inTurn(inProgress, request, response, () => post(body)))
  }
  const isRead = method === 'GET' || method === 'HEAD'
  const handler = routes.find(url.pathname, isPostOnly)
  if (!isRead || handler === undefined) {
    response.setHeader('allow', handler === undefined ? 'POST' : 'GET, HEAD')
    throw new HttpError(405, `method ${method} is not allowed`)
  }
  const {status = 200, ...body} = await inTurn(inProgress, request, response, () =>
    handler(url.searchParams),
  )
  if ('bare' in body) return send(response, status, body.bare)
  checkHeight(url.searchParams, source)
  // Computed values that are not read from a state have no height.
  const height = body.isComputed ? '0' : String(source.state().revision)
  send(response, status, {height, result: body.result})
}

/** A request that waits for L1 or a signature occupies a slot; each client has a share of them. */
async function inTurn<T>(
  inProgress: Shares,
  {socket}: IncomingMessage,
  response: ServerResponse,
  work: () => T | Promise<T>,
): Promise<T> {
  const leave = inProgress.enter(clientOf(socket.remoteAddress ?? ''))
  if (!leave) {
    response.setHeader('retry-after', '1')
    throw new HttpError(503, 'too many requests in progress; retry in a second')
  }
  try {
    return await work()
  } finally {
    leave()
  }
}

function requireToken(request: IncomingMessage, response: ServerResponse, token: string): void {
  if (isBearer(request.headers.authorization, token)) return
  response.setHeader('www-authenticate', 'Bearer')
  // The rest of the body is not read.
  response.setHeader('connection', 'close')
  throw new HttpError(401, 'the bearer token is missing or wrong; it is in the file rest-token')
}

async function readJson(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
  const body = await readBody(request, POS_BODY_BYTES)
  if (!body) {
    response.setHeader('connection', 'close')
    throw new HttpError(413, `the body is larger than ${POS_BODY_BYTES} bytes`)
  }
  if (body.length === 0) return null
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw new HttpError(400, 'the body is not JSON')
  }
}

/** Only the newest state is available, so an older one is rejected instead of faked. */
function checkHeight(query: URLSearchParams, source: RestSource): void {
  const height = query.get('height')
  const current = source.state().revision
  if (height === null || height === '' || height === '0' || height === String(current)) return
  uint64(height)
  throw sdkError(
    500,
    `failed to load state at height ${height}; version does not exist (latest height: ${current})`,
  )
}

function parseUrl(path = '/'): URL {
  try {
    return new URL(path, 'http://localhost')
  } catch {
    throw new HttpError(400, 'the path cannot be read')
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  sendText(response, status, 'application/json', stringifyJson(body))
}

/** Source: `NotFound` of Go's `net/http`, which the router of Themis uses. */
function sendNoSuchPath(response: ServerResponse): void {
  sendText(response, 404, 'text/plain; charset=utf-8', '404 page not found\n')
}
