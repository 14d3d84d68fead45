import {createClient, custom, type Chain, type Client, type CustomTransport} from 'viem'

import {MetisSeqError} from '../lib/errors.ts'
import {
  createRpcClient,
  RpcResponseError,
  RpcTransportError,
  type RpcCall,
  type RpcClient,
} from '../lib/json-rpc.ts'
import {redactUrl} from '../lib/redact.ts'

export type ChainClient = Client<CustomTransport, Chain>

/** What is known of one endpoint after it was used. */
export interface SourceState {
  name: string
  /** Scheme and host only. */
  endpoint: string
  state: 'fresh' | 'down' | 'wrong-chain' | 'unused'
  /** Time of the last answer, milliseconds. */
  latencyMs: number | null
}

export interface Connection {
  client: ChainClient
  sources(): SourceState[]
  close(): void
}

export interface ConnectOptions {
  /** `L1` or `L2`, for messages. */
  name: string
  chainId: number
  urls: readonly string[]
  timeoutMs?: number
}

/**
 * A client that proves the chain id of an endpoint before it believes anything it says or sends it a
 * transaction, falls over to the next endpoint when one is down, and sends the calls of one moment as one
 * HTTP request.
 *
 * @throws {MetisSeqError} on use: WRONG_CHAIN, ENDPOINT_UNREACHABLE (all exit `unreachable`)
 */
export function connectChain({
  name,
  chainId,
  urls,
  timeoutMs = 10_000,
}: ConnectOptions): Connection {
  const endpoints = urls.map((url) => createEndpoint(name, url, chainId, timeoutMs))
  const transport = custom(
    {request: (call: RpcCall) => requestFromAny(name, endpoints, call)},
    {retryCount: 0},
  )
  const client: ChainClient = createClient({chain: chainOf(name, chainId, urls), transport})
  return {
    client,
    sources: () => endpoints.map((endpoint) => endpoint.source),
    close: () => endpoints.forEach((endpoint) => endpoint.close()),
  }
}

/** Two plain fields instead of `viem/chains`, which costs 185 ms to load. */
function chainOf(name: string, id: number, urls: readonly string[]): Chain {
  return {
    id,
    name,
    nativeCurrency: {name, symbol: name === 'L1' ? 'ETH' : 'METIS', decimals: 18},
    rpcUrls: {default: {http: [...urls]}},
  }
}

interface Endpoint {
  source: SourceState
  request(call: RpcCall): Promise<unknown>
  close(): void
}

async function requestFromAny(
  name: string,
  endpoints: Endpoint[],
  call: RpcCall,
): Promise<unknown> {
  let failure: RpcTransportError | undefined
  for (const endpoint of endpoints) {
    try {
      return await endpoint.request(call)
    } catch (error) {
      // An endpoint that broke off may have the transaction: what the next one says of it proves nothing.
      if (failure && call.method === 'eth_sendRawTransaction')
        throw unreachable(name, endpoints, failure)
      if (!(error instanceof RpcTransportError)) throw error
      failure = error
    }
  }
  throw unreachable(name, endpoints, failure)
}

function createEndpoint(name: string, url: string, chainId: number, timeoutMs: number): Endpoint {
  const rpc = createRpcClient(url, {timeoutMs})
  const source: SourceState = {name, endpoint: redactUrl(url), state: 'unused', latencyMs: null}
  const send = batching(rpc, source)
  let proof: Promise<void> | undefined
  return {
    source,
    close: () => rpc.close(),
    async request(call) {
      proof ??= proveChainId(send, name, url, chainId, source)
      const proven = proof.catch((error: unknown) => {
        proof = undefined
        throw error
      })
      if (call.method === 'eth_sendRawTransaction') {
        await proven
        return send(call)
      }
      // A read may travel with the proof; its answer is believed, or even seen to fail, only after it.
      const answer = send(call)
      answer.catch(() => {})
      await proven
      return answer
    },
  }
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
  if (actual === chainId) return
  source.state = 'wrong-chain'
  throw new MetisSeqError({
    code: 'WRONG_CHAIN',
    message: `The ${name} endpoint serves chain ${actual}, and this network needs chain ${chainId}.`,
    exit: 'unreachable',
    facts: {
      chain: name,
      endpoint: redactUrl(url),
      expectedChainId: String(chainId),
      actualChainId: String(actual),
    },
    hints: [
      'Run `metis-seq network check` to compare every endpoint of the network.',
      'Check the endpoints of the profile with `metis-seq profile show`.',
    ],
  })
}

/** Calls made in one turn of the event loop travel in one HTTP request. */
function batching(rpc: RpcClient, source: SourceState): (call: RpcCall) => Promise<unknown> {
  let waiting: {call: RpcCall; resolve(value: unknown): void; reject(error: unknown): void}[] = []
  const flush = async () => {
    const batch = waiting
    waiting = []
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
      source.state = 'down'
      for (const {reject} of batch) reject(error)
    }
  }
  return (call) =>
    new Promise((resolve, reject) => {
      if (waiting.push({call, resolve, reject}) === 1) setImmediate(() => void flush())
    })
}

function keepResponse(error: unknown): RpcResponseError {
  if (error instanceof RpcResponseError) return error
  throw error
}

function unreachable(
  name: string,
  endpoints: Endpoint[],
  failure: RpcTransportError | undefined,
): MetisSeqError {
  const notRpc = failure?.reason === 'not-json' || failure?.reason === 'http-status'
  return new MetisSeqError({
    code: notRpc ? 'ENDPOINT_NOT_JSON_RPC' : 'ENDPOINT_UNREACHABLE',
    message: notRpc
      ? `The ${name} endpoint does not speak JSON-RPC. ${failure.message}`
      : `No ${name} endpoint answers. ${failure?.message ?? 'None is set.'}`,
    exit: 'unreachable',
    facts: {
      chain: name,
      endpoints: endpoints.map(({source}) => source.endpoint).join(', '),
      ...(failure ? {reason: failure.reason} : {}),
    },
    hints: [
      'Run `metis-seq network check` to test every endpoint of the network.',
      'On the local network, run `metis-seq local status`.',
    ],
    retryable: !notRpc,
    cause: failure,
  })
}
