import {createClient, custom, type Chain, type Client, type CustomTransport} from 'viem'

import {systemClock, type Clock} from '../lib/clock.ts'
import {findCause, MetisSeqError} from '../lib/errors.ts'
import {
  RpcResponseError,
  RpcTransportError,
  type RpcCall,
  type TlsOptions,
} from '../lib/json-rpc.ts'
import {crossCheck, type CrossCheck} from './cross-check.ts'
import {RATE_LIMITED, unreachable} from './endpoint-errors.ts'
import {createEndpoint, type Endpoint, type SourceState} from './endpoint.ts'

export type {SourceState} from './endpoint.ts'

export type ChainClient = Client<CustomTransport, Chain>

export interface Connection {
  client: ChainClient
  sources(): SourceState[]
  /**
   * The lowest batch size that one of its endpoints accepts; undefined: none has rejected a batch.
   */
  batchLimit(): number | undefined
  /**
   * Reads the newest block and an older one from every endpoint. Endpoints that are behind are not
   * used from then on.
   *
   * @param depth blocks below the lowest head at which all must agree
   * @throws {MetisSeqError} ENDPOINTS_DISAGREE, WRONG_CHAIN, and ENDPOINT_UNREACHABLE when none
   * responds
   */
  crossCheck(depth: bigint): Promise<CrossCheck>
  close(): void
}

export interface ConnectOptions {
  /** `L1` or `L2`, for messages. */
  name: string
  chainId: number
  urls: readonly string[]
  timeoutMs?: number
  clock?: Clock
  /** Its nodes accept legacy transactions only. */
  legacyTransactions?: boolean
  /** Certificate authority to trust for HTTPS. */
  tls?: TlsOptions
  /** Ends the wait for a rate-limited endpoint. */
  signal?: AbortSignal | undefined
  /** True while a screen is open: the chain id is then verified with every request, not once. */
  isLive?: () => boolean
}

/**
 * A client that verifies the chain id of an endpoint before it trusts a response or sends a
 * transaction, falls back to the next endpoint when one is down, waits for a rate-limited one, and
 * batches simultaneous calls into one HTTP request.
 *
 * @throws {MetisSeqError} on use: WRONG_CHAIN, ENDPOINT_UNREACHABLE (all exit `unreachable`)
 */
