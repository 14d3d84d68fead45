import type {IncomingHttpHeaders} from 'node:http'

import {messageOf, systemErrorCode} from './errors.ts'
import {ANSWER_TOO_LARGE, exchange, httpFor, MAX_ANSWER_BYTES} from './http.ts'
import {isRecord} from './json.ts'

/** The endpoint gave no usable JSON-RPC answer. `reason` is stable; the URL is kept out of the text. */
export class RpcTransportError extends Error {
  readonly reason:
    | 'refused'
    | 'timeout'
    | 'http-status'
    | 'rate-limited'
    | 'not-json'
    | 'too-large'
    | 'wrong-answer'
    | 'network'
  readonly url: string
  readonly httpStatus: number | undefined
  /** When the endpoint wants to be asked again, if it said so; only where it is rate-limited. */
  readonly retryAfterMs: number | undefined

  constructor(options: {
    reason: RpcTransportError['reason']
    url: string
    message: string
    httpStatus?: number
    retryAfterMs?: number | undefined
    cause?: unknown
  }) {
    super(options.message, {cause: options.cause})
    this.name = 'RpcTransportError'
    this.reason = options.reason
    this.url = options.url
    this.httpStatus = options.httpStatus
    this.retryAfterMs = options.retryAfterMs
  }
}

/** The endpoint answered with a JSON-RPC error object. */
export class RpcResponseError extends Error {
  readonly code: number
  readonly data: unknown

  constructor(options: {code: number; message: string; data?: unknown}) {
    super(options.message)
    this.name = 'RpcResponseError'
    this.code = options.code
    this.data = options.data
  }
}

export interface RpcCall {
  method: string
  params?: readonly unknown[]
}

export interface RpcClient {
  readonly url: string
  request(method: string, params?: readonly unknown[]): Promise<unknown>
  /** One HTTP request with all calls, in order. Each answer is a value or an RpcResponseError. */
  batch(calls: readonly RpcCall[]): Promise<(unknown | RpcResponseError)[]>
  close(): void
}

export interface RpcClientOptions {
  timeoutMs?: number
  /** 1 gives strict order on the wire: a request starts when the one before it was answered. */
  maxSockets?: number
  headers?: Record<string, string>
  tls?: TlsOptions
  /** Longest answer that is read. */
  maxAnswerBytes?: number
  /** Of what is posted; GET sends no body. */
  method?: 'GET' | 'POST'
}

/** PEM texts. */
export interface TlsOptions {
  /** Whom to believe instead of the authorities that Node.js knows. */
  ca?: string
  /** Who we are, for a server that asks. */
  cert?: string
  key?: string
}

/**
 * JSON-RPC 2.0 over HTTP with keep-alive.
 *
 * `fetch` costs three times as much per call, and a node polls its engine many times a second.
 *
 * @throws {RpcTransportError} no usable answer
 * @throws {RpcResponseError} the answer is an error
 */
export function createRpcClient(url: string, options: RpcClientOptions = {}): RpcClient {
  return rpcOver(openHttp(url, options), url)
}

/** JSON-RPC 2.0 over anything that answers one text with another. */
export function rpcOver(connection: RpcConnection, url: string): RpcClient {
  let nextId = 1

  async function post(body: unknown): Promise<unknown> {
    const text = await connection.post(JSON.stringify(body))
    try {
      return JSON.parse(text) as unknown
    } catch (cause) {
      throw new RpcTransportError({
        reason: 'not-json',
        url,
        message: 'The endpoint answered with something that is not JSON.',
        cause,
      })
    }
  }

  return {
    url,
    async request(method, params = []) {
      const answer = await post({jsonrpc: '2.0', id: nextId++, method, params})
      return resultOf(answer, url)
    },
    async batch(calls) {
      const from = nextId
      nextId += calls.length
      const body = calls.map(({method, params = []}, index) => ({
        jsonrpc: '2.0',
        id: from + index,
        method,
        params,
      }))
      const answers = await post(body)
      if (!Array.isArray(answers)) return calls.map(() => resultOf(answers, url))
      const byId = new Map(answers.filter(isRecord).map((answer) => [answer['id'], answer]))
      return calls.map((_call, index) => resultOrError(byId.get(from + index), url))
    },
    close: () => connection.close(),
  }
}

export interface RpcConnection {
  /** @returns the body of the answer; rejects with a RpcTransportError */
  post(body: string): Promise<string>
  close(): void
}

