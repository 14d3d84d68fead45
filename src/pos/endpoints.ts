import type {Hash} from 'viem'

import {createChainRpc, isWrongAnswer, wrongAnswerError} from '../chain/chain-rpc.ts'
import {MetisSeqError, messageOf} from '../lib/errors.ts'
import {
  RpcResponseError,
  RpcTransportError,
  type RpcClient,
  type TlsOptions,
} from '../lib/json-rpc.ts'
import {isRecord} from '../lib/json.ts'
import {redactUrl} from '../lib/redact.ts'
import {
  agreedHash,
  reachedByQuorum,
  votersOf,
  type AgreedHead,
  type NodeHead,
} from './agreed-head.ts'
import {readQuantity, type RpcRequester} from './contract-call.ts'

/** One chain behind several endpoints. No request is sent to one that has not proved its chain id. */
export interface Endpoints extends RpcRequester {
  /** Redacted, in the configured order. */
  readonly names: readonly string[]
  /**
   * @throws {MetisSeqError} WRONG_CHAIN, an endpoint serves another chain
   * @throws {MetisSeqError} CHAIN_UNREACHABLE, no endpoint answers; ENDPOINT_WRONG_ANSWER, with nonsense only
   */
  prove(): Promise<void>
  /**
   * The newest block that most of the endpoints that answer hold. Requests go to those that hold it, the
   * ones that stand on it first, until the next call.
   *
   * @throws {MetisSeqError} CHAIN_UNREACHABLE; HEADS_DISAGREE, no block near the heads is held by most
   */
  head(): Promise<AgreedHead>
  /** The first of those that hold the head, for reads that must be of one node. Fails when that one does. */
  one(): RpcRequester
  /** Sends a signed transaction to the first endpoint that takes it. */
  sendToOne(raw: string): Promise<SendOutcome>
  /** Sends a signed transaction to all endpoints at once. */
  sendToAll(raw: string): Promise<SendOutcome>
  close(): void
}

export interface SendOutcome {
  accepted: number
  /** Why endpoints did not take it. A node that has it already refuses as well. */
  refusals: {endpoint: string; reason: string}[]
}

/**
 * How long the others are waited for once one has answered. One that is cut off would otherwise hold up
 * every look at the chain for its whole timeout, and a silent producer would be noticed that much later.
 */
const STRAGGLER_MS = 500

/** How far below the heads a block is looked for that most endpoints hold. */
const HEAD_SEARCH_BLOCKS = 64n

/** JSON-RPC error code of a resource that is not available now. Source: EIP-1474. */
const UNAVAILABLE = -32_002

interface Endpoint {
  rpc: RpcClient
  name: string
  proved: boolean
}

export interface EndpointOptions {
  /** For people. */
  chainName: 'L1' | 'L2'
  chainId: number
  urls: readonly string[]
  /** A stopped node must not hold up the others for longer than this. */
  timeoutMs: number
  /** Whom to believe at `https:` addresses. */
  tls?: TlsOptions
  /** How to reach one of them. */
  connect?: (url: string, options: {timeoutMs: number; tls: TlsOptions}) => RpcClient
}

export function createEndpoints(options: EndpointOptions): Endpoints {
  return new EndpointPool(options)
}

class EndpointPool implements Endpoints {
  readonly #options: EndpointOptions
  readonly #all: readonly Endpoint[]
  /** Those that hold the agreed head first. */
  #order: readonly Endpoint[]

