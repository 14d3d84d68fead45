/**
 * Public access to the local L1 for this machine: the methods of a public endpoint, and nothing
 * that moves time or money. Control goes through the engine's own socket, which only its owner can
 * open.
 */
import type {IncomingMessage, ServerResponse} from 'node:http'

import type {Address} from 'viem'

import {clientOf} from '../lib/client-address.ts'
import {isRecord} from '../lib/json.ts'
import {RpcResponseError, type RpcClient} from '../lib/json-rpc.ts'
import {errorFacts, type Logger} from '../lib/log.ts'
import {listen, readBody, sendText, type HttpServer} from '../lib/http-server.ts'
import {
  RPC_BODY_BYTES,
  RPC_READS_AT_ONCE,
  RPC_READS_WAITING,
  RPC_READS_WAITING_EACH,
} from '../node/rpc-limits.ts'
import {PendingAnswers} from '../node/rpc/answer-meter.ts'
import {createCallQueue} from '../node/rpc/call-queue.ts'
import type {Caller} from '../node/rpc/context.ts'
import {createAccessPolicy} from '../node/rpc/access-policy.ts'
import {EngineCalls} from '../node/rpc/engine-calls.ts'
import {answerBody, refusal, RpcError, rpcCodes, type RpcRequest} from '../node/rpc/json-rpc.ts'

const allowed = new Set([
  ...['eth_blobBaseFee', 'eth_blockNumber', 'eth_call', 'eth_chainId', 'eth_createAccessList'],
  ...['eth_estimateGas', 'eth_feeHistory', 'eth_gasPrice', 'eth_getBalance', 'eth_getBlockByHash'],
  ...['eth_getBlockByNumber', 'eth_getBlockReceipts', 'eth_getBlockTransactionCountByHash'],
  ...['eth_getBlockTransactionCountByNumber', 'eth_getCode', 'eth_getLogs', 'eth_getProof'],
  ...['eth_getStorageAt', 'eth_getTransactionByBlockHashAndIndex'],
  ...['eth_getTransactionByBlockNumberAndIndex', 'eth_getTransactionByHash'],
  ...['eth_getTransactionCount', 'eth_getTransactionReceipt', 'eth_maxPriorityFeePerGas'],
  ...['eth_sendRawTransaction', 'eth_syncing', 'net_listening', 'net_version'],
  ...['web3_clientVersion'],
])
/** More than the longest L1 scan requests at once. */
const BATCH = 1_000

/** @throws {MetisSeqError} PORT_BUSY */
export function serveL1(options: {
  port: number
  engine: RpcClient
  blockSeconds: number
  /** Contracts of the network that call no foreign code; none before they are deployed. */
  contracts(): readonly Address[]
  logger: Logger
}): Promise<HttpServer> {
  const {port, engine, blockSeconds, contracts, logger} = options
  const host = '127.0.0.1'
  const access = createAccessPolicy({host})
  const pending = new PendingAnswers()
  const reads = createCallQueue(RPC_READS_AT_ONCE, RPC_READS_WAITING, RPC_READS_WAITING_EACH)
  const calls = new EngineCalls({
    slotMs: blockSeconds * 1000,
    // The engine mines on its own, and its blocks are durable enough.
    gate: {read: (act) => act()},
    reads,
    own: contracts,
  })

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const {headers, method} = request
    if (!access.isHostKnown(headers) || !access.mayRead(headers)) {
      return refuse(response, 403, 'The local L1 serves programs on this machine, not web pages.')
    }
    if (method !== 'POST') return refuse(response, 405, 'Use POST for JSON-RPC.')
    const body = await readBody(request, RPC_BODY_BYTES)
    if (!body) {
      response.setHeader('connection', 'close')
      return refuse(response, 413, `A body has at most ${RPC_BODY_BYTES} bytes.`)
    }
    const meter = pending.open()
    const gone = new AbortController()
    response.on('close', () => {
      meter.close()
      gone.abort(answered)
    })
    const caller = {signal: gone.signal, client: clientOf(request.socket.remoteAddress ?? '')}
    const ask = (asked: RpcRequest) => passOn(engine, calls, asked, caller)
    const answer = await answerBody(body.toString('utf8'), ask, meter, BATCH)
    if (answer !== undefined) return sendText(response, 200, 'application/json', answer)
    response.writeHead(204)
    response.end()
  }

  return listen({host, port, purpose: 'L1'}, serve, (error) =>
    logger.warn('request failed', errorFacts(error)),
  )
}

async function passOn(
  engine: RpcClient,
  calls: EngineCalls,
  {method, params}: RpcRequest,
  caller: Pick<Caller, 'client' | 'signal'>,
): Promise<unknown> {
  if (!allowed.has(method)) {
    throw new RpcError(
      rpcCodes.methodNotFound,
      `The local L1 does not offer ${method.slice(0, 64)}.`,
    )
  }
  const [call, ...rest] = params
  // The engine's own gas search makes many calls in one go.
  const name = method === 'eth_estimateGas' ? 'eth_call' : method
  const execute = (given: object) => engine.request(name, [given, ...rest])
  try {
    if (!isRecord(call)) return await engine.request(method, params)
    switch (method) {
      case 'eth_call':
        return await calls.call({call, execute}, caller)
      case 'eth_estimateGas':
        return await calls.estimate({call, execute}, caller)
      case 'eth_createAccessList':
        return await calls.once({call, execute}, caller)
      default:
        return await engine.request(method, params)
    }
  } catch (error) {
    if (!(error instanceof RpcResponseError)) throw error
    throw new RpcError(error.code, error.message, error.data)
  }
}

/** Created once: without a reason, each abort would create an error with its own stack. */
const answered = new Error('The request has been answered.')

function refuse(response: ServerResponse, status: number, message: string): void {
  sendText(response, status, 'application/json', refusal(rpcCodes.invalidRequest, message))
}