export function connectChain({
  name,
  chainId,
  urls,
  timeoutMs = 10_000,
  clock = systemClock,
  legacyTransactions = false,
  tls = {},
  signal,
  isLive = () => false,
}: ConnectOptions): Connection {
  const endpoints = urls.map((url) => createEndpoint({name, url, chainId, timeoutMs, tls, isLive}))
  let order = endpoints
  const patience = {clock, patienceMs: timeoutMs, signal}
  const silence = new Silence(clock)
  const transport = custom(
    {request: (call: RpcCall) => requestPatiently(name, () => order, call, {...patience, silence})},
    {retryCount: 0},
  )
  const client: ChainClient = createClient({
    chain: {...chainOf(name, chainId, urls), custom: {legacyTransactions}},
    transport,
  })
  return {
    client,
    batchLimit() {
      const limits = endpoints.flatMap((endpoint) => endpoint.batchLimit() ?? [])
      return limits.length === 0 ? undefined : Math.min(...limits)
    },
    sources: () => endpoints.map((endpoint) => endpoint.source),
    async crossCheck(depth) {
      const check = await patiently(patience, () => crossCheck(name, endpoints, depth))
      // An endpoint that is behind is not used at all: a wrong nonce is worse than none.
      const usable = endpoints.filter(({source}) => source.state !== 'stale')
      const isDown = ({source}: Endpoint) => Number(source.state === 'down')
      order = usable.toSorted((a, b) => isDown(a) - isDown(b))
      return check
    },
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

/**
 * First pause when all endpoints are rate-limited and none says for how long; it doubles each time.
 */
const LIMIT_PAUSE_MS = 500

/** How long an endpoint that timed out is tried last. */
const SILENT_MS = 60_000

/** A read does not wait for the same silent endpoint again while another one responds. */
class Silence {
  readonly #clock: Clock
  readonly #since = new Map<Endpoint, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** A transaction follows the configured order: speed must not decide which endpoint gets it. */
  orderFor(call: RpcCall, endpoints: Endpoint[]): Endpoint[] {
    if (this.#since.size === 0 || isSend(call)) return endpoints
    const from = this.#clock.monotonicMs() - SILENT_MS
    const isSilent = (endpoint: Endpoint) => Number((this.#since.get(endpoint) ?? from) > from)
    return endpoints.toSorted((a, b) => isSilent(a) - isSilent(b))
  }

  note(endpoint: Endpoint, error?: RpcTransportError): void {
    if (error?.reason === 'timeout') this.#since.set(endpoint, this.#clock.monotonicMs())
    else this.#since.delete(endpoint)
  }
}

function isSend({method}: RpcCall): boolean {
  return method === 'eth_sendRawTransaction'
}

interface Patience {
  clock: Clock
  patienceMs: number
  signal: AbortSignal | undefined
}

/** Retries while all endpoints are merely rate-limited and there is time left. */
async function requestPatiently(
  name: string,
  order: () => Endpoint[],
  call: RpcCall,
  {silence, ...patience}: Patience & {silence: Silence},
): Promise<unknown> {
  return patiently(patience, async () => {
    const endpoints = silence.orderFor(call, order())
    const outcome = await requestFromAny(name, endpoints, call, silence)
    if (!('failure' in outcome)) return outcome.answer
    throw unreachable(name, endpoints, outcome.limited ?? outcome.failure)
  })
}

async function patiently<T>(
  {clock, patienceMs, signal}: Patience,
  act: () => Promise<T>,
): Promise<T> {
  const deadline = clock.monotonicMs() + patienceMs
  for (let pauseMs = LIMIT_PAUSE_MS; ; pauseMs *= 2) {
    try {
      return await act()
    } catch (error) {
      const isLimit = error instanceof MetisSeqError && error.code === RATE_LIMITED
      const limit = isLimit ? findCause(error, RpcTransportError) : undefined
      const waitMs = Math.max(limit?.retryAfterMs ?? 0, pauseMs)
      if (!limit || clock.monotonicMs() + waitMs > deadline) throw error
      await clock.sleep(waitMs, signal)
    }
  }
}

type Asked =
  | {answer: unknown}
  | {
      failure: RpcTransportError | undefined
      /** An endpoint that would respond later; the request did not reach its chain. */
      limited: RpcTransportError | undefined
    }

/**
 * Codes with which an endpoint reports that it does not support this: another one may. Source:
 * EIP-1474.
 */
const UNABLE_CODES: readonly number[] = [-32_600, -32_601, -32_001, -32_002, -32_004]

/** True when the error concerns the endpoint and not the request. */
function isUnable(error: unknown): error is RpcResponseError {
  if (!(error instanceof RpcResponseError)) return false
  // Positive codes come from providers: plan limits. 3 is a revert.
  return UNABLE_CODES.includes(error.code) || (error.code > 3 && error.code < 1000)
}

async function requestFromAny(
  name: string,
  endpoints: Endpoint[],
  call: RpcCall,
  silence: Silence,
): Promise<Asked> {
  const isSending = isSend(call)
  let failure: RpcTransportError | undefined
  let limited: RpcTransportError | undefined
  let unable: RpcResponseError | undefined
  for (const endpoint of endpoints) {
    try {
      const answer = await endpoint.request(call)
      silence.note(endpoint)
      return {answer}
    } catch (error) {
      if (error instanceof RpcTransportError) silence.note(endpoint, error)
      // An endpoint that disconnected may have the transaction: the next one's response proves
      // nothing.
      if (isSending && failure && !failure.isTurnedAway) throw unreachable(name, endpoints, failure)
      if (isUnable(error)) unable ??= error
      else if (!(error instanceof RpcTransportError)) throw error
      else if (error.reason === 'rate-limited') limited = soonest(limited, error)
      else failure = isSending && failure?.isTurnedAway === false ? failure : error
    }
  }
  if (unable && (!isSending || !failure || failure.isTurnedAway)) throw unable
  // A transaction that one endpoint may have broadcast is not sent again because another timed out.
  if (failure && isSending && !failure.isTurnedAway) limited = undefined
  return {failure, limited}
}

function soonest(a: RpcTransportError | undefined, b: RpcTransportError): RpcTransportError {
  return a && (a.retryAfterMs ?? 0) <= (b.retryAfterMs ?? 0) ? a : b
}
