import type {Agent, IncomingHttpHeaders, IncomingMessage, RequestOptions} from 'node:http'

import {
  basicOf,
  faultOfWay,
  proxyAuthorization,
  proxyFor,
  tunnelAgent,
  type Proxy,
} from './proxy.ts'

/**
 * Default maximum size of a response. geth and our node cap a batch at 25 MB; parsing needs about
 * five times the size, so a response of this size costs 160 MB.
 */
export const MAX_ANSWER_BYTES = 32_000_000

/** Errno-style codes for failed responses. */
export const ANSWER_TOO_LARGE = 'EMSGSIZE'
const TIMED_OUT = 'ETIMEDOUT'

/**
 * Node.js' HTTP modules for programs that start often.
 *
 * An `import` of `node:http` reads every property of the module, and one of them loads the whole of
 * undici; TLS is as heavy and not needed for a local endpoint. Loaded like this, a command only
 * loads what its URL needs, which saves 30 ms.
 */
export function httpFor(
  protocol: string,
): typeof import('node:http') | typeof import('node:https') {
  return protocol === 'https:'
    ? process.getBuiltinModule('node:https')
    : process.getBuiltinModule('node:http')
}

export interface HttpRequest {
  method: 'GET' | 'POST'
  body?: string
  headers?: Record<string, string>
  agent?: Agent
  /** Trusted certificate authorities for HTTPS; an agent has its own. */
  tls?: object
  /** For the whole exchange: a trickling response must not block a command forever. */
  timeoutMs: number
  maxBytes?: number
  /** Ends the exchange. */
  signal?: AbortSignal
}

export interface HttpAnswer {
  status: number
  headers: IncomingHttpHeaders
  text: string
}

/**
 * One request and its complete response, bounded in time and size. This is the only reader of HTTP
 * responses. Responses are never decompressed: we request no encoding, so a small one cannot become
 * large.
 *
 * @throws {Error} with a code of the system, `ETIMEDOUT`, or `EMSGSIZE` for a response that is too large
 */
export async function exchange(url: URL | string, request: HttpRequest): Promise<HttpAnswer> {
  if (!watch) return exchanged(url, request)
  const startedMs = performance.now()
  const tell = (outcome: Pick<Exchanged, 'status' | 'bytes' | 'error'>) => {
    const ms = Math.round(performance.now() - startedMs)
    watch?.({url: String(url), method: request.method, body: request.body ?? '', ms, ...outcome})
  }
  try {
    const answer = await exchanged(url, request)
    tell({status: answer.status, bytes: Buffer.byteLength(answer.text), error: null})
    return answer
  } catch (error) {
    tell({status: null, bytes: null, error})
    throw error
  }
}

/** A completed request, for observers. */
export interface Exchanged {
  /** As requested, including its credentials. */
  url: string
  method: string
  body: string
  ms: number
  /** Null without a response. */
  status: number | null
  bytes: number | null
  error: unknown
}

let watch: ((exchanged: Exchanged) => void) | undefined

/** From now on, every exchange of this process is reported when it ends. */
export function watchExchanges(told: (exchanged: Exchanged) => void): void {
  watch = told
}

function exchanged(url: URL | string, request: HttpRequest): Promise<HttpAnswer> {
  const {method, body = '', headers = {}, maxBytes, timeoutMs, signal} = request
  const target = new URL(url)
  return new Promise((resolve, reject) => {
    const way = wayTo(target, request)
    let isAnswered = false
    const outgoing = httpFor(target.protocol).request(
      way.to,
      {method, ...way.options, headers: {...lengthOf(method, body), ...headers, ...way.headers}},
      (response) => {
        isAnswered = true
        readAtMost(response, maxBytes ?? MAX_ANSWER_BYTES).then(
          (text) => resolve({status: response.statusCode ?? 0, headers: response.headers, text}),
          (error: unknown) => {
            outgoing.destroy()
            reject(error)
          },
        )
      },
    )
    // An unrequested protocol switch (status 101): there is no response, and no end to wait for.
    outgoing.on('upgrade', ({statusCode = 0, headers}, socket) => {
      socket.destroy()
      resolve({status: statusCode, headers, text: ''})
    })
    const timer = setTimeout(() => {
      const late = failure(TIMED_OUT, `No response within ${timeoutMs} ms.`)
      outgoing.destroy(late)
      // A request without a connection yet does not report that it was aborted.
      reject(late)
    }, timeoutMs)
    const abort = () => {
      const aborted = failure('ABORT_ERR', 'The request was aborted.')
      outgoing.destroy(aborted)
      reject(aborted)
    }
    signal?.addEventListener('abort', abort)
    if (signal?.aborted) abort()
    outgoing.on('close', () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      if (!isAnswered) reject(failure('ECONNRESET', 'The connection closed without a response.'))
    })
    outgoing.on('error', (error) => reject(faultOfWay(way.proxy, error)))
    outgoing.end(body)
  })
}

interface Way {
  to: URL
  /** The proxy that reads the request and is not only a tunnel. */
  proxy?: Proxy
  options: RequestOptions
  headers: Record<string, string>
}

/** Direct, or through the proxy from the environment: an HTTP address by its full URL, an HTTPS address by a tunnel. */
function wayTo(target: URL, {agent, timeoutMs, tls = {}}: HttpRequest): Way {
  const own = agent ? {agent} : tls
  const proxy = proxyFor(target)
  const basic = basicOf(target)
  const plain = new URL(target)
  // The library's decoding fails at a literal `%`.
  plain.username = plain.password = ''
  const authorization: Record<string, string> = basic === undefined ? {} : {authorization: basic}
  if (!proxy) return {to: plain, options: own, headers: authorization}
  if (target.protocol === 'https:') {
    // Connections are only kept alive by frequent callers, which pass their own tunnel.
    const through = agent ?? tunnelAgent(proxy, {timeoutMs, tls, keepAlive: false})
    return {to: plain, options: {agent: through}, headers: authorization}
  }
  const to = new URL(proxy.url)
  to.username = to.password = ''
  return {
    to,
    proxy,
    options: {...own, path: plain.href},
    headers: {host: target.host, ...proxyAuthorization(proxy), ...authorization},
  }
}

/** For many requests to one address: its connections stay open. */
export function agentTo(
  target: URL,
  {maxSockets, tls, timeoutMs}: {maxSockets: number; tls: object; timeoutMs: number},
): Agent {
  const proxy = target.protocol === 'https:' ? proxyFor(target) : undefined
  if (proxy) return tunnelAgent(proxy, {maxSockets, tls, timeoutMs, keepAlive: true})
  return new (httpFor(target.protocol).Agent)({keepAlive: true, maxSockets, ...tls})
}

function lengthOf(method: HttpRequest['method'], body: string): Record<string, string | number> {
  if (method === 'GET') return {}
  return {'content-type': 'application/json', 'content-length': Buffer.byteLength(body)}
}

/** The declared length is checked first, and not trusted otherwise. */
async function readAtMost(response: IncomingMessage, maxBytes: number): Promise<string> {
  const tooLarge = () =>
    failure(ANSWER_TOO_LARGE, `The response is larger than ${maxBytes / 1_000_000} MB.`)
  if (Number(response.headers['content-length'] ?? 0) > maxBytes) throw tooLarge()
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response) {
    size += (chunk as Buffer).length
    if (size > maxBytes) throw tooLarge()
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks, size).toString('utf8')
}

function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), {code})
}
