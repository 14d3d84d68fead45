import {cleanText} from '../lib/clean-text.ts'
import {MetisSeqError} from '../lib/errors.ts'
import {
  createRpcClient,
  RpcResponseError,
  RpcTransportError,
  type RpcCall,
  type RpcClient,
  type TlsOptions,
} from '../lib/json-rpc.ts'
import {batchLimitOf} from '../lib/rpc-batch.ts'
import {redactUrl} from '../lib/redact.ts'
import {isAnswerTo} from './answer-shapes.ts'
import type {Endpoint} from './endpoint-shape.ts'
import type {SourceState} from './source-state.ts'

export type {SourceState} from './source-state.ts'

export type {Endpoint} from './endpoint-shape.ts'

export interface EndpointOptions {
  /** `L1` or `L2`, for messages. */
  name: string
  url: string
  chainId: number
  timeoutMs: number
  tls?: TlsOptions
  /** True while a screen is open: each HTTP request then proves the chain id, since the address may move. */
  isLive?: () => boolean
}

/**
 * An endpoint whose chain id is verified before its responses are trusted or a transaction is sent.
 *
 * @throws {MetisSeqError} on use: WRONG_CHAIN
 * @throws {RpcTransportError} on use: it returned no usable response
 */
export function createEndpoint({
  name,
  url,
  chainId,
  timeoutMs,
  tls = {},
  isLive = () => false,
}: EndpointOptions): Endpoint {
  const rpc = createRpcClient(url, {timeoutMs, tls})
  const source: SourceState = {name, endpoint: redactUrl(url), state: 'unused', latencyMs: null}
  const send = batching(rpc, source)
  const ask = async (call: RpcCall) => {
    const answer = await send(call).catch((error: unknown) => {
      throw isLimit(error, call) ? toLimit(error, url) : error
    })
    if (isAnswerTo(call, answer)) return answer
    throw wrongAnswer(call, url)
  }
  let proof: Promise<void> | undefined
  let isOfThisTurn = false
  const prove = () => {
    if (proof && (isOfThisTurn || !isLive())) return proof
    // All calls of this turn share one HTTP request; the next one may reach another node.
    isOfThisTurn = true
    setImmediate(() => (isOfThisTurn = false))
    proof = proveChainId(ask, name, url, chainId, source)
    return proof
  }
  return {
    source,
    batchLimit: () => batchLimitOf(url),
    close: () => rpc.close(),
    async request(call) {
      const current = prove()
      const proven = current.catch((error: unknown) => {
        if (proof === current) proof = undefined
        throw error
      })
      if (call.method === 'eth_sendRawTransaction') {
        await proven
        return ask(call)
      }
      // A read may be sent along with the chain id check; its result, even a failure, counts only
      // after it.
      const answer = ask(call)
      answer.catch(() => {})
      await proven
      return answer
    },
  }
}

/** The endpoint is at fault, and the next one may work. */
function wrongAnswer({method}: RpcCall, url: string): RpcTransportError {
  const message = `It answers ${method} with an invalid response.`
  return new RpcTransportError({reason: 'wrong-answer', url, message})
}

/** "Limit exceeded" of EIP-1474, and provider codes derived from the HTTP status. */
const LIMIT_CODES: readonly number[] = [-32_005, 429]

/** For logs the same code means that the range is too wide, which waiting does not fix. */
function isLimit(error: unknown, {method}: RpcCall): error is RpcResponseError {
  return (
    error instanceof RpcResponseError &&
    LIMIT_CODES.includes(error.code) &&
    method !== 'eth_getLogs'
  )
}

function toLimit(error: RpcResponseError, url: string): RpcTransportError {
  const words = cleanText(error.message)
  const message = `The endpoint is rate-limited (code ${error.code}). It says: ${words}`
  return new RpcTransportError({reason: 'rate-limited', url, message, words, cause: error})
}

async function proveChainId(
  send: (call: RpcCall) => Promise<unknown>,
  name: string,
  url: string,
  chainId: number,
  source: SourceState,
): Promise<void> {
  const answer = await send({method: 'eth_chainId'})
  const actual = typeof answer === 'string' ? Number(answer) : Number.NaN
  if (actual === chainId) {
    if (source.state === 'wrong-chain') source.state = 'fresh'
    return
  }
  source.state = 'wrong-chain'
  throw new MetisSeqError({
    code: 'WRONG_CHAIN',
    message: `The ${name} endpoint serves chain ${actual}, but this network needs chain ${chainId}.`,
    exit: 'unreachable',
    facts: {
      chain: name,
      endpoint: redactUrl(url),
      expectedChainId: `${chainId}`,
      actualChainId: `${actual}`,
    },
    hints: [
      'Run `metis-seq network check` to compare every endpoint of the network.',
      'Check the endpoints of the profile with `metis-seq profile show`.',
    ],
  })
}

interface Waiting {
  call: RpcCall
  resolve(value: unknown): void
  reject(error: unknown): void
}

/** Calls made in one turn of the event loop share one HTTP request. */
function batching(rpc: RpcClient, source: SourceState): (call: RpcCall) => Promise<unknown> {
  let waiting: Waiting[] = []
  const flush = () => {
    const batch = waiting
    waiting = []
    return sendAll(batch)
  }
  const sendAlone = (only: Waiting) => sendAll([only])
  const sendAll = async (batch: readonly Waiting[]) => {
    const started = performance.now()
    try {
      const answers =
        batch.length === 1
          ? [await rpc.request(batch[0]!.call.method, batch[0]!.call.params).catch(keepResponse)]
          : await rpc.batch(batch.map(({call}) => call))
      source.state = source.state === 'wrong-chain' ? source.state : 'fresh'
      source.latencyMs = Math.round(performance.now() - started)
      batch.forEach(({resolve, reject}, index) => {
        const answer = answers[index]
        if (answer instanceof RpcResponseError) reject(answer)
        else resolve(answer)
      })
    } catch (error) {
      const limited = error instanceof RpcTransportError && error.reason === 'rate-limited'
      source.state = limited ? 'rate-limited' : 'down'
      for (const {reject} of batch) reject(error)
    }
  }
  return (call) =>
    new Promise((resolve, reject) => {
      // Sent separately: the response concerns this transaction only.
      if (call.method === 'eth_sendRawTransaction') return void sendAlone({call, resolve, reject})
      if (waiting.push({call, resolve, reject}) === 1) setImmediate(() => void flush())
    })
}

function keepResponse(error: unknown): RpcResponseError {
  if (error instanceof RpcResponseError) return error
  throw error
}
