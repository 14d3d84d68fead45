import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import type {Duplex} from 'node:stream'

import {MetisSeqError, systemErrorCode} from './errors.ts'
import {Connections} from './connections.ts'

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** Takes over the connection of a request to upgrade to another protocol. */
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

export interface HttpServer {
  /** `http://host:port` with the actual port. */
  readonly url: string
  /** Closes idle connections at once and the others after their response. */
  close(): Promise<void>
}

/** An address to listen on, and what for. */
export interface Place {
  host: string
  port: number
  /** Completes `meant for`. */
  purpose: string
  /** What an operator types for another port, in backticks; undefined where nobody chooses it. */
  otherPort?: string
}

/**
 * Starts an HTTP server on one address.
 *
 * @param handler a rejection closes the connection and is passed to `onError`
 * @param onUpgrade without it, an upgrade request is handled like any other
 * @param connections limits them; passed when several servers share the limits
 * @throws {MetisSeqError} PORT_BUSY, PORT_NOT_ALLOWED
 */
export async function listen(
  address: Place,
  handler: RequestHandler,
  onError: (error: unknown) => void,
  onUpgrade?: UpgradeHandler,
  connections = new Connections(),
): Promise<HttpServer> {
  const server = createServer((request, response) => {
    handler(request, response).catch((error: unknown) => {
      onError(error)
      response.destroy()
    })
  })
  // Deadlines are enforced by the connection limits.
  server.requestTimeout = 0
  server.headersTimeout = 0
  server.keepAliveTimeout = 30_000
  server.on('clientError', (_error, socket) => socket.destroy())
  if (onUpgrade) server.on('upgrade', onUpgrade)
  connections.watch(server)
  await bind(server, address)
  const {port} = server.address() as AddressInfo
  const host = address.host.includes(':') ? `[${address.host}]` : address.host
  let closed: Promise<void> | undefined
  return {
    url: `http://${host}:${port}`,
    close: () => (closed ??= closeServer(server)),
  }
}

/** Ends a request that declares or sends more than `limit` bytes. @returns undefined in that case */
export async function readBody(
  request: IncomingMessage,
  limit: number,
): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > limit) return undefined
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += (chunk as Buffer).length
    if (size > limit) return undefined
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}

export function sendText(
  response: ServerResponse,
  status: number,
  type: string,
  text: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'x-content-type-options': 'nosniff',
    ...headers,
  })
  response.end(text)
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  sendText(response, status, 'application/json', JSON.stringify(value))
}

/**
 * Checks that the address is free before any work that precedes a server on it.
 *
 * @throws {MetisSeqError} PORT_BUSY, PORT_NOT_ALLOWED
 */
export async function assertPortFree(place: Place): Promise<void> {
  if (place.port === 0) return
  const server = createServer()
  await bind(server, place)
  await closeServer(server)
}

function bind(server: Server, place: Place): Promise<void> {
  const {host, port} = place
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(bindError(error, place)))
    server.listen({host, port, exclusive: true}, resolve)
  })
}

function bindError(error: unknown, {host, port, purpose, otherPort}: Place): unknown {
  const code = systemErrorCode(error)
  const facts = {host, port: `${port}`, purpose} as const
  if (code === 'EADDRINUSE') {
    return new MetisSeqError({
      code: 'PORT_BUSY',
      retryable: false,
      message: `Port ${port} of ${host}, meant for ${purpose}, is used by another program.`,
      facts,
      hints: [
        `Run \`ss -ltnp 'sport = :${port}'\` to see which one.`,
        ...(otherPort === undefined ? [] : [`Or choose another port with ${otherPort}.`]),
      ],
      cause: error,
    })
  }
  if (code !== 'EACCES' && code !== 'EADDRNOTAVAIL') return error
  return new MetisSeqError({
    code: 'PORT_NOT_ALLOWED',
    message: `${host}:${port}, meant for ${purpose}, cannot be used here (${code}).`,
    facts,
    hints: [
      code === 'EACCES'
        ? `Ports below 1024 are for root only. Choose another one${otherPort === undefined ? '' : ` with ${otherPort}`}.`
        : 'Run `ip -brief address` to see the addresses of this machine.',
    ],
    cause: error,
  })
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
    // A client with an open connection after this is not waiting for a response.
    setTimeout(() => server.closeAllConnections(), 500).unref()
  })
}
