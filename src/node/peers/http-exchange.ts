/**
 * Blocks and transactions over HTTP with signed requests. Called by the driver and the forwarder; it
 * calls the handlers for what peers send.
 */
import {Agent, type IncomingMessage, type ServerResponse} from 'node:http'

import type {Address, Hash, Hex} from 'viem'

import type {Clock} from '../../lib/clock.ts'
import {messageOf} from '../../lib/errors.ts'
import {isRecord} from '../../lib/json.ts'
import {errorFacts, type Logger} from '../../lib/log.ts'
import {
  InvalidBlockError,
  lowerCase,
  parseSealedBlock,
  type SealedBlock,
} from '../../protocol/block.ts'
import {recoverSigner, signHash} from '../../protocol/secp256k1.ts'
import {listen, readBody, sendJson, sendText, type HttpServer} from '../http-server.ts'
import {
  FORWARD_CHUNK,
  MAX_BLOCK_TRANSACTIONS,
  MAX_TRANSACTION_BYTES,
  PEERS,
  PEER_BODY_BYTES,
  PEER_IGNORE_MS,
  PEER_RANGE_BLOCKS,
  PEER_STALE_MS,
} from '../limits.ts'
import {
  PeerError,
  type BlockExchange,
  type ExchangeHandlers,
  type PeerHead,
  type PeerView,
} from './exchange.ts'
import {exchangeText} from './exchange-text.ts'
import {RequestVerifier, responseDigest, signRequest, type SigningKey} from './signed-message.ts'

export interface HttpExchangeOptions {
  host: string
  port: number
  /** Under which others reach us, when it is not host and port. */
  advertiseUrl?: string | undefined
  bootnodes: readonly string[]
  chainId: number
  fingerprint: Hex
  /** True: keys that are not registered may greet and read blocks, and nothing else. */
  openToFollowers: boolean
  key: SigningKey
  pollMs: number
  clock: Clock
  logger: Logger
}

const blockLimits = {
  maxTransactions: MAX_BLOCK_TRANSACTIONS,
  maxTransactionBytes: MAX_TRANSACTION_BYTES,
}

/** What a key that is not registered may ask for, where the network lets anyone follow. */
const followerRoutes = new Set(['POST /p2p/hello', 'GET /p2p/blocks'])

export class HttpExchange implements BlockExchange {
  readonly #options: HttpExchangeOptions
  readonly #verifier: RequestVerifier
  readonly #agent = new Agent({keepAlive: true, maxSockets: 4})
  readonly #abort = new AbortController()
  /** URLs to greet. Those of bootnodes stay for ever, so that a lost network is found again. */
  readonly #urls = new Set<string>()
  readonly #peers = new Map<Address, PeerView>()
  readonly #ignored = new Map<Address, number>()
  readonly #logged = new Set<string>()
  #handlers: ExchangeHandlers | undefined
  #server: HttpServer | undefined
  #polling: Promise<void> = Promise.resolve()
  #hasGreeted = false

  constructor(options: HttpExchangeOptions) {
    this.#options = options
    this.#verifier = new RequestVerifier(options.chainId)
  }

  get url(): string {
    return this.#options.advertiseUrl ?? this.#server?.url ?? ''
  }

  get hasGreeted(): boolean {
    return this.#hasGreeted
  }

