/**
 * JSON-RPC over a Unix socket, one response per line.
 *
 * A server may process all requests of a connection at once, in any order. So a connection has one
 * request in flight, and sends the next as soon as the response is complete, before it is parsed.
 */
import {createConnection, type Socket} from 'node:net'

import {messageOf, systemErrorCode} from './errors.ts'
import {RpcTransportError, rpcOver, type RpcClient, type RpcConnection} from './json-rpc.ts'

export interface RpcSocketOptions {
  /** For one response. */
  timeoutMs: number
  /** Maximum number of connections, opened on demand. With one, the order of requests is preserved. */
  connections?: number
  /** Maximum characters of one response. */
  maxAnswer?: number
}

/** Below the runtime's maximum string length, and above the size of a state with half a million accounts. */
const MAX_ANSWER = 400_000_000

/** @throws {RpcTransportError | RpcResponseError} like every client */
export function createSocketClient(path: string, options: RpcSocketOptions): RpcClient {
  return rpcOver(new SocketPool(path, options), path)
}

class SocketPool implements RpcConnection {
  readonly #lanes: Lane[] = []
  readonly #open: () => Lane
  readonly #most: number

  constructor(path: string, {timeoutMs, connections = 1, maxAnswer}: RpcSocketOptions) {
    this.#open = () => new Lane(path, timeoutMs, maxAnswer ?? MAX_ANSWER)
    this.#most = connections
  }

  post(body: string): Promise<string> {
    return this.#lane().post(body)
  }

  close(): void {
    for (const lane of this.#lanes) lane.close()
  }

  #lane(): Lane {
    let best: Lane | undefined
    for (const lane of this.#lanes) {
      if (lane.load === 0) return lane
      if (!best || lane.load < best.load) best = lane
    }
    if (best && this.#lanes.length >= this.#most) return best
    const lane = this.#open()
    this.#lanes.push(lane)
    return lane
  }
}

interface Waiting {
  body: string
  resolve(answer: string): void
  reject(error: RpcTransportError): void
}

/** One connection. */
class Lane {
  readonly #path: string
  readonly #timeoutMs: number
  readonly #maxAnswer: number
  #socket: Socket | undefined
  /** The one that was sent. */
  #asked: Waiting | undefined
  #queue: Waiting[] = []
  #parts: string[] = []
  #received = 0

  constructor(path: string, timeoutMs: number, maxAnswer: number) {
    this.#path = path
    this.#timeoutMs = timeoutMs
    this.#maxAnswer = maxAnswer
  }

  get load(): number {
    return this.#queue.length + (this.#asked ? 1 : 0)
  }

  post(body: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#queue.push({body, resolve, reject})
      if (!this.#asked) this.#next()
    })
  }

  close(): void {
    this.#socket?.destroy()
    this.#end(undefined)
  }

  #next(): void {
    const next = this.#queue.shift()
    this.#asked = next
    if (!next) return
    const socket = this.#socket ?? this.#connect()
    // No data from the other side for this long, while a response is due.
    socket.setTimeout(this.#timeoutMs)
    socket.write(next.body)
  }

  #connect(): Socket {
    const socket = createConnection({path: this.#path})
    this.#socket = socket
    socket.setEncoding('utf8')
    socket.on('timeout', () => {
      if (this.#asked) socket.destroy(Object.assign(new Error(), {code: 'ETIMEDOUT'}))
    })
    socket.on('data', (text: string) => this.#take(socket, text))
    socket.on('error', (error) => this.#lost(socket, error))
    socket.on('close', () => this.#lost(socket, new Error('The connection closed.')))
    return socket
  }

  #take(socket: Socket, text: string): void {
    const end = text.indexOf('\n')
    this.#received += text.length
    if (this.#received > this.#maxAnswer) {
      socket.destroy(new Error(`The response is longer than ${this.#maxAnswer} characters.`))
      return
    }
    this.#parts.push(end === -1 ? text : text.slice(0, end))
    if (end === -1) return
    const asked = this.#asked
    if (!asked || end !== text.length - 1) {
      socket.destroy(new Error('It sent an unsolicited response.'))
      return
    }
    const answer = this.#parts.length === 1 ? this.#parts[0]! : this.#parts.join('')
    this.#parts = []
    this.#received = 0
    this.#next()
    asked.resolve(answer)
  }

  #lost(socket: Socket, error: Error): void {
    if (this.#socket === socket) this.#end(error)
  }

  #end(cause: Error | undefined): void {
    const waiting = [...(this.#asked ? [this.#asked] : []), ...this.#queue]
    this.#socket = undefined
    this.#asked = undefined
    this.#queue = []
    this.#parts = []
    this.#received = 0
    if (waiting.length === 0) return
    const error = this.#transportError(cause)
    for (const {reject} of waiting) reject(error)
  }

  #transportError(cause: Error | undefined): RpcTransportError {
    const code = systemErrorCode(cause)
    const url = this.#path
    if (code === 'ETIMEDOUT') {
      const message = `The socket did not respond in time (${this.#timeoutMs} ms).`
      return new RpcTransportError({reason: 'timeout', url, message, cause})
    }
    const refused = code === 'ECONNREFUSED' || code === 'ENOENT'
    const message = refused
      ? `Nothing is listening on the socket (${code}).`
      : `The connection to the socket was lost (${cause ? (code ?? messageOf(cause)) : 'closed'}).`
    return new RpcTransportError({reason: refused ? 'refused' : 'network', url, message, cause})
  }
}
