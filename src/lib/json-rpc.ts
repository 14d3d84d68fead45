import {certificateDoubt} from './certificate-doubt.ts'
import {MetisSeqError, messageOf, systemErrorCode} from './errors.ts'
import {httpRefusal, withoutSecrets} from './http-refusal.ts'
import {agentTo, ANSWER_TOO_LARGE, exchange, MAX_ANSWER_BYTES} from './http.ts'
import {isRecord} from './json.ts'
import {RpcResponseError, RpcTransportError} from './rpc-errors.ts'
import {sendInParts, type BatchAnswer} from './rpc-batch.ts'
import type {RpcCall} from './rpc-call.ts'

export type {RpcCall} from './rpc-call.ts'

export {RpcResponseError, RpcTransportError}

export interface RpcClient {
  readonly url: string
  request(method: string, params?: readonly unknown[]): Promise<unknown>
  /**
   * One HTTP request with all calls, in order; several, where the endpoint limits the batch size.
   * Each result is a value or an RpcResponseError.
   */
  batch(calls: readonly RpcCall[]): Promise<(unknown | RpcResponseError)[]>
  close(): void
}

export interface RpcClientOptions {
  timeoutMs?: number
  /** 1 gives strict order on the wire: a request starts after the response to the previous one. */
  maxSockets?: number
  headers?: Record<string, string>
  tls?: TlsOptions
  /** Maximum size of a response. */
  maxAnswerBytes?: number
  /** Content type of a POST; GET sends no body. */
  method?: 'GET' | 'POST'
}

/** PEM texts. */
export interface TlsOptions {
  /** Trusted certificate authorities instead of those of Node.js. */
  ca?: string | string[]
  /** Our client certificate, for a server that requires one. */
  cert?: string
  key?: string
}

/**
 * JSON-RPC 2.0 over HTTP with keep-alive.
 *
 * `fetch` costs three times as much per call, and a node polls its engine many times a second.
 *
 * @throws {RpcTransportError} no usable response
 * @throws {RpcResponseError} the response is an error
 */
export function createRpcClient(url: string, options: RpcClientOptions = {}): RpcClient {
  return rpcOver(openHttp(url, options), url)
}

/** JSON-RPC 2.0 over any transport that returns one text for another. */
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
        message: 'The endpoint returned something that is not JSON.',
        cause,
      })
    }
  }

  /** One request. A missing response is undefined. */
  async function postBatch(calls: readonly RpcCall[]): Promise<BatchAnswer> {
    const from = nextId
    nextId += calls.length
    const ids = calls.map((_call, index) => from + index)
    const body = calls.map(({method, params = []}, index) => ({
      jsonrpc: '2.0',
      id: ids[index],
      method,
      params,
    }))
    const answers = await post(calls.length === 1 ? body[0] : body)
    if (calls.length === 1 && !Array.isArray(answers)) {
      assertId(answers, from, url, calls[0]!.method)
      return [resultOrError(answers, url)]
    }
    if (!Array.isArray(answers)) return errorOf(answers, url)
    const byId = new Map(answers.filter(isRecord).map((answer) => [String(answer['id']), answer]))
    const found = ids.map((id) => byId.get(String(id)))
    if (found.every((answer) => answer === undefined) && isRecord(answers[0]))
      return errorOf(answers[0], url)
    return found.map((answer) => (answer === undefined ? undefined : resultOrError(answer, url)))
  }

  return {
    url,
    async request(method, params = []) {
      const id = nextId++
      const answer = await post({jsonrpc: '2.0', id, method, params})
      assertId(answer, id, url, method)
      return resultOf(answer, url)
    },
    batch: (calls) => sendInParts(url, calls, postBatch),
    close: () => connection.close(),
  }
}

/** A single error for a whole batch. A result without a matching call is not a response. */
function errorOf(answer: unknown, url: string): RpcResponseError {
  const outcome = resultOrError(answer, url)
  if (outcome instanceof RpcResponseError) return outcome
  throw new RpcTransportError({
    reason: 'not-json',
    url,
    message: 'The endpoint returned something other than a list of responses to a batch.',
  })
}

