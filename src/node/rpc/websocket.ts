/**
 * JSON-RPC over WebSocket: the same methods as by POST, plus subscriptions. In: an HTTP upgrade
 * request. Out: responses and notifications. All limits of a connection are here: size, number,
 * rate, timeouts.
 */
import {randomBytes} from 'node:crypto'
import type {IncomingMessage} from 'node:http'
import type {Duplex} from 'node:stream'

import {WebSocketServer, type RawData, type WebSocket} from 'ws'

import {clientOf} from '../../lib/client-address.ts'
import {Shares} from '../../lib/shares.ts'
import {
  FEED_WORK,
  RPC_BODY_BYTES,
  WS_BUFFER_BYTES,
  WS_CONNECTIONS,
  WS_IN_FLIGHT,
  WS_PER_CLIENT,
  WS_PING_MS,
  WS_SUBSCRIPTIONS,
  WS_SUBSCRIPTIONS_EACH,
  WS_TOTAL_BUFFER_BYTES,
} from '../rpc-limits.ts'
import type {Client, Subscriptions} from './context.ts'
import type {Feeds, News} from './feeds.ts'
import type {PendingAnswers} from './answer-meter.ts'
import {RpcError, rpcCodes, type AnswerMeter} from './json-rpc.ts'
import {shareOf} from './rate-limit.ts'

/** Time to read a rejection. */
const REFUSED_MS = 1_000

export interface WebSocketOptions {
  feeds: Feeds
  /** Maximum number of connections, if lower than usual. */
  most: number
  /** The response to one message; undefined: there is none. */
  answer(
    text: string,
    client: Client,
    remote: string,
    meter: AnswerMeter,
  ): Promise<string | undefined>
  pending: PendingAnswers
  /** A connection was rejected. */
  onRefused(): void
  onError(error: unknown): void
}

export interface WebSocketServing {
  /** Takes over an admitted connection. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, isTrusted: boolean): void
  readonly connections: number
  close(): void
}

export function createWebSocketServing(options: WebSocketOptions): WebSocketServing {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: RPC_BODY_BYTES,
    // Deflating a response takes longer than sending it, and a hostile message inflates a
    // thousandfold.
    perMessageDeflate: false,
  })
  const connections = new Set<Connection>()
  const pings = setInterval(() => {
    for (const connection of connections) connection.ping()
  }, WS_PING_MS).unref()
  // The total is limited by the connections.
  const shares = new Shares(WS_CONNECTIONS * WS_SUBSCRIPTIONS, WS_SUBSCRIPTIONS_EACH)
  const buffered = () => [...connections].reduce((sum, {socket}) => sum + socket.bufferedAmount, 0)

  return {
    get connections() {
      return connections.size
    },
    upgrade(request, socket, head, isTrusted) {
      const remote = request.socket.remoteAddress ?? ''
      const ofClient = [...connections].filter(({client}) => client === clientOf(remote)).length
      if (connections.size >= Math.min(WS_CONNECTIONS, options.most) || ofClient >= WS_PER_CLIENT) {
        options.onRefused()
        return refuseUpgrade(socket, 503, 'Too many connections.')
      }
      server.handleUpgrade(request, socket, head, (accepted) => {
        const connection = new Connection(accepted, {
          ...{remote, isTrusted, shares, buffered},
          ...options,
        })
        connections.add(connection)
        accepted.on('close', () => {
          connections.delete(connection)
          connection.end()
        })
      })
    },
    close() {
      clearInterval(pings)
      // 1001: the server goes away. Clients reconnect after it.
      for (const {socket} of connections) socket.close(1001)
      for (const {socket} of connections) socket.terminate()
      server.close()
    },
  }
}

export function refuseUpgrade(socket: Duplex, status: number, reason: string): void {
  const length = Buffer.byteLength(reason)
  socket.on('error', () => {})
  // A client that does not close after a rejection would keep the connection forever.
  setTimeout(() => socket.destroy(), REFUSED_MS).unref()
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nconnection: close\r\ncontent-type: text/plain\r\n` +
      `content-length: ${length}\r\n\r\n${reason}`,
  )
}

interface ConnectionOptions extends WebSocketOptions {
  remote: string
  isTrusted: boolean
  /** Counts the subscriptions of each client. */
  shares: Shares
  /** Pending data of all slow readers together. */
  buffered(): number
}

