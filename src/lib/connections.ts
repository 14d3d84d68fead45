/**
 * Limits on connections to an HTTP server, per client, and on the time for a complete request. In:
 * the events of the server. Out: closed connections. Node's own `requestTimeout` checks every 30 s,
 * and only headers and bodies that nobody reads yet, so the deadlines here are checked by our own
 * timer.
 */
import type {IncomingMessage, Server, ServerResponse} from 'node:http'
import type {Socket} from 'node:net'

import {clientOf} from './client-address.ts'
import {
  HTTP_BODIES,
  HTTP_BODIES_EACH,
  HTTP_BODY_BYTES_PER_MS,
  HTTP_BODY_MS,
  HTTP_CONNECTIONS,
  HTTP_CONNECTIONS_EACH,
  HTTP_HEADERS_MS,
  HTTP_LEAVING,
  HTTP_LOOK_MS,
  HTTP_UNREAD_ANSWER_MS,
} from './http-limits.ts'

export interface ConnectionLimits {
  /** Maximum connections of all clients; of one client. */
  total: number
  each: number
  /** Additional connections that may still be closing. */
  leaving: number
  /** Requests with an incomplete body: of all clients; of one client. */
  bodies: number
  bodiesEach: number
}

type Phase = 'headers' | 'body' | 'answer' | 'idle' | 'upgraded'

interface Held {
  socket: Socket
  client: string
  phase: Phase
  sinceMs: number
  /** Socket bytes at the start of the phase; for a response, the bytes sent. */
  bytes: number
  request: IncomingMessage | undefined
  response: ServerResponse | undefined
}

export function connectionLimits(
  total = HTTP_CONNECTIONS,
  leaving = HTTP_LEAVING,
): ConnectionLimits {
  // One client gets at most a quarter, so that it takes four to reach the total limit.
  const each = Math.max(1, Math.min(HTTP_CONNECTIONS_EACH, Math.floor(total / 4)))
  return {...{total, each, leaving}, bodies: HTTP_BODIES, bodiesEach: HTTP_BODIES_EACH}
}

/** Can serve several servers, which then share the limits. */
export class Connections {
  readonly #onRefused: () => void
  readonly limits: ConnectionLimits
  /** Oldest first: starting something new moves a connection to the end. */
  readonly #held = new Map<Socket, Held>()
  readonly #byClient = new Map<string, Set<Held>>()
  #servers = 0
  #timer: NodeJS.Timeout | undefined

  /** @param onRefused a connection was rejected or evicted; not called for timeouts */
  constructor(limits = connectionLimits(), onRefused: () => void = () => {}) {
    this.limits = limits
    this.#onRefused = onRefused
  }

