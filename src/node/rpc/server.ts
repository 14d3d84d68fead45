/**
 * The public door: JSON-RPC by POST, and `/healthz`, `/readyz`, `/metrics` by GET. No CORS header is
 * ever sent, so no web page can read an answer.
 */
import type {IncomingMessage, ServerResponse} from 'node:http'

import {errorFacts, type Logger} from '../../lib/log.ts'
import {listen, readBody, sendJson, sendText, type HttpServer} from '../http-server.ts'
import {RPC_BODY_BYTES, RPC_CONCURRENT} from '../limits.ts'
import {answerBody, errorAnswer, RpcError, rpcCodes} from './json-rpc.ts'
import {dispatch, type RpcContext} from './methods.ts'

export interface RpcServerOptions {
  host: string
  port: number
  context: RpcContext
  logger: Logger
  /** Ready: in step with the peers and not halted. */
  isReady(): boolean
  renderMetrics(): string
}

/** @throws {MetisSeqError} PORT_BUSY */
export function startRpcServer(options: RpcServerOptions): Promise<HttpServer> {
  const {host, port, logger} = options
  let inProgress = 0
  return listen(
    {host, port, purpose: 'JSON-RPC'},
    async (request, response) => {
      if (request.method !== 'POST') return serveGet(request, response, options)
      if (inProgress >= RPC_CONCURRENT) {
        return refuse(response, 503, rpcCodes.limit, 'The node is busy; try again.')
      }
      inProgress++
      try {
        await servePost(request, response, options)
      } finally {
        inProgress--
      }
    },
    (error) => logger.warn('request failed', errorFacts(error)),
  )
}

async function servePost(
  request: IncomingMessage,
  response: ServerResponse,
  {context, logger}: RpcServerOptions,
): Promise<void> {
  // Anything else can be sent across sites by a browser without asking us first.
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    return refuse(response, 415, rpcCodes.invalidRequest, 'The content type is not JSON.')
  }
  const body = await readBody(request, RPC_BODY_BYTES)
  if (!body) {
    response.setHeader('connection', 'close')
    return refuse(response, 413, rpcCodes.limit, `A body has at most ${RPC_BODY_BYTES} bytes.`)
  }
  const answer = await answerBody(body.toString('utf8'), async (call) => {
    try {
      return await dispatch(call, context)
    } catch (error) {
      if (!(error instanceof RpcError)) {
        logger.error('method failed', {method: call.method.slice(0, 64), ...errorFacts(error)})
      }
      throw error
    }
  })
  if (answer === undefined) {
    response.writeHead(204)
    response.end()
    return
  }
  sendJson(response, 200, answer)
}

async function serveGet(
  request: IncomingMessage,
  response: ServerResponse,
  {isReady, renderMetrics}: RpcServerOptions,
): Promise<void> {
  if (request.method !== 'GET') return refuse(response, 405, -32_600, 'Use POST for JSON-RPC.')
  switch (request.url) {
    case '/healthz':
      return sendJson(response, 200, {ok: true})
    case '/readyz':
      return sendJson(response, isReady() ? 200 : 503, {ready: isReady()})
    case '/metrics':
      return sendText(response, 200, 'text/plain; version=0.0.4', renderMetrics())
    default:
      return refuse(response, 405, rpcCodes.invalidRequest, 'Use POST for JSON-RPC.')
  }
}

function refuse(response: ServerResponse, status: number, code: number, message: string): void {
  sendJson(response, status, errorAnswer(null, new RpcError(code, message)))
}