  constructor(options: EndpointOptions) {
    this.#options = options
    const {urls, timeoutMs, tls = {}, connect = createChainRpc} = options
    this.#all = urls.map((url) => ({
      rpc: connect(url, {timeoutMs, tls}),
      name: redactUrl(url),
      proved: false,
    }))
    this.#order = this.#all
  }

  get names(): readonly string[] {
    return this.#all.map(({name}) => name)
  }

  async prove(): Promise<void> {
    const proofs = await Promise.allSettled(this.#all.map((endpoint) => this.#proveOne(endpoint)))
    const failures = reasonsOf(proofs)
    const wrong = failures.find(isWrongChain)
    if (wrong) throw wrong
    if (failures.length === this.#all.length) throw this.#unreachable(failures[0])
  }

  async head(): Promise<AgreedHead> {
    const answers = await settledSoon(this.#all.map((endpoint) => this.#headOf(endpoint)))
    const heads = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
    const [first] = heads
    if (!first) throw this.#unreachable(reasonsOf(answers)[0])
    const counts = {asked: this.#all.length, answered: heads.length}
    if (this.#all.length === 1) {
      return {number: first.number, hash: null, ...counts, holders: [first.name], beyond: []}
    }
    const voters = votersOf(heads)
    const top = reachedByQuorum(voters)
    for (let number = top; number >= 0n && number > top - HEAD_SEARCH_BLOCKS; number--) {
      const hashes = await this.#hashesAt(number, heads)
      const hash = agreedHash(hashes, voters)
      if (hash === undefined) continue
      const holders = heads.filter(({name}) => hashes.get(name) === hash)
      this.#prefer(holders)
      const beyond = heads.filter((head) => head.number > number && !head.isSyncing)
      return {number, hash, ...counts, holders: namesOf(holders), beyond: namesOf(beyond)}
    }
    throw this.#disagree(heads)
  }

  async #headOf(endpoint: Endpoint): Promise<NodeHead & {endpoint: Endpoint}> {
    const [height, syncing] = await Promise.all([
      this.#ask(endpoint, 'eth_blockNumber'),
      // Whoever does not know the question takes part all the same.
      this.#ask(endpoint, 'eth_syncing').catch(() => false),
    ])
    const isSyncing = syncing !== false && syncing !== null
    return {endpoint, name: endpoint.name, number: BigInt(height as string), isSyncing}
  }

  async #hashesAt(
    number: bigint,
    heads: readonly (NodeHead & {endpoint: Endpoint})[],
  ): Promise<Map<string, Hash | null>> {
    const asked = heads.filter((head) => head.number >= number)
    const params = [`0x${number.toString(16)}`, false]
    const answers = await settledSoon(
      asked.map(({endpoint}) => this.#ask(endpoint, 'eth_getBlockByNumber', params)),
    )
    return new Map(
      answers.map((answer, index) => {
        const block = answer.status === 'fulfilled' ? answer.value : null
        const hash = isRecord(block) && typeof block['hash'] === 'string' ? block['hash'] : null
        return [asked[index]!.name, hash as Hash | null]
      }),
    )
  }

  #prefer(holders: readonly (NodeHead & {endpoint: Endpoint})[]): void {
    // What stands on the head itself: the newest state of one that is beyond may hold what is not agreed.
    const sorted = holders.toSorted((a, b) => Number(a.number - b.number))
    const first = sorted.map(({endpoint}) => endpoint)
    this.#order = [...first, ...this.#all.filter((endpoint) => !first.includes(endpoint))]
  }

  async request(method: string, params: readonly unknown[] = []): Promise<unknown> {
    let failure: unknown
    for (const endpoint of this.#order) {
      try {
        return await this.#ask(endpoint, method, params)
      } catch (error) {
        // An answer is an answer, also when it is an error. Only an endpoint that is silent, foreign, or
        // says that it cannot answer now is passed over.
        const isPassedOver =
          error instanceof RpcTransportError || isWrongChain(error) || isUnavailable(error)
        if (!isPassedOver) throw error
        failure ??= error
      }
    }
    throw this.#unreachable(failure)
  }

  one(): RpcRequester {
    const endpoint = this.#order[0]!
    const {name} = endpoint
    return {
      names: [name],
      request: (method, params) =>
        this.#ask(endpoint, method, params).catch((error: unknown) => {
          throw isWrongAnswer(error) ? wrongAnswerError([name], error) : error
        }),
    }
  }

  async sendToOne(raw: string): Promise<SendOutcome> {
    const refusals: SendOutcome['refusals'] = []
    for (const endpoint of this.#order) {
      try {
        await this.#ask(endpoint, 'eth_sendRawTransaction', [raw])
        return {accepted: 1, refusals}
      } catch (error) {
        refusals.push({endpoint: endpoint.name, reason: messageOf(error)})
      }
    }
    return {accepted: 0, refusals}
  }

  async sendToAll(raw: string): Promise<SendOutcome> {
    const answers = await settledSoon(
      this.#all.map((endpoint) => this.#ask(endpoint, 'eth_sendRawTransaction', [raw])),
    )
    const refusals = answers.flatMap((answer, index) =>
      answer.status === 'rejected'
        ? [{endpoint: this.#all[index]!.name, reason: messageOf(answer.reason)}]
        : [],
    )
    return {accepted: this.#all.length - refusals.length, refusals}
  }

  close(): void {
    for (const {rpc} of this.#all) rpc.close()
  }

  async #ask(endpoint: Endpoint, method: string, params: readonly unknown[] = []) {
    if (!endpoint.proved) await this.#proveOne(endpoint)
    return endpoint.rpc.request(method, params)
  }

  async #proveOne(endpoint: Endpoint): Promise<void> {
    const {chainName, chainId} = this.#options
    const {name, rpc} = endpoint
    const requester = {names: [name], request: rpc.request.bind(rpc)}
    const found = await readQuantity(requester, 'eth_chainId')
    if (found !== BigInt(chainId)) throw wrongChain(chainName, chainId, found, endpoint.name)
    endpoint.proved = true
  }

  #disagree(heads: readonly NodeHead[]): MetisSeqError {
    const told = heads.map(({name, number}) => `${name} ${number}`).join(', ')
    return new MetisSeqError({
      code: 'HEADS_DISAGREE',
      message: `The ${this.#options.chainName} endpoints hold different chains, and no block of the last ${HEAD_SEARCH_BLOCKS} is held by most of them.`,
      facts: {heads: told},
      hints: ['Ask each node with `metis-seq node status` which of them diverged.'],
    })
  }

  #unreachable(cause: unknown): MetisSeqError {
    if (isWrongAnswer(cause)) return wrongAnswerError([redactUrl(cause.url)], cause)
    const chain = this.#options.chainName
    return new MetisSeqError({
      code: 'CHAIN_UNREACHABLE',
      message: `No ${chain} endpoint answers.`,
      facts: {chain},
      cause,
    })
  }
}

