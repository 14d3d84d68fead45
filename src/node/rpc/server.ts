/**
 * The public server: JSON-RPC by POST and WebSocket on one port, plus `/healthz`, `/readyz`,
 * `/health` and `/metrics` by GET. An optional second port, for WebSocket as in l2geth, serves the
 * same.
 */
import type {IncomingMessage, ServerResponse} from 'node:http'
import {setTimeout as sleep} from 'node:timers/promises'

import {readToken} from '../../lib/bearer-token.ts'
import {clientOf} from '../../lib/client-address.ts'
import {EXPOSITION_TYPE} from '../../lib/exposition.ts'
import {LoopLag} from '../../lib/loop-lag.ts'
import {Shares} from '../../lib/shares.ts'
import {isRecord} from '../../lib/json.ts'
import {errorFacts, type Logger} from '../../lib/log.ts'
import {HOST_REFUSED} from '../../lib/host-names.ts'
import type {Connections} from '../../lib/connections.ts'
import {listen, readBody, sendJson, sendText, type HttpServer} from '../../lib/http-server.ts'
import {
  RPC_BODY_BYTES,
  RPC_CONCURRENT,
  RPC_CONCURRENT_EACH,
  RPC_REFUSALS_AT_ONCE,
  RPC_REFUSED_PAUSE_MS,
  RPC_SMALL_CHARS,
  RPC_TURN_WAIT_MS,
} from '../rpc-limits.ts'
import {poolFull} from '../mempool/admission.ts'
import type {RefusedKind} from '../../protocol/node-status.ts'
import type {RpcOptions} from '../node-options.ts'
import type {Caller, Client, RpcContext} from './context.ts'
import {createAccessPolicy, type AccessPolicy} from './access-policy.ts'
import type {Readiness} from './health.ts'
import {PendingAnswers} from './answer-meter.ts'
import {
  answerBody,
  refusal,
  RpcError,
  rpcCodes,
  type AnswerMeter,
  type RpcRequest,
} from './json-rpc.ts'
import {asRpcError, costOf, dispatch} from './methods.ts'
import {RateLimit, shareOf} from './rate-limit.ts'
import {Turns} from './turns.ts'
import {createWebSocketServing, refuseUpgrade, type WebSocketServing} from './websocket.ts'

export interface RpcServerOptions extends RpcOptions {
  context: RpcContext
  logger: Logger
  /** Limits those of all listeners together. */
  connections: Connections
  readiness(): Readiness
  /** True when the next block is ours. */
  isOurTurn(): boolean
  renderMetrics(): string
  /** A client was turned away. */
  onRefused(kind: RefusedKind): void
}

export interface RpcServer extends HttpServer {
  readonly wsUrl: string
}

/**
 * @throws {MetisSeqError} PORT_BUSY, PORT_NOT_ALLOWED, RPC_TOKEN_INVALID and those of a missing
 * file
 */
export async function startRpcServer(options: RpcServerOptions): Promise<RpcServer> {
  const {host, port, wsPort, tokenFile, context, logger, connections} = options
  const token = tokenFile === undefined ? null : readToken(tokenFile, 'RPC_TOKEN_INVALID')
  const serving = new Serving(options, createAccessPolicy({...options, token}))
  const sockets = createWebSocketServing({
    feeds: context.feeds,
    // The other half is for POST requests.
    most: Math.floor(connections.limits.total / 2),
    pending: serving.pending,
    answer: (text, caller, remote, meter) => serving.answer(text, caller, remote, meter),
    onRefused: () => options.onRefused('connections'),
    onError: (error) => logger.warn('message failed', errorFacts(error)),
  })
  const open = (at: number, purpose: string, otherPort?: string) =>
    listen(
      {host, port: at, purpose, ...(otherPort === undefined ? {} : {otherPort})},
      (request, response) => serving.serve(request, response),
      (error) => logger.warn('request failed', errorFacts(error)),
      (request, socket, head) => serving.upgrade(request, socket, head, sockets),
      connections,
    )
  const server = await open(port, 'JSON-RPC')
  try {
    const second =
      wsPort === undefined
        ? undefined
        : await open(wsPort, 'JSON-RPC by WebSocket', '`--ws-port PORT`')
    return {
      url: server.url,
      wsUrl: (second ?? server).url.replace('http:', 'ws:'),
      async close() {
        sockets.close()
        serving.close()
        await Promise.all([server.close(), second?.close()])
      },
    }
  } catch (error) {
    sockets.close()
    serving.close()
    await server.close()
    throw error
  }
}