class Connection implements Subscriptions {
  readonly socket: WebSocket
  readonly client: string
  readonly #options: ConnectionOptions
  readonly #caller: Client
  readonly #gone = new AbortController()
  /** Unsubscribe functions. */
  readonly #subscriptions = new Map<string, () => void>()
  /** Notifications that arrived before the response with their id. */
  readonly #early = new Map<string, News[]>()
  #inFlight = 0
  #answersPing = true

  constructor(socket: WebSocket, options: ConnectionOptions) {
    const {remote, isTrusted} = options
    this.socket = socket
    this.client = clientOf(remote)
    this.#options = options
    const client = shareOf(remote, isTrusted)
    this.#caller = {signal: this.#gone.signal, isTrusted, client, subscriptions: this}
    socket.on('message', (data) => void this.#onMessage(data))
    socket.on('pong', () => (this.#answersPing = true))
    // A client that breaks the protocol is disconnected by the library; there is nothing to add.
    socket.on('error', () => {})
  }

  add(kind: string, options: unknown): string {
    if (this.#subscriptions.size >= WS_SUBSCRIPTIONS) {
      const message = `A connection has at most ${WS_SUBSCRIPTIONS} subscriptions.`
      throw new RpcError(rpcCodes.limit, message)
    }
    const {client} = this.#caller
    const leave = this.#options.shares.enter(client)
    if (!leave) {
      const message = `A client has at most ${WS_SUBSCRIPTIONS_EACH} subscriptions.`
      throw new RpcError(rpcCodes.limit, message)
    }
    try {
      const id = `0x${randomBytes(16).toString('hex')}`
      const deliver = (news: News) => this.#deliver(id, news)
      const end = this.#options.feeds.subscribe(kind, options, deliver, client)
      this.#subscriptions.set(id, () => {
        leave()
        end()
      })
      this.#early.set(id, [])
      return id
    } catch (error) {
      leave()
      throw error
    }
  }

  remove(id: string): boolean {
    this.#subscriptions.get(id)?.()
    this.#early.delete(id)
    return this.#subscriptions.delete(id)
  }

  ping(): void {
    if (!this.#answersPing) return this.socket.terminate()
    this.#answersPing = false
    this.socket.ping()
  }

  end(): void {
    this.#gone.abort()
    for (const end of this.#subscriptions.values()) end()
    this.#subscriptions.clear()
  }

  async #onMessage(data: RawData): Promise<void> {
    this.#inFlight++
    this.#pauseOrResume()
    const meter = this.#options.pending.open()
    try {
      const text = Buffer.isBuffer(data) ? data.toString('utf8') : String(data)
      const answer = await this.#options.answer(text, this.#caller, this.#options.remote, meter)
      const sent = answer === undefined ? undefined : this.#sent(answer)
      this.#begin()
      await sent
    } catch (error) {
      this.#options.onError(error)
      this.socket.terminate()
    } finally {
      meter.close()
      this.#inFlight--
      this.#pauseOrResume()
    }
  }

  /** Reads on only while the client reads its responses, so that requests alone cost no memory. */
  #pauseOrResume(): void {
    const isBusy = this.#inFlight >= WS_IN_FLIGHT || this.socket.bufferedAmount >= WS_BUFFER_BYTES
    if (isBusy && !this.socket.isPaused) this.socket.pause()
    if (!isBusy && this.socket.isPaused) this.socket.resume()
  }

  /** Resolves when the data has left this process or the client is gone. */
  #sent(text: string): Promise<void> {
    if (this.#gone.signal.aborted) return Promise.resolve()
    return new Promise((resolve) => this.socket.send(text, () => resolve()))
  }

  #send(text: string): void {
    if (this.#gone.signal.aborted) return
    this.socket.send(text, () => this.#pauseOrResume())
  }

  /** Sends the buffered notifications of new subscriptions, now that the client knows their ids. */
  #begin(): void {
    for (const [id, news] of this.#early) {
      this.#early.delete(id)
      for (const one of news) this.#deliver(id, one)
    }
  }

  #deliver(id: string, news: News): void {
    const early = this.#early.get(id)
    if (early) {
      early.push(news)
      if (early.length > FEED_WORK) this.socket.terminate()
      return
    }
    const waiting = this.socket.bufferedAmount
    const isSlow =
      waiting > WS_BUFFER_BYTES ||
      (waiting > 1_000_000 && this.#options.buffered() > WS_TOTAL_BUFFER_BYTES)
    if (isSlow) return this.socket.terminate()
    this.#send(
      `{"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":"${id}","result":${news.json}}}`,
    )
  }
}
