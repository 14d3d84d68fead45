/**
 * Pushed heads of a chain, by `eth_subscribe` over a WebSocket. In: addresses. Out: the number of each
 * announced block, and why there are none at the moment. All limits of a hostile address are here: size and
 * rate of its messages, timeouts, and pauses between connections.
 */
import type {ClientRequest, IncomingMessage} from 'node:http'

import type {ClientOptions, RawData, WebSocket} from 'ws'

import {cleanText} from '../lib/clean-text.ts'
import {systemClock, type Clock} from '../lib/clock.ts'
import {MetisSeqError, messageOf, systemErrorCode} from '../lib/errors.ts'
import {isRecord} from '../lib/json.ts'
import type {TlsOptions} from '../lib/json-rpc.ts'
import {parseJson} from '../lib/parse-json.ts'
import {basicOf, proxyFor, tunnelAgent} from '../lib/proxy.ts'
import {redactUrl, redactUrls} from '../lib/redact.ts'
import {counted, formatDuration} from '../lib/units.ts'

/** Why no heads are pushed. Stable: scripts read it. */
export type HeadsFaultCode =
  | 'closed'
  | 'flood'
  | 'http-status'
  | 'network'
  | 'not-json-rpc'
  | 'refused'
  | 'silent'
  | 'timeout'
  | 'too-large'
  | 'unsupported'
  | 'wrong-chain'

export interface HeadsFault {
  code: HeadsFaultCode
  /** A sentence, without secrets. */
  reason: string
}

export interface HeadsOptions {
  chainId: number
  /** `ws://` or `wss://`, the preferred one first. */
  urls: readonly string[]
  tls(): TlsOptions
  /** For the connection, and for each of the two answers. */
  timeoutMs: number
  /** Time without a head after which a subscription is given up; null where blocks come on demand. */
  silentMs: number | null
  /** Time between two pings, and for the answer to one. */
  pingMs?: number
  clock?: Clock
  signal: AbortSignal
  /** A subscription has begun. No head has come yet. */
  onOpen(endpoint: string): void
  onHead(number: bigint): void
  onDown(endpoint: string, fault: HeadsFault): void
}

/** A header has some 1,500 bytes of JSON, of which 514 are its bloom filter. */
const MESSAGE_BYTES = 64_000
/** The shortest slot is 50 ms: 20 heads a second, and as many again after a pause. */
const MESSAGES_PER_SECOND = 100
const PING_MS = 10_000
/** First pause between two connections; it doubles up to the longest. */
const PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 60_000

/** Faults that another attempt a second later would meet again. */
const LASTING: readonly HeadsFaultCode[] = ['flood', 'too-large', 'unsupported', 'wrong-chain']

/**
 * Follows the heads of a chain until the signal aborts: one connection at a time, a new one after
 * each fault. Never throws.
 */
export async function watchHeads(options: HeadsOptions): Promise<void> {
  const {urls, clock = systemClock, signal} = options
  let rounds = 0
  for (let turn = 0; !signal.aborted; turn++) {
    const url = urls[turn % urls.length]!
    const startedMs = clock.monotonicMs()
    const fault = await follow(url, options)
    if (signal.aborted) return
    options.onDown(redactUrl(url), fault)
    // Only a connection that lasted is a reason to begin anew: one that is closed at once is not.
    if (clock.monotonicMs() - startedMs >= LONGEST_PAUSE_MS) rounds = 0
    const isRoundOver = turn % urls.length === urls.length - 1
    if (isRoundOver) rounds++
    const pauseMs = !isRoundOver
      ? PAUSE_MS
      : LASTING.includes(fault.code)
        ? LONGEST_PAUSE_MS
        : Math.min(PAUSE_MS * 2 ** (rounds - 1), LONGEST_PAUSE_MS)
    await clock.sleep(pauseMs, signal).catch(() => {})
  }
}

