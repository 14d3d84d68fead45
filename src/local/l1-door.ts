/**
 * The way to the local L1 for everybody on this machine: what a public endpoint answers, and nothing that
 * moves time or money by itself. Orders go over the engine's own socket, which only its owner can open.
 */
import type {IncomingMessage, ServerResponse} from 'node:http'

import {isRecord} from '../lib/json.ts'
import {RpcResponseError, type RpcClient} from '../lib/json-rpc.ts'
import {errorFacts, type Logger} from '../lib/log.ts'
import {listen, readBody, sendText, type HttpServer} from '../lib/http-server.ts'
import {RPC_BODY_BYTES} from '../node/rpc-limits.ts'
import {PendingAnswers} from '../node/rpc/answer-meter.ts'
import {createDoor} from '../node/rpc/door.ts'
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
/** Calls with more would hold the engine's state, and with it the next block. */
const CALL_GAS = 30_000_000
/** Above what the longest scan of L1 asks for at once. */
const BATCH = 1_000

/** @throws {MetisSeqError} PORT_BUSY */
export function openL1Door(options: {
  port: number
  engine: RpcClient
  logger: Logger
}): Promise<HttpServer> {
  const {port, engine, logger} = options
  const host = '127.0.0.1'
  const door = createDoor({host})
  const pending = new PendingAnswers()

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const {headers, method} = request
    if (!door.isHostKnown(headers) || !door.mayRead(headers)) {
      return refuse(response, 403, 'The local L1 answers programs of this machine, not web pages.')
    }
    if (method !== 'POST') return refuse(response, 405, 'Use POST for JSON-RPC.')
    const body = await readBody(request, RPC_BODY_BYTES)
    if (!body) {
      response.setHeader('connection', 'close')
      return refuse(response, 413, `A body has at most ${RPC_BODY_BYTES} bytes.`)
    }
    const meter = pending.open()
    response.on('close', () => meter.close())
    const ask = (call: RpcRequest) => passOn(engine, call)
    const answer = await answerBody(body.toString('utf8'), ask, meter, BATCH)
    if (answer !== undefined) return sendText(response, 200, 'application/json', answer)
    response.writeHead(204)
    response.end()
  }

  return listen({host, port, purpose: 'L1'}, serve, (error) =>
    logger.warn('request failed', errorFacts(error)),
  )
}

async function passOn(engine: RpcClient, {method, params}: RpcRequest): Promise<unknown> {
  if (!allowed.has(method)) {
    throw new RpcError(
      rpcCodes.methodNotFound,
      `The local L1 does not offer ${method.slice(0, 64)}.`,
    )
  }
  try {
    return await engine.request(method, withBoundedGas(method, params))
  } catch (error) {
    if (!(error instanceof RpcResponseError)) throw error
    throw new RpcError(error.code, error.message, error.data)
  }
}

function withBoundedGas(method: string, params: readonly unknown[]): readonly unknown[] {
  const [call, ...rest] = params
  if (!['eth_call', 'eth_estimateGas', 'eth_createAccessList'].includes(method)) return params
  if (!isRecord(call) || !(Number(call['gas'] ?? 0) > CALL_GAS)) return params
  return [{...call, gas: `0x${CALL_GAS.toString(16)}`}, ...rest]
}

function refuse(response: ServerResponse, status: number, message: string): void {
  sendText(response, status, 'application/json', refusal(rpcCodes.invalidRequest, message))
}