/** An error without an id, or an id sent as text, still belongs to this request. */
function assertId(answer: unknown, id: number, url: string, method: string): void {
  const answered = isRecord(answer) ? (answer['id'] ?? id) : id
  if (String(answered) === String(id)) return
  const message = `It answers ${method} with the response to another request.`
  throw new RpcTransportError({reason: 'wrong-answer', url, message})
}

export interface RpcConnection {
  /** @returns the body of the response; rejects with a RpcTransportError */
  post(body: string): Promise<string>
  close(): void
}

/** An HTTP endpoint for POST requests over persistent connections. */
export function openHttp(url: string, options: RpcClientOptions): RpcConnection {
  const {timeoutMs = 10_000, maxSockets = 16, tls = {}, method = 'POST', headers = {}} = options
  const {maxAnswerBytes = MAX_ANSWER_BYTES} = options
  const target = new URL(url)
  const agent = agentTo(target, {maxSockets, tls, timeoutMs})
  const request = {method, headers, agent, timeoutMs, maxBytes: maxAnswerBytes}

  async function post(body: string): Promise<string> {
    const answer = await exchange(target, {...request, body}).catch((cause: unknown) => {
      throw toTransportError(cause, url, timeoutMs)
    })
    const refusal = httpRefusal(url, answer)
    if (refusal) throw refusal
    return answer.text
  }

  return {post, close: () => agent.destroy()}
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
    if (typeof answer['error'] === 'string') {
      const message = withoutSecrets(answer['error'].slice(0, MAX_ERROR_LETTERS), url)
      throw new RpcResponseError({code: -32_000, message})
    }
    if (isRecord(answer['error'])) {
      const {code, message, data} = answer['error']
      throw new RpcResponseError({
        code: typeof code === 'number' ? code : -32_000,
        message:
          typeof message === 'string'
            ? withoutSecrets(message.slice(0, MAX_ERROR_LETTERS), url)
            : 'The endpoint returned an error without a message.',
        data: boundedData(data),
      })
    }
    if ('result' in answer) return answer['result']
  }
  throw new RpcTransportError({
    reason: 'not-json',
    url,
    message: 'The endpoint returned JSON that is not a JSON-RPC response.',
  })
}

/** Maximum length of an error text, far above what a person reads. Libraries copy the text into every wrapping error. */
const MAX_ERROR_LETTERS = 4_000
/** Revert data is far shorter; a list of errors is not revert data. */
const MAX_ERROR_DATA_LETTERS = 100_000
/** Some endpoints wrap the data in the error of their own node. */
const MAX_ERROR_DATA_DEPTH = 4

/** The data of an error, without oversized values. */
function boundedData(data: unknown, depth = 0): unknown {
  if (typeof data === 'string')
    return data.length > MAX_ERROR_DATA_LETTERS ? data.slice(0, MAX_ERROR_LETTERS) : data
  if (!isRecord(data)) return typeof data === 'object' ? undefined : data
  if (depth > MAX_ERROR_DATA_DEPTH) return undefined
  const entries = Object.entries(data).slice(0, 20)
  return Object.fromEntries(entries.map(([name, value]) => [name, boundedData(value, depth + 1)]))
}

function toTransportError(cause: unknown, url: string, timeoutMs: number): RpcTransportError {
  const code = systemErrorCode(cause)
  if (cause instanceof MetisSeqError) {
    // From the proxy: the endpoint behind it has seen nothing.
    return new RpcTransportError({reason: 'refused', url, message: cause.message, cause})
  }
  if (code === 'ETIMEDOUT') {
    return new RpcTransportError({
      reason: 'timeout',
      url,
      message: `The endpoint did not respond within ${timeoutMs} ms.`,
      cause,
    })
  }
  if (code === ANSWER_TOO_LARGE) {
    return new RpcTransportError({
      reason: 'too-large',
      url,
      message: `The endpoint returned an oversized response. ${messageOf(cause)}`,
      cause,
    })
  }
  const doubt = certificateDoubt(code)
  if (doubt !== undefined)
    return new RpcTransportError({reason: 'untrusted', url, message: doubt, cause})
  const refused = code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'EAI_AGAIN'
  return new RpcTransportError({
    reason: refused ? 'refused' : 'network',
    url,
    message: refused
      ? `The endpoint cannot be reached (${code}).`
      : `The connection to the endpoint was lost (${code ?? messageOf(cause)}).`,
    cause,
  })
}