async function follow(url: string, options: HeadsOptions): Promise<HeadsFault> {
  try {
    // Its HTTP modules take 30 ms to load, and most commands never need it.
    const {WebSocket: Socket} = await import('ws')
    if (options.signal.aborted) return {code: 'closed', reason: 'It is over.'}
    const {target, connection} = wayTo(url, options)
    return await new HeadStream(new Socket(target, connection), url, options).ended
  } catch (error) {
    return {code: 'network', reason: redactUrls(messageOf(error))}
  }
}

/** @throws {MetisSeqError} CA_FILE_INVALID, PROXY_UNSUPPORTED */
function wayTo(
  url: string,
  {tls, timeoutMs}: HeadsOptions,
): {target: URL; connection: ClientOptions} {
  const target = new URL(url)
  const basic = basicOf(target)
  // The library's decoding fails at a literal `%`.
  target.username = target.password = ''
  const asHttp = new URL(target.href.replace(/^ws/, 'http'))
  const proxy = proxyFor(asHttp)
  const isPlain = target.protocol === 'ws:'
  const agent = proxy && tunnelAgent(proxy, {timeoutMs, tls: tls(), keepAlive: false, isPlain})
  return {
    target,
    connection: {
      ...(isPlain ? {} : tls()),
      ...(agent ? {agent} : {}),
      ...(basic === undefined ? {} : {headers: {authorization: basic}}),
      handshakeTimeout: timeoutMs,
      maxPayload: MESSAGE_BYTES,
      // A message of a few bytes could inflate a thousandfold.
      perMessageDeflate: false,
    },
  }
}

const CHAIN_ID = 1
const SUBSCRIBE = 2

/** One connection: the chain id is checked before anything is subscribed to. */
class HeadStream {
  readonly ended: Promise<HeadsFault>
  readonly #socket: WebSocket
  readonly #url: string
  readonly #options: HeadsOptions
  readonly #end: (fault: HeadsFault) => void
  #isOver = false
  #timer: NodeJS.Timeout | undefined
  #pings: NodeJS.Timeout | undefined
  #hasPong = true
  #subscription: string | undefined
  #messages = {count: 0, sinceMs: 0}