  watch(server: Server): void {
    // Connections above it are dropped unseen. An ended connection counts until it is closed.
    server.maxConnections = this.limits.total + this.limits.leaving
    server.on('connection', (socket) => this.#admit(socket))
    server.prependListener('request', (request, response) => this.#onRequest(request, response))
    // Adding the first listener would change how the server handles the request.
    if (server.listenerCount('upgrade') > 0) {
      server.prependListener('upgrade', ({socket}) => this.#move(socket, 'upgraded'))
    }
    this.#servers++
    this.#timer ??= setInterval(() => this.#look(performance.now()), HTTP_LOOK_MS).unref()
    server.on('close', () => {
      if (--this.#servers > 0) return
      clearInterval(this.#timer)
      this.#timer = undefined
    })
  }

  #admit(socket: Socket): void {
    const client = clientOf(socket.remoteAddress ?? '')
    const own = this.#byClient.get(client)
    if (own && own.size >= this.limits.each && !this.#endOldest(own)) return this.#refuse(socket)
    if (this.#held.size >= this.limits.total && !this.#giveWay(own?.size ?? 0)) {
      return this.#refuse(socket)
    }
    const held: Held = {
      ...{socket, client, phase: 'headers', sinceMs: performance.now(), bytes: 0},
      ...{request: undefined, response: undefined},
    }
    this.#held.set(socket, held)
    const ofClient = this.#byClient.get(client) ?? new Set()
    this.#byClient.set(client, ofClient.add(held))
    socket.once('close', () => this.#forget(held))
  }

  #forget(held: Held): void {
    this.#held.delete(held.socket)
    const own = this.#byClient.get(held.client)
    own?.delete(held)
    if (own?.size === 0) this.#byClient.delete(held.client)
  }

  #refuse(socket: Socket): void {
    this.#onRefused()
    socket.destroy()
  }

  #makeRoom(held: Held): void {
    // A connection waiting for its next request loses nothing.
    if (held.phase !== 'idle') this.#onRefused()
    this.#end(held)
  }

  #end(held: Held): void {
    this.#forget(held)
    held.socket.destroy()
  }

  #onRequest(request: IncomingMessage, response: ServerResponse): void {
    const held = this.#move(request.socket, 'body')
    if (!held) return
    Object.assign(held, {request, response})
    response.once('close', () => {
      if (held.response !== response) return
      this.#move(held.socket, 'idle')
      Object.assign(held, {request: undefined, response: undefined})
    })
    this.#boundBodies(held)
  }

  /** The client's oldest unfinished request is evicted; when all capacity is used, that of the client with the most. */
  #boundBodies({client}: Held): void {
    const ofClient = [...(this.#byClient.get(client) ?? [])].filter(isUnfinished)
    const [oldest] = ofClient
    if (oldest && ofClient.length > this.limits.bodiesEach) return this.#makeRoom(oldest)
    const all = [...this.#held.values()].filter(isUnfinished)
    if (all.length <= this.limits.bodies) return
    const [first] = groupOfMost(all)
    if (first) this.#makeRoom(first)
  }

  /** A client with more connections than the newcomer loses its oldest idle one. */
  #giveWay(ownCount: number): boolean {
    let most: Set<Held> | undefined
    for (const group of this.#byClient.values()) {
      if (group.size > (most?.size ?? ownCount)) most = group
    }
    return most !== undefined && this.#endOldest(most)
  }

  #endOldest(group: Iterable<Held>): boolean {
    const given = [...group].filter((held) => mayGo(held))
    given.sort((a, b) => a.sinceMs - b.sinceMs)
    const idle = given.find(({phase}) => phase === 'idle')
    const oldest = idle ?? given[0]
    if (oldest) this.#makeRoom(oldest)
    return oldest !== undefined
  }

  #move(socket: Socket, phase: Phase): Held | undefined {
    const held = this.#held.get(socket)
    if (!held) return undefined
    Object.assign(held, {phase, sinceMs: performance.now(), bytes: socket.bytesRead})
    return held
  }

  /** Ends late connections. This needs no timer per request, and enforces a deadline within one check. */
  #look(now: number): void {
    for (const held of [...this.#held.values()]) if (this.#isLate(held, now)) this.#end(held)
  }

  #isLate(held: Held, now: number): boolean {
    const {socket, request, response} = held
    const ms = now - held.sinceMs
    switch (held.phase) {
      case 'upgraded':
        return false
      case 'idle':
        // The next request has started. An idle connection is ended by the server's own limit.
        if (socket.bytesRead > held.bytes) this.#move(socket, 'headers')
        return false
      case 'headers':
        return ms > HTTP_HEADERS_MS
      case 'body':
        if (request?.complete) {
          Object.assign(held, {phase: 'answer', sinceMs: now, bytes: socket.bytesWritten})
          return false
        }
        return ms > HTTP_BODY_MS + (socket.bytesRead - held.bytes) / HTTP_BODY_BYTES_PER_MS
      case 'answer':
        if (!response?.writableEnded || socket.bytesWritten > held.bytes) {
          Object.assign(held, {sinceMs: now, bytes: socket.bytesWritten})
        }
        return ms > HTTP_UNREAD_ANSWER_MS
    }
  }
}

function isUnfinished({phase, request}: Held): boolean {
  return phase === 'body' && request?.complete === false
}

/** Excludes connections waiting for our response, and WebSockets, which have their own limits. */
function mayGo(held: Held): boolean {
  return held.phase === 'idle' || held.phase === 'headers' || isUnfinished(held)
}

function groupOfMost(all: readonly Held[]): readonly Held[] {
  const groups = new Map<string, Held[]>()
  for (const held of all) groups.set(held.client, [...(groups.get(held.client) ?? []), held])
  return [...groups.values()].reduce(
    (most, group) => (group.length > most.length ? group : most),
    [],
  )
}