/** An HTTP address to which texts are posted over connections that stay open. */
export function openHttp(url: string, options: RpcClientOptions): RpcConnection {
  const {timeoutMs = 10_000, maxSockets = 16, tls = {}, method = 'POST', headers = {}} = options
  const {maxAnswerBytes = MAX_ANSWER_BYTES} = options
  const target = new URL(url)
  const agent = new (httpFor(target.protocol).Agent)({keepAlive: true, maxSockets, ...tls})
  const request = {method, headers, agent, timeoutMs, maxBytes: maxAnswerBytes}

  async function post(body: string): Promise<string> {
    const answer = await exchange(target, {...request, body}).catch((cause: unknown) => {
      throw toTransportError(cause, url, timeoutMs)
    })
    // Whatever the body says, the request was not looked at.
    if (answer.status === TOO_MANY_REQUESTS) throw rateLimited(url, answer.headers)
    // Some endpoints answer a JSON-RPC error with an HTTP error status: the body decides.
    if (answer.status >= 400 && !looksLikeJson(answer.text))
      throw httpStatusError(url, answer.status)
    return answer.text
  }

  return {post, close: () => agent.destroy()}
}

const TOO_MANY_REQUESTS = 429

function rateLimited(url: string, headers: IncomingHttpHeaders): RpcTransportError {
  const after = headers['retry-after']
  const seconds = after !== undefined && /^\d{1,6}$/.test(after) ? Number(after) : undefined
  return new RpcTransportError({
    reason: 'rate-limited',
    url,
    httpStatus: TOO_MANY_REQUESTS,
    retryAfterMs: seconds === undefined ? undefined : seconds * 1000,
    message: 'The endpoint limits how often it is asked (HTTP status 429).',
  })
}

function httpStatusError(url: string, httpStatus: number): RpcTransportError {
  return new RpcTransportError({
    reason: 'http-status',
    url,
    httpStatus,
    message: `The endpoint answered with HTTP status ${httpStatus}.`,
  })
}

function resultOrError(answer: unknown, url: string): unknown | RpcResponseError {
  try {
    return resultOf(answer, url)
  } catch (error) {
    if (error instanceof RpcResponseError) return error
    throw error
  }
}

function resultOf(answer: unknown, url: string): unknown {
  if (isRecord(answer)) {
    if (isRecord(answer['error'])) {
      const {code, message, data} = answer['error']
      throw new RpcResponseError({
        code: typeof code === 'number' ? code : -32_000,
        message:
          typeof message === 'string'
            ? message.slice(0, MAX_ERROR_LETTERS)
            : 'The endpoint gave an error without a text.',
        data: boundedData(data),
      })
    }
    if ('result' in answer) return answer['result']
  }
  throw new RpcTransportError({
    reason: 'not-json',
    url,
    message: 'The endpoint answered with JSON that is not a JSON-RPC answer.',
  })
}

/** What a person reads of an error, many times over. Libraries copy the text into every error around it. */
const MAX_ERROR_LETTERS = 4_000
/** Revert data is shorter by far; a list of errors is no revert data. */
const MAX_ERROR_DATA_LETTERS = 100_000
/** Some endpoints wrap the data in the error of their own node. */
const MAX_ERROR_DATA_DEPTH = 4

/** What comes with an error, without what is too long to be read by anybody. */
function boundedData(data: unknown, depth = 0): unknown {
  if (typeof data === 'string')
    return data.length > MAX_ERROR_DATA_LETTERS ? data.slice(0, MAX_ERROR_LETTERS) : data
  if (!isRecord(data)) return typeof data === 'object' ? undefined : data
  if (depth > MAX_ERROR_DATA_DEPTH) return undefined
  const entries = Object.entries(data).slice(0, 20)
  return Object.fromEntries(entries.map(([name, value]) => [name, boundedData(value, depth + 1)]))
}

function looksLikeJson(text: string): boolean {
  return /^\s*[[{]/.test(text)
}

function toTransportError(cause: unknown, url: string, timeoutMs: number): RpcTransportError {
  const code = systemErrorCode(cause)
  if (code === 'ETIMEDOUT') {
    return new RpcTransportError({
      reason: 'timeout',
      url,
      message: `The endpoint did not answer within ${timeoutMs} ms.`,
      cause,
    })
  }
  if (code === ANSWER_TOO_LARGE) {
    return new RpcTransportError({
      reason: 'too-large',
      url,
      message: `The endpoint answers without measure. ${messageOf(cause)}`,
      cause,
    })
  }
  const refused = code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'EAI_AGAIN'
  return new RpcTransportError({
    reason: refused ? 'refused' : 'network',
    url,
    message: refused
      ? `The endpoint cannot be reached (${code}).`
      : `The connection to the endpoint broke (${code ?? messageOf(cause)}).`,
    cause,
  })
}