  constructor(socket: WebSocket, url: string, options: HeadsOptions) {
    this.#socket = socket
    this.#url = url
    this.#options = options
    const {promise, resolve} = Promise.withResolvers<HeadsFault>()
    this.ended = promise
    const abort = () => this.#fail('closed', 'It is over.')
    this.#end = (fault) => {
      options.signal.removeEventListener('abort', abort)
      resolve(fault)
    }
    options.signal.addEventListener('abort', abort, {once: true})
    socket.on('open', () => this.#ask(CHAIN_ID, 'eth_chainId', []))
    socket.on('message', (data, isBinary) => this.#take(data, isBinary))
    socket.on('pong', () => (this.#hasPong = true))
    socket.on('unexpected-response', (request, response) => this.#turnedAway(request, response))
    socket.on('error', (error) => this.#failed(error))
    socket.on('close', (code) => this.#fail('closed', `It closed the connection (${code}).`))
    this.#expect(options.timeoutMs)
  }

  #ask(id: number, method: string, params: unknown[]): void {
    this.#socket.send(JSON.stringify({jsonrpc: '2.0', id, method, params}))
    this.#expect(this.#options.timeoutMs)
  }

  /** Until the next step is done. */
  #expect(ms: number): void {
    clearTimeout(this.#timer)
    const words = `It did not respond within ${formatDuration(ms / 1000)}.`
    this.#timer = setTimeout(() => this.#fail('timeout', words), ms)
  }

  #take(data: RawData, isBinary: boolean): void {
    if (this.#isOver) return
    if (this.#isFlood()) {
      const words = `It sent more than ${counted(MESSAGES_PER_SECOND, 'message')} in a second.`
      return this.#fail('flood', words)
    }
    const message = isBinary ? undefined : parsed(String(data))
    if (!isRecord(message)) return this.#garbage()
    if (message['method'] === 'eth_subscription') return this.#takeHead(message['params'])
    if (message['id'] === CHAIN_ID && this.#subscription === undefined) {
      return this.#takeChainId(message)
    }
    if (message['id'] === SUBSCRIBE && this.#subscription === undefined) {
      return this.#takeSubscription(message)
    }
    this.#garbage()
  }

  #takeChainId({result}: Record<string, unknown>): void {
    const {chainId} = this.#options
    const served = numberOf(result)
    if (served === undefined) return this.#garbage()
    if (served === BigInt(chainId)) return this.#ask(SUBSCRIBE, 'eth_subscribe', ['newHeads'])
    const words = `It serves chain ${served}, but this network needs chain ${chainId}.`
    this.#fail('wrong-chain', words)
  }

  #takeSubscription({result, error}: Record<string, unknown>): void {
    if (isRecord(error)) {
      const said = typeof error['message'] === 'string' ? cleanText(error['message']) : ''
      return this.#fail('unsupported', `It refuses eth_subscribe: ${redactUrls(said)}`)
    }
    if (typeof result !== 'string' || result === '') return this.#garbage()
    this.#subscription = result
    this.#startPings()
    this.#awaitHead()
    this.#options.onOpen(redactUrl(this.#url))
  }

  #takeHead(params: unknown): void {
    // Some send the first heads before the answer that names the subscription.
    if (this.#subscription === undefined) return
    if (!isRecord(params) || params['subscription'] !== this.#subscription) return this.#garbage()
    const head = params['result']
    const number = isRecord(head) ? numberOf(head['number']) : undefined
    if (number === undefined) return this.#garbage()
    this.#awaitHead()
    this.#options.onHead(number)
  }

  #awaitHead(): void {
    clearTimeout(this.#timer)
    const {silentMs} = this.#options
    if (silentMs === null) return
    const words = `It has announced no head for ${formatDuration(silentMs / 1000)}.`
    this.#timer = setTimeout(() => this.#fail('silent', words), silentMs)
  }

  /** A connection whose other side is gone without a word would look like a quiet one. */
  #startPings(): void {
    this.#pings = setInterval(() => {
      if (!this.#hasPong) return this.#fail('silent', 'It no longer answers pings.')
      this.#hasPong = false
      this.#socket.ping()
    }, this.#options.pingMs ?? PING_MS)
  }

  #isFlood(): boolean {
    const nowMs = performance.now()
    if (nowMs - this.#messages.sinceMs > 1000) this.#messages = {count: 0, sinceMs: nowMs}
    return ++this.#messages.count > MESSAGES_PER_SECOND
  }

  #turnedAway(request: ClientRequest, {statusCode = 0}: IncomingMessage): void {
    request.destroy()
    this.#fail('http-status', `It accepts no WebSocket (HTTP status ${statusCode}).`)
  }

  #failed(error: Error): void {
    const code = systemErrorCode(error) ?? ''
    if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') {
      return this.#fail('too-large', `It sent a message of more than ${MESSAGE_BYTES / 1000} KB.`)
    }
    if (code.startsWith('WS_ERR_')) return this.#garbage()
    // Of the proxy, which says more.
    if (error instanceof MetisSeqError) return this.#fail('network', redactUrls(error.message))
    if (code === 'ECONNREFUSED') return this.#fail('refused', 'Nothing is listening there.')
    const said = code === '' ? cleanText(redactUrls(messageOf(error))) : code
    this.#fail('network', `The connection failed (${said}).`)
  }

  #garbage(): void {
    this.#fail('not-json-rpc', 'It sent something that is not a JSON-RPC answer.')
  }

  #fail(code: HeadsFaultCode, reason: string): void {
    if (this.#isOver) return
    this.#isOver = true
    clearTimeout(this.#timer)
    clearInterval(this.#pings)
    this.#socket.terminate()
    this.#end({code, reason})
  }
}

function parsed(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

/** A quantity of at most 64 bits. */
function numberOf(value: unknown): bigint | undefined {
  return typeof value === 'string' && /^0x[0-9a-f]{1,16}$/i.test(value) ? BigInt(value) : undefined
}