class Serving {
  readonly #options: RpcServerOptions
  readonly #access: AccessPolicy
  readonly #rate: RateLimit
  readonly #turns = new Turns()
  readonly #lag = new LoopLag()
  readonly pending = new PendingAnswers()
  readonly #inProgress = new Shares(RPC_CONCURRENT, RPC_CONCURRENT_EACH)

  constructor(options: RpcServerOptions, access: AccessPolicy) {
    this.#options = options
    this.#access = access
    this.#rate = new RateLimit()
  }

  close(): void {
    this.#lag.stop()
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const {headers, method} = request
    if (!this.#access.isHostKnown(headers)) {
      return refuse(response, 403, HOST_REFUSED)
    }
    for (const [name, value] of Object.entries(this.#access.corsHeaders(headers))) {
      response.setHeader(name, value)
    }
    if (method === 'OPTIONS') {
      response.writeHead(this.#access.mayRead(headers) ? 204 : 403)
      response.end()
      return
    }
    if (method !== 'POST') return this.#serveGet(request, response)
    const token = this.#access.tokenOf(headers)
    if (token === 'wrong') return unauthorized(response)
    await this.#servePost(request, response, token === 'right')
  }

  upgrade(
    request: IncomingMessage,
    socket: Parameters<WebSocketServing['upgrade']>[1],
    head: Buffer,
    sockets: WebSocketServing,
  ): void {
    const {headers} = request
    if (!this.#access.isHostKnown(headers)) {
      return refuseUpgrade(socket, 403, HOST_REFUSED)
    }
    // Browsers do not apply CORS to a WebSocket, so any web page could talk to a node on its
    // reader's machine.
    if (!this.#access.mayRead(headers)) {
      return refuseUpgrade(socket, 403, 'This web origin is not allowed.')
    }
    const token = this.#access.tokenOf(headers)
    if (token === 'wrong') {
      return refuseUpgrade(socket, 401, 'The bearer token is missing or wrong.')
    }
    sockets.upgrade(request, socket, head, token === 'right')
  }

  async answer(
    text: string,
    client: Client,
    remote: string,
    meter: AnswerMeter,
  ): Promise<string | undefined> {
    const {context, logger} = this.#options
    const caller: Caller = {...client, askedAtMs: performance.now() - this.#lag.ms}
    let overloads = 0
    const act = async (call: RpcRequest) => {
      if (!this.#rate.take(remote, costOf(call.method), performance.now())) {
        this.#options.onRefused('requests')
        throw new RpcError(rpcCodes.limit, 'Too many requests; retry in a second.')
      }
      try {
        return await dispatch(call, context, caller)
      } catch (error) {
        if (isOverload(error)) overloads++
        // A pool that is full refuses transactions, not calls.
        if (!isSend(call) && isOverShare(error)) this.#options.onRefused('calls')
        if (!(error instanceof RpcError)) {
          logger.error('method failed', {method: call.method.slice(0, 64), ...errorFacts(error)})
        }
        throw error
      }
    }
    const shed = async ({method}: RpcRequest) => {
      if (isSend({method})) overloads++
      throw busy(method)
    }
    // Bodies that have waited too long are no longer promised the next block.
    const begin = (waitedMs: number) => {
      const isLate = waitedMs > RPC_TURN_WAIT_MS
      if (isLate) this.#options.onRefused('requests')
      return answerBody(text, isLate ? shed : act, meter)
    }
    // A single call is read in no time and must not wait behind bodies with hundreds.
    const answer = await (text.length <= RPC_SMALL_CHARS ? begin(0) : this.#turns.run(begin))
    if (overloads > RPC_REFUSALS_AT_ONCE) await sleep(RPC_REFUSED_PAUSE_MS)
    return answer
  }

  async #servePost(
    request: IncomingMessage,
    response: ServerResponse,
    isTrusted: boolean,
  ): Promise<void> {
    // A browser can send anything else across sites without a preflight request.
    if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
      return refuse(response, 415, 'The content type is not JSON.')
    }
    const body = await readBody(request, RPC_BODY_BYTES)
    if (!body) {
      response.setHeader('connection', 'close')
      return refuse(response, 413, `A body has at most ${RPC_BODY_BYTES} bytes.`, rpcCodes.limit)
    }
    const remote = request.socket.remoteAddress ?? ''
    // Counted once the body is complete: an unfinished request takes nobody's place.
    const leave = this.#inProgress.enter(clientOf(remote))
    if (!leave) {
      this.#options.onRefused('requests')
      response.setHeader('retry-after', '1')
      return refuse(response, 503, 'The node is busy; try again.', rpcCodes.limit)
    }
    try {
      await this.#answerPost(body.toString('utf8'), response, remote, isTrusted)
    } finally {
      leave()
    }
  }

  async #answerPost(
    text: string,
    response: ServerResponse,
    remote: string,
    isTrusted: boolean,
  ): Promise<void> {
    const gone = new AbortController()
    response.on('close', () => gone.abort(answered))
    const client = shareOf(remote, isTrusted)
    const caller = {signal: gone.signal, isTrusted, client, subscriptions: undefined}
    const meter = this.pending.open()
    response.on('close', () => meter.close())
    const answer = await this.answer(text, caller, remote, meter)
    if (answer !== undefined) return sendText(response, 200, 'application/json', answer)
    response.writeHead(204)
    response.end()
  }

  /** Health is for probes without a token; metrics are not for everybody. */
  async #serveGet(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const {context, isOurTurn, readiness, renderMetrics} = this.#options
    if (request.method !== 'GET') return refuse(response, 405, 'Use POST for JSON-RPC.')
    switch (request.url) {
      case '/healthz':
        return sendJson(response, 200, {ok: true})
      case '/readyz': {
        const state = readiness()
        return sendJson(response, state.ready ? 200 : 503, state)
      }
      case '/health':
        return sendJson(response, 200, context.health.document(isOurTurn(), context.chain.head()))
      case '/metrics':
        if (this.#access.tokenOf(request.headers) === 'wrong') return unauthorized(response)
        return sendText(response, 200, EXPOSITION_TYPE, renderMetrics())
      default:
        return refuse(response, 405, 'Use POST for JSON-RPC.')
    }
  }
}

/** Created once: without a reason, each abort would create an error with its own stack. */
const answered = new Error('The request has been answered.')

function unauthorized(response: ServerResponse): void {
  response.setHeader('www-authenticate', 'Bearer')
  refuse(response, 401, 'The bearer token is missing or wrong.')
}

function refuse(
  response: ServerResponse,
  status: number,
  message: string,
  code: number = rpcCodes.invalidRequest,
): void {
  sendText(response, status, 'application/json', refusal(code, message))
}

/** More arrives than can be read: rejected unread. */
function busy(method: string): unknown {
  if (!isSend({method})) {
    return new RpcError(rpcCodes.limit, 'The node is busy; try again.')
  }
  return asRpcError(poolFull({retryAfterMs: RPC_REFUSED_PAUSE_MS}))
}

function isSend({method}: Pick<RpcRequest, 'method'>): boolean {
  return method === 'eth_sendRawTransaction'
}

/** With a retry time. */
function isOverShare(error: unknown): boolean {
  return error instanceof RpcError && isRecord(error.data) && 'retryAfterMs' in error.data
}

/** The pool is at capacity, for everyone or for this sender: resending at once does not help. */
function isOverload(error: unknown): boolean {
  if (!(error instanceof RpcError) || !isRecord(error.data)) return false
  return ['pool-full', 'sender-limit'].includes(String(error.data['reason']))
}
