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
 * Longest answer that is read unless a caller says otherwise. geth and our node end a batch at 25 MB; what is read is
 * held about five times over while it is parsed, so an answer of this size costs 160 MB.
 */
export const MAX_ANSWER_BYTES = 32_000_000

/** System-like codes of what went wrong with an answer. */
export const ANSWER_TOO_LARGE = 'EMSGSIZE'
const TIMED_OUT = 'ETIMEDOUT'

/**
 * Node.js' HTTP modules for programs that start often.
 *
 * An `import` of `node:http` reads every property of the module, and one of them loads the whole of
 * undici; TLS is as heavy and not needed for a local endpoint. Taken like this, a command loads what its
 * URL needs: 30 ms less of each.
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
  /** Whom to believe, for HTTPS; an agent brings its own. */
  tls?: object
  /** For the whole exchange: one that drips must not hold a command for ever. */
  timeoutMs: number
  maxBytes?: number
}

export interface HttpAnswer {
  status: number
  headers: IncomingHttpHeaders
  text: string
}

/**
 * One request and its whole answer, bounded in time and in size. This is the only reader of HTTP answers. An answer is
 * never unpacked: we ask for no encoding, so no small one becomes large.
 *
 * @throws {Error} with a code of the system, `ETIMEDOUT`, or `EMSGSIZE` for an answer that is too large
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

/** A request that was made: for whoever wants to see them all. */
export interface Exchanged {
  /** As it was asked for: with whatever credentials it holds. */
  url: string
  method: string
  body: string
  ms: number
  /** Null: no answer. */
  status: number | null
  bytes: number | null
  error: unknown
}

let watch: ((exchanged: Exchanged) => void) | undefined

/** From now on every exchange of this process is told when it is over. */
export function watchExchanges(told: (exchanged: Exchanged) => void): void {
  watch = told
}

function exchanged(url: URL | string, request: HttpRequest): Promise<HttpAnswer> {
  const {method, body = '', headers = {}, maxBytes, timeoutMs} = request
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
    // Nobody asked for another protocol (status 101): there is no answer, and no end to wait for.
    outgoing.on('upgrade', ({statusCode = 0, headers}, socket) => {
      socket.destroy()
      resolve({status: statusCode, headers, text: ''})
    })
    const timer = setTimeout(() => {
      const late = failure(TIMED_OUT, `No answer within ${timeoutMs} ms.`)
      outgoing.destroy(late)
      // A request that has no connection yet tells nobody that it was given up.
      reject(late)
    }, timeoutMs)
    outgoing.on('close', () => {
      clearTimeout(timer)
      if (!isAnswered) reject(failure('ECONNRESET', 'The connection ended without an answer.'))
    })
    outgoing.on('error', (error) => reject(faultOfWay(way.proxy, error)))
    outgoing.end(body)
  })
}

interface Way {
  to: URL
  /** That reads the request, and is not only a tunnel. */
  proxy?: Proxy
  options: RequestOptions
  headers: Record<string, string>
}

/** Straight, or through the proxy of the environment: a plain address by its whole name, a safe one by a tunnel. */
function wayTo(target: URL, {agent, timeoutMs, tls = {}}: HttpRequest): Way {
  const own = agent ? {agent} : tls
  const proxy = proxyFor(target)
  const basic = basicOf(target)
  const plain = new URL(target)
  // What the library makes of them fails at a `%` that stands for itself.
  plain.username = plain.password = ''
  const authorization: Record<string, string> = basic === undefined ? {} : {authorization: basic}
  if (!proxy) return {to: plain, options: own, headers: authorization}
  if (target.protocol === 'https:') {
    // Kept connections are those of whoever asks often, and brings a tunnel of his own.
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

/** What the sender says of the length is looked at first, and believed in nothing else. */
async function readAtMost(response: IncomingMessage, maxBytes: number): Promise<string> {
  const tooLarge = () =>
    failure(ANSWER_TOO_LARGE, `The answer is larger than ${maxBytes / 1_000_000} MB.`)
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