/** Like `Promise.allSettled`; who is silent a while after another answered counts as rejected. */
function settledSoon<T>(asked: readonly Promise<T>[]): Promise<PromiseSettledResult<T>[]> {
  const results = asked.map(
    (): PromiseSettledResult<T> => ({
      status: 'rejected',
      reason: new Error('The endpoint has not answered yet.'),
    }),
  )
  const {promise, resolve} = Promise.withResolvers<PromiseSettledResult<T>[]>()
  let open = asked.length
  let timer: NodeJS.Timeout | undefined
  const finish = () => {
    clearTimeout(timer)
    resolve(results)
  }
  for (const [index, one] of asked.entries()) {
    void Promise.allSettled([one]).then(([result]) => {
      results[index] = result
      if (--open === 0) finish()
      else if (result.status === 'fulfilled') timer ??= setTimeout(finish, STRAGGLER_MS)
    })
  }
  if (open === 0) finish()
  return promise
}

function reasonsOf(results: readonly PromiseSettledResult<unknown>[]): unknown[] {
  return results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
}

function namesOf(heads: readonly NodeHead[]): string[] {
  return heads.map(({name}) => name)
}

function isWrongChain(error: unknown): boolean {
  return error instanceof MetisSeqError && error.code === 'WRONG_CHAIN'
}

/** A node whose engine is restarting. */
function isUnavailable(error: unknown): boolean {
  return error instanceof RpcResponseError && error.code === UNAVAILABLE
}

function wrongChain(chain: string, expected: number, found: bigint, endpoint: string) {
  return new MetisSeqError({
    code: 'WRONG_CHAIN',
    message: `${endpoint} serves chain ${found}, but the ${chain} of this network is chain ${expected}.`,
    exit: 'unreachable',
    facts: {endpoint, expected: `${expected}`, found: `${found}`},
    hints: ['Check the RPC URL, or choose the network it belongs to.'],
  })
}
