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

/**
 * One chain behind several endpoints. No request goes to an endpoint that has not proved its chain
 * id.
 */
export interface Endpoints extends RpcRequester {
  /** Redacted, in the configured order. */
  readonly names: readonly string[]
  /**
   * @throws {MetisSeqError} WRONG_CHAIN, an endpoint serves another chain
   * @throws {MetisSeqError} CHAIN_UNREACHABLE, no endpoint responds; ENDPOINT_WRONG_ANSWER, all
   * responses are invalid
   */
  prove(): Promise<void>
  /**
   * The newest block that most responding endpoints have. Until the next call, requests go to
   * endpoints that have it, first to those whose head it is.
   *
   * @throws {MetisSeqError} CHAIN_UNREACHABLE; HEADS_DISAGREE, most endpoints share no block near
   * the heads
   */
  head(): Promise<AgreedHead>
  /**
   * The first endpoint with the head, for reads that must come from one node. Fails if that node
   * fails.
   */
  one(): RpcRequester
  /** Sends a signed transaction to the first endpoint that accepts it. */
  sendToOne(raw: string): Promise<SendOutcome>
  /** Sends a signed transaction to all endpoints at once. */
  sendToAll(raw: string): Promise<SendOutcome>
  close(): void
}

export interface SendOutcome {
  accepted: number
  /** Why endpoints rejected it. A node that already has it also rejects it. */
  refusals: {endpoint: string; reason: string}[]
}

/**
 * How long to wait for the others once one has responded. Otherwise an unreachable one would delay
 * every poll of the chain by its whole timeout, and a silent producer would be detected that much
 * later.
 */
const STRAGGLER_MS = 500

/** How far below the heads to search for a block that most endpoints have. */
const HEAD_SEARCH_BLOCKS = 64n

/** JSON-RPC error code for a temporarily unavailable resource. Source: EIP-1474. */
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
  /** A stopped node must not delay the others for longer than this. */
  timeoutMs: number
  /** Certificate authority to trust for `https:` addresses. */
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
  /** Endpoints with the agreed head first. */
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
      // A node that does not know the method still takes part.
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
    // Nodes at the head itself: the newest state of a node beyond it may contain blocks that are
    // not agreed on.
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
        // A response counts even if it is an error. Only an endpoint that is silent, on another
        // chain, or temporarily unavailable is skipped.
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
      message: `The ${this.#options.chainName} endpoints have different chains: none of the last ${HEAD_SEARCH_BLOCKS} blocks is shared by most of them.`,
      facts: {heads: told},
      hints: ['Run `metis-seq node status` on each node to see which of them diverged.'],
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

/**
 * Like `Promise.allSettled`; an endpoint that is still silent some time after another responded
 * counts as rejected.
 */
function settledSoon<T>(asked: readonly Promise<T>[]): Promise<PromiseSettledResult<T>[]> {
  const results = asked.map(
    (): PromiseSettledResult<T> => ({
      status: 'rejected',
      reason: new Error('The endpoint has not responded yet.'),
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
    message: `${endpoint} serves chain ${found}, but the ${chain} of this network has chain id ${expected}.`,
    exit: 'unreachable',
    facts: {endpoint, expected: `${expected}`, found: `${found}`},
    hints: ['Check the RPC URL, or choose the network it belongs to.'],
  })
}