  async start(handlers: ExchangeHandlers): Promise<void> {
    const {host, port, logger, bootnodes} = this.#options
    this.#handlers = handlers
    this.#server = await listen(
      {host, port, purpose: 'peers'},
      (request, response) => this.#serve(request, response),
      (error) => logger.warn('peer request failed', errorFacts(error)),
    )
    for (const url of bootnodes) this.#learn(url)
    this.#polling = this.#poll()
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    this.#agent.destroy()
    await this.#polling
    await this.#server?.close()
  }

  peers(): PeerView[] {
    const now = this.#options.clock.monotonicMs()
    return [...this.#peers.values()].filter(
      ({address, heardAtMs}) =>
        now - heardAtMs < PEER_STALE_MS && now >= (this.#ignored.get(address) ?? 0),
    )
  }

  announce(block: SealedBlock): void {
    const body = JSON.stringify(block)
    for (const peer of this.peers()) {
      this.#call(peer.url, 'POST', '/p2p/block', body).catch((error: unknown) => {
        this.#options.logger.debug('announce failed', {peer: peer.url, ...errorFacts(error)})
      })
    }
  }

  async fetchBlocks(peer: PeerView, from: number, count: number): Promise<SealedBlock[]> {
    const path = `/p2p/blocks?from=${from}&count=${count}`
    const {value} = await this.#call(peer.url, 'GET', path)
    if (!isRecord(value) || !Array.isArray(value['blocks'])) {
      throw new PeerError('The peer answered with something that is not a list of blocks.')
    }
    try {
      const blocks = value['blocks'].map((item) => parseSealedBlock(item, blockLimits))
      const isInOrder = blocks.every(({number}, index) => number === from + index)
      if (!isInOrder || blocks.length > count) throw new InvalidBlockError('The blocks are others.')
      return blocks
    } catch (error) {
      throw new PeerError(messageOf(error), error)
    }
  }

  async sendTransactions(peer: PeerView, transactions: readonly Hex[]): Promise<void> {
    await this.#call(peer.url, 'POST', '/p2p/transactions', JSON.stringify({transactions}))
  }

  ignore(address: Address, reason: string): void {
    this.#ignored.set(address, this.#options.clock.monotonicMs() + PEER_IGNORE_MS)
    this.#logOnce(`${address} ${reason}`, 'peer ignored', {peer: address, reason})
  }

  // Outgoing.

  async #poll(): Promise<void> {
    const {clock, pollMs} = this.#options
    while (!this.#abort.signal.aborted) {
      await Promise.all([...this.#urls].map((url) => this.#greet(url)))
      this.#hasGreeted = true
      this.#handlers?.onPeers()
      await clock.sleep(pollMs, this.#abort.signal).catch(() => {})
    }
  }

  async #greet(url: string): Promise<void> {
    try {
      const {value, text, nonce, headers} = await this.#call(
        url,
        'POST',
        '/p2p/hello',
        JSON.stringify(this.#hello()),
      )
      const digest = responseDigest(this.#options.chainId, nonce, text)
      const signer = recoverSigner(digest, String(headers['x-metis-signature']) as Hex)
      if (!signer) throw new PeerError('The answer to hello is not signed.')
      if (signer === lowerCase(this.#options.key.address)) {
        // Our own address in somebody's list of peers.
        this.#urls.delete(url)
        return
      }
      await this.#meet(value, signer, url)
    } catch (error) {
      if (this.#abort.signal.aborted) return
      this.#logOnce(`${url} ${messageOf(error)}`, 'peer not reached', {
        peer: url,
        ...errorFacts(error),
      })
    }
  }

  async #call(url: string, method: 'GET' | 'POST', path: string, body = '') {
    const {chainId, key, clock} = this.#options
    const bytes = Buffer.from(body, 'utf8')
    const headers = signRequest({chainId, method, path, body: bytes}, key, clock.nowMs())
    const answer = await exchangeText(new URL(path, url), {
      method,
      body: bytes,
      headers,
      agent: this.#agent,
    })
    let value: unknown
    try {
      value = JSON.parse(answer.text)
    } catch (error) {
      throw new PeerError(`The peer answered ${answer.status} without JSON.`, error)
    }
    if (answer.status !== 200) {
      const reason = isRecord(value) ? String(value['error']).slice(0, 200) : ''
      throw new PeerError(`The peer answered ${answer.status}: ${reason}`)
    }
    return {value, text: answer.text, headers: answer.headers, nonce: headers['x-metis-nonce']}
  }

  // Incoming.

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request, PEER_BODY_BYTES)
    if (!body) return sendJson(response, 413, {error: 'The body is too large.'})
    const {method = '', url: path = '', headers} = request
    const sender = this.#verifier.verify({method, path, body, headers}, this.#options.clock.nowMs())
    if (!sender) return sendJson(response, 401, {error: 'The request is not signed correctly.'})
    const route = `${method} ${path.split('?')[0]}`
    const isMember = this.#handlers !== undefined && (await this.#handlers.isMember(sender))
    if (!isMember && !(this.#options.openToFollowers && followerRoutes.has(route))) {
      return sendJson(response, 403, {error: 'This key is not a sequencer of the network.'})
    }
    try {
      if (route === 'GET /p2p/blocks') return this.#serveBlocks(path, response)
      const value: unknown = method === 'POST' ? JSON.parse(body.toString('utf8')) : undefined
      if (route === 'POST /p2p/hello') {
        const nonce = String(headers['x-metis-nonce'])
        if (isMember) this.#heardFrom(value, sender)
        else this.#checkHello(value, sender)
        return this.#answerHello(nonce, response)
      }
      if (route === 'POST /p2p/block') return this.#serveBlock(value, sender, response)
      if (route === 'POST /p2p/transactions') return await this.#serveTransactions(value, response)
      if (route === 'GET /p2p/status') return sendJson(response, 200, this.#hello())
      sendJson(response, 404, {error: 'There is no such route.'})
    } catch (error) {
      const isTheirs =
        error instanceof SyntaxError ||
        error instanceof InvalidBlockError ||
        error instanceof PeerError
      if (!isTheirs) throw error
      this.#logOnce(`${sender} ${messageOf(error)}`, 'peer sent nonsense', {
        peer: sender,
        ...errorFacts(error),
      })
      sendJson(response, 400, {error: messageOf(error)})
    }
  }

  #heardFrom(value: unknown, sender: Address): void {
    const url = isRecord(value) && typeof value['url'] === 'string' ? value['url'] : ''
    const {head} = this.#checkHello(value, sender)
    this.#learn(url)
    // The URL is only claimed here. It counts once that address has answered there.
    const known = this.#peers.get(sender)
    if (known) Object.assign(known, {head, heardAtMs: this.#options.clock.monotonicMs()})
    else if (this.#urls.has(url)) void this.#greet(url)
    this.#handlers?.onPeers()
  }

  #answerHello(nonce: string, response: ServerResponse): void {
    const {chainId, key} = this.#options
    const text = JSON.stringify(this.#hello())
    const signature = signHash(responseDigest(chainId, nonce, text), key.privateKey)
    sendText(response, 200, 'application/json', text, {'x-metis-signature': signature})
  }

  #serveBlock(value: unknown, sender: Address, response: ServerResponse): void {
    const block = parseSealedBlock(value, blockLimits)
    const peer = this.#peers.get(sender)
    if (peer) {
      peer.head = {number: block.number, hash: block.hash}
      peer.heardAtMs = this.#options.clock.monotonicMs()
    }
    this.#handlers?.onBlock(block, sender)
    sendJson(response, 200, {})
  }

  #serveBlocks(path: string, response: ServerResponse): void {
    const query = new URL(path, 'http://localhost').searchParams
    const from = Number(query.get('from'))
    const count = Number(query.get('count'))
    if (!Number.isSafeInteger(from) || from < 0 || !Number.isSafeInteger(count) || count < 1) {
      throw new PeerError('The range is not valid.')
    }
    const blocks = this.#handlers?.blocks(from, Math.min(count, PEER_RANGE_BLOCKS)) ?? []
    sendJson(response, 200, {blocks})
  }

  async #serveTransactions(value: unknown, response: ServerResponse): Promise<void> {
    const list = isRecord(value) ? value['transactions'] : undefined
    const isValid =
      Array.isArray(list) &&
      list.length <= FORWARD_CHUNK &&
      list.every((raw) => typeof raw === 'string')
    if (!isValid) throw new PeerError('The list of transactions is not valid.')
    await this.#handlers?.onTransactions(list as string[])
    sendJson(response, 200, {})
  }

  // Peers.

  #hello() {
    const {chainId, fingerprint, key} = this.#options
    return {
      url: this.url,
      address: lowerCase(key.address),
      chainId,
      fingerprint,
      head: this.#handlers?.head(),
      peers: [...this.#peers.values()].map(({url}) => url),
    }
  }

  #checkHello(value: unknown, address: Address): {head: PeerHead; urls: string[]} {
    if (!isRecord(value)) throw new PeerError('A hello is a JSON object.')
    const {chainId, fingerprint} = this.#options
    if (value['chainId'] !== chainId || value['fingerprint'] !== fingerprint) {
      throw new PeerError('The peer belongs to another network or genesis.')
    }
    if (address === lowerCase(this.#options.key.address)) {
      throw new PeerError('The peer uses our own signer key.')
    }
    const others: unknown[] = Array.isArray(value['peers']) ? value['peers'].slice(0, PEERS) : []
    const urls = others.filter((other) => typeof other === 'string')
    return {head: parseHead(value['head']), urls}
  }

  async #meet(value: unknown, address: Address, url: string): Promise<void> {
    const {head, urls} = this.#checkHello(value, address)
    if (!(await this.#handlers?.isMember(address))) throw new PeerError('The peer is no sequencer.')
    for (const other of urls) this.#learn(other)
    const {clock} = this.#options
    if (!this.#peers.has(address)) this.#options.logger.info('peer met', {peer: address, url})
    this.#peers.set(address, {address, url, head, heardAtMs: clock.monotonicMs()})
  }

  #learn(url: string): void {
    if (this.#urls.size >= PEERS || !/^http:\/\/[^/]+\/?$/.test(url)) return
    const plain = url.replace(/\/$/, '')
    if (plain !== this.url) this.#urls.add(plain)
  }

  #logOnce(key: string, event: string, facts: Record<string, string | null | undefined>): void {
    if (this.#logged.has(key)) return
    // Bounded: whoever varies the text must not fill our memory.
    if (this.#logged.size > 1000) this.#logged.clear()
    this.#logged.add(key)
    this.#options.logger.warn(event, facts)
  }
}

function parseHead(value: unknown): PeerHead {
  if (!isRecord(value)) throw new PeerError('A hello names no head.')
  const {number, hash} = value
  if (!Number.isSafeInteger(number) || typeof hash !== 'string' || !/^0x[0-9a-f]{64}$/.test(hash)) {
    throw new PeerError('A hello names an invalid head.')
  }
  return {number: Number(number), hash: hash as Hash}
}
