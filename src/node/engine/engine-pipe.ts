/**
 * Requests to the engine on one connection, in order: HTTP/1.1 pipelining. The engine takes the next
 * request from the connection when it has answered the one before, so the order is the same as with one
 * request at a time, and it never waits for us in between. General HTTP clients cost three times as much
 * per transaction, and pipeline only what may be sent twice.
 *
 * - Source: RFC 9112, section 9.3.2; figures in ADR 0017.
 */
import {createConnection, type Socket} from 'node:net'

import {messageOf} from '../../lib/errors.ts'
import {RpcTransportError, type RpcConnection} from '../../lib/json-rpc.ts'

const HEAD_END = Buffer.from('\r\n\r\n')

interface Waiting {
  resolve(body: string): void
  reject(error: RpcTransportError): void
}

export class EnginePipe implements RpcConnection {
  readonly #url: URL
  readonly #timeoutMs: number
  #socket: Socket | undefined
  /** Requests that are not answered, oldest first. */
  #waiting: Waiting[] = []
  #received: Buffer = Buffer.alloc(0)

  constructor(url: string, timeoutMs: number) {
    this.#url = new URL(url)
    this.#timeoutMs = timeoutMs
  }

  post(body: string): Promise<string> {
    const socket = this.#socket ?? this.#connect()
    const head =
      `POST / HTTP/1.1\r\nhost: ${this.#url.host}\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n`
    return new Promise((resolve, reject) => {
      this.#waiting.push({resolve, reject})
      socket.write(head + body)
    })
  }

  close(): void {
    this.#socket?.destroy()
    this.#end(undefined)
  }

  #connect(): Socket {
    const socket = createConnection({host: this.#url.hostname, port: Number(this.#url.port)})
    this.#socket = socket
    this.#received = Buffer.alloc(0)
    socket.setNoDelay(true)
    // Nothing from the engine for so long, while it owes an answer.
    socket.setTimeout(this.#timeoutMs, () => {
      if (this.#waiting.length > 0) socket.destroy(new Error('It does not answer in time.'))
    })
    socket.on('data', (data) => this.#take(socket, data))
    socket.on('error', (error) => this.#lost(socket, error))
    socket.on('close', () => this.#lost(socket, new Error('The connection ended.')))
    return socket
  }

  #take(socket: Socket, data: Buffer): void {
    this.#received = this.#received.length === 0 ? data : Buffer.concat([this.#received, data])
    try {
      for (let answer = this.#nextAnswer(); answer !== undefined; answer = this.#nextAnswer()) {
        this.#waiting.shift()?.resolve(answer)
      }
    } catch (error) {
      socket.destroy(error instanceof Error ? error : new Error(messageOf(error)))
    }
  }

  /** The body of the next whole answer. */
  #nextAnswer(): string | undefined {
    const received = this.#received
    const headEnd = received.indexOf(HEAD_END)
    if (headEnd === -1) return undefined
    const head = received.toString('latin1', 0, headEnd)
    const length = /^content-length: *(\d+)\r?$/im.exec(head)?.[1]
    if (!head.startsWith('HTTP/1.1 200') || length === undefined) {
      throw new Error(`It answers with ${head.split('\r\n')[0]}.`)
    }
    const from = headEnd + HEAD_END.length
    const to = from + Number(length)
    if (received.length < to) return undefined
    this.#received = received.subarray(to)
    return received.toString('utf8', from, to)
  }

  #lost(socket: Socket, error: Error): void {
    if (this.#socket === socket) this.#end(error)
  }

  #end(cause: Error | undefined): void {
    this.#socket = undefined
    const waiting = this.#waiting
    this.#waiting = []
    const message = `The connection to the engine broke (${cause ? messageOf(cause) : 'closed'}).`
    const error = new RpcTransportError({reason: 'network', url: this.#url.href, message, cause})
    for (const {reject} of waiting) reject(error)
  }
}
