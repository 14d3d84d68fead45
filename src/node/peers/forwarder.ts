/**
 * Forwards transactions to the producer. In: transactions that the pool accepted. Out: requests to
 * the producer. Every node keeps forwarded transactions until they are in a block, and the producer
 * copies its own users' promised transactions to a peer, so nothing is lost or late when a producer
 * dies.
 */
import type {Address, Hash} from 'viem'

import type {Clock} from '../../lib/clock.ts'
import {errorFacts, type Logger} from '../../lib/log.ts'
import {
  FORWARD_AGAIN_MS,
  FORWARD_ANSWER_MS,
  FORWARD_BUSY_MS,
  FORWARD_BYTES,
  FORWARD_CHUNK,
  TAKEOVER_SLOTS,
} from '../peer-limits.ts'
import {poolFull} from '../mempool/admission.ts'
import type {HeldTransaction, Mempool} from '../mempool/mempool.ts'
import type {Turn} from '../rotation/rotation.ts'
import type {BlockExchange, Delivery, PeerView} from './exchange.ts'
import {Copies} from './copies.ts'
import {ProducerCapacity} from './producer-capacity.ts'

interface Waiting {
  resolve(delivery: Delivery): void
  /** Monotonic: the longest anyone waits. */
  dueMs: number
  /** When it arrived here. */
  cameAtMs: number
}

export interface ForwarderOptions {
  mempool: Mempool
  exchange: BlockExchange
  /** The producer of the next block. */
  turn(): Turn
  slotMs: number
  clock: Clock
  logger: Logger
}

export class Forwarder {
  readonly #options: ForwarderOptions
  /** To whom and when each transaction went. */
  readonly #sent = new Map<Hash, {to: Address; atMs: number}>()
  /** Users who wait for the producer's response. */
  readonly #waiting = new Map<Hash, Waiting>()
  /** True while the timer for waiting users runs. */
  #isWatching = false
  readonly #capacity: ProducerCapacity
  #fresh: Hash[] = []
  /** Promised transactions for which the producer had no capacity before its next block. */
  #unplaced: Hash[] = []
  /** Duration of the last exchange with the producer. */
  #exchangeMs = 0
  readonly #copies: Copies
  #producer: Address | undefined
  #lastScanMs = 0
  /** When this node became the producer; undefined while it is not. */
  #tookOverAtMs: number | undefined
  #isRunning = false
  #isAsked = false

  constructor(options: ForwarderOptions) {
    this.#options = options
    this.#capacity = new ProducerCapacity(options.slotMs)
    this.#copies = new Copies({
      peers: () => options.exchange.peers(),
      get: (hash) => options.mempool.get(hash),
      send: async (peer, held) => (await this.#send(peer, held)) !== undefined,
    })
  }

  /** The pool accepted a transaction. */
  add(hash: Hash): void {
    const held = this.#options.mempool.get(hash)
    if (held && isUrgent(held)) {
      // The producer may change before it arrives, and the next one must have it.
      for (const peer of this.#options.exchange.peers()) void this.#send(peer, [held])
    }
    this.#fresh.push(hash)
    this.wake()
  }

  /**
   * Like `add`, but waits for the producer's response. If there is no producer to ask or no
   * response in time: `taken`, since we hold it and keep offering it.
   */
  deliver(hash: Hash, cameAtMs: number): Promise<Delivery> {
    const {whose} = this.#options.turn()
    if (whose !== 'other') {
      this.add(hash)
      if (whose === 'mine') this.#copies.add(hash)
      return Promise.resolve('taken')
    }
    const dueMs = this.#options.clock.monotonicMs() + FORWARD_ANSWER_MS
    const answer = new Promise<Delivery>((resolve) =>
      this.#waiting.set(hash, {resolve, dueMs, cameAtMs}),
    )
    this.add(hash)
    if (!this.#isWatching) void this.#endWaits()
    return answer
  }

  /**
   * The pool accepted a copy of a transaction promised by `from`. It is offered to that peer again
   * only if it stays out of blocks.
   */
  hold(hash: Hash, from: Address): void {
    this.#sent.set(hash, {to: from, atMs: this.#options.clock.monotonicMs()})
  }

  isProducer(address: Address): boolean {
    const turn = this.#options.turn()
    return turn.whose === 'other' && turn.signer === address
  }

  /**
   * True in our first slots as the producer. Peers hold promises of our predecessor, and these are
   * due now, whatever else was accepted meanwhile.
   */
  get isTakingOver(): boolean {
    const {clock, slotMs} = this.#options
    const sinceMs = this.#tookOverAtMs
    return sinceMs !== undefined && clock.monotonicMs() - sinceMs < TAKEOVER_SLOTS * slotMs
  }

  #answer(hash: Hash, delivery: Delivery): void {
    this.#waiting.get(hash)?.resolve(delivery)
    this.#waiting.delete(hash)
  }

  /** One timer for all: each waits equally long, so the first in line waits longest. */
  async #endWaits(): Promise<void> {
    const {clock} = this.#options
    this.#isWatching = true
    for (let first = this.#firstWait(); first; first = this.#firstWait()) {
      const [hash, {dueMs}] = first
      const leftMs = dueMs - clock.monotonicMs()
      if (leftMs > 0) await clock.sleep(leftMs)
      else this.#answer(hash, 'taken')
    }
    this.#isWatching = false
  }

  #firstWait(): [Hash, Waiting] | undefined {
    return this.#waiting.entries().next().value
  }

  /** True when another node produces and is reachable. */
  get hasProducer(): boolean {
    return this.#reach(this.#options.turn()) !== undefined
  }

  /**
   * Rejects transactions for which the producer just lacked capacity, without asking again.
   *
   * @throws {PoolRefusedError} pool-full
   */
  assertCapacity(size: Pick<HeldTransaction, 'cost' | 'sizeBytes'>): void {
    if (!this.hasProducer) return
    const now = this.#options.clock.monotonicMs()
    if (this.#isBusy(now) || !this.#capacity.mayFit(size, now)) throw poolFull(this.retry)
  }

  /** It has not responded for a while: further requests would wait even longer. */
  #isBusy(now: number): boolean {
    const first = this.#firstWait()
    return first !== undefined && now - (first[1].dueMs - FORWARD_ANSWER_MS) > FORWARD_BUSY_MS
  }

  /** When the producer will have capacity again. */
  get retry(): {retryAfterMs: number} {
    return {retryAfterMs: this.#capacity.retryAfterMs(this.#options.clock.monotonicMs())}
  }

  /** A block arrived: there is capacity again, and the producer may have changed. */
  headMoved(): void {
    this.#capacity.renew(this.#options.clock.monotonicMs())
    this.#copies.renew()
    this.#fresh.push(...this.#unplaced.splice(0))
    this.wake()
  }

  #reach(turn: Turn): PeerView | undefined {
    if (turn.whose !== 'other') return undefined
    return this.#options.exchange.peer(turn.signer)
  }

  /** The producer may have changed, or time has passed. Never rejects. */
  wake(): void {
    this.#isAsked = true
    if (this.#isRunning) return
    void this.#run()
  }

  /** Sends everything to every peer before this node shuts down. */
  async handOver(): Promise<void> {
    const {mempool, exchange} = this.#options
    const all = mempool.all()
    await Promise.all(exchange.peers().map((peer) => this.#send(peer, all)))
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    while (this.#isAsked) {
      this.#isAsked = false
      // One turn of the event loop collects simultaneous arrivals.
      await new Promise((resolve) => setImmediate(resolve))
      await this.#forward()
    }
    this.#isRunning = false
  }

  async #forward(): Promise<void> {
    const {mempool, turn, clock} = this.#options
    const now = clock.monotonicMs()
    const whose = turn()
    this.#noteTurn(whose, now)
    const fresh = this.#takeFresh(whose.whose === 'unknown' ? undefined : whose.signer, now)
    if (whose.whose !== 'other' || fresh.length === 0) {
      for (const hash of this.#waiting.keys()) this.#answer(hash, 'taken')
      return
    }
    const peer = this.#reach(whose)
    const deliveries = peer && (await this.#send(peer, fresh))
    fresh.forEach((held, index) => {
      const {hash} = held
      const delivery = deliveries?.[index] ?? 'taken'
      // Behind a gap another limit applies, which anybody may exhaust: it must not block anyone
      // else.
      if (delivery === 'pool-full' && mempool.isPending(hash)) {
        this.#capacity.refused(held, clock.monotonicMs())
      }
      const isPromised = !this.#waiting.has(hash)
      this.#answer(hash, delivery)
      if (!peer || !deliveries || !mempool.has(hash)) return
      if (delivery !== 'taken') {
        // After a respan it may be a dead producer's promise, due within two slots. Others are
        // refused to the user who waits for the response.
        if (isPromised) this.#unplaced.push(hash)
        return
      }
      this.#sent.set(hash, {to: peer.address, atMs: now})
    })
    if (!deliveries) this.#producer = undefined
  }

  /** What a predecessor has promised goes first: it is due within two slots. */
  #noteTurn(turn: Turn, now: number): void {
    if (turn.whose !== 'mine') {
      this.#tookOverAtMs = undefined
      return
    }
    if (this.#tookOverAtMs !== undefined) return
    this.#tookOverAtMs = now
    const {mempool} = this.#options
    mempool.promote(mempool.all().filter(({hash}) => this.#isPromisedByOther(hash, turn.signer)))
  }

  /** Another producer has it, or had given it to us. */
  #isPromisedByOther(hash: Hash, producer: Address | undefined): boolean {
    const sent = this.#sent.get(hash)
    return sent !== undefined && sent.to !== producer
  }

  /**
   * New ones; all of them when the producer changed, first those that another has promised;
   * periodically those that are not in a block yet.
   */
  #takeFresh(producer: Address | undefined, now: number): HeldTransaction[] {
    const {mempool} = this.#options
    const isScanDue = producer !== this.#producer || now - this.#lastScanMs > FORWARD_AGAIN_MS / 5
    if (!isScanDue) {
      const hashes = this.#fresh
      this.#fresh = []
      return hashes.flatMap((hash) => mempool.get(hash) ?? [])
    }
    this.#producer = producer
    this.#lastScanMs = now
    this.#fresh = []
    this.#unplaced = []
    for (const hash of this.#sent.keys()) if (!mempool.has(hash)) this.#sent.delete(hash)
    const promised: HeldTransaction[] = []
    const others: HeldTransaction[] = []
    for (const held of mempool.all()) {
      const sent = this.#sent.get(held.hash)
      if (sent && sent.to === producer && now - sent.atMs <= FORWARD_AGAIN_MS) continue
      const isFirst = this.#isPromisedByOther(held.hash, producer)
      ;(isFirst ? promised : others).push(held)
    }
    return [...promised, ...others]
  }

  /**
   * When it arrives at the producer, as far as the last exchange tells: a busy producer reads late.
   * Transactions that nobody waits for were promised earlier and are not rejected for their age.
   */
  #ageMs(hash: Hash): number {
    const waiting = this.#waiting.get(hash)
    return waiting ? this.#options.clock.monotonicMs() - waiting.cameAtMs + this.#exchangeMs : 0
  }

  /** @returns the outcome for each, or undefined when not all were delivered */
  async #send(peer: PeerView, held: readonly HeldTransaction[]): Promise<Delivery[] | undefined> {
    const {clock, exchange} = this.#options
    const deliveries: Delivery[] = []
    try {
      for (const chunk of chunksOf(held)) {
        const raws = chunk.map(({raw}) => raw)
        // Current ages: transactions that are resent, or waited behind another chunk, are older.
        const agesMs = chunk.map(({hash}) => this.#ageMs(hash))
        const startedMs = clock.monotonicMs()
        deliveries.push(...(await exchange.sendTransactions(peer, raws, agesMs)))
        this.#exchangeMs = clock.monotonicMs() - startedMs
      }
      return deliveries
    } catch (error) {
      this.#options.logger.debug('forward failed', {peer: peer.address, ...errorFacts(error)})
      return undefined
    }
  }
}

/** Chunks limited by number of transactions and approximately by bytes. */
function* chunksOf(all: readonly HeldTransaction[]): Generator<HeldTransaction[]> {
  let chunk: HeldTransaction[] = []
  let bytes = 0
  for (const held of all) {
    const size = held.raw.length / 2
    if (chunk.length >= FORWARD_CHUNK || (chunk.length > 0 && bytes + size > FORWARD_BYTES)) {
      yield chunk
      chunk = []
      bytes = 0
    }
    chunk.push(held)
    bytes += size
  }
  if (chunk.length > 0) yield chunk
}

/** Only their receiver could misuse them, and the chain may stop without them. */
function isUrgent({lane}: HeldTransaction): boolean {
  return lane.kind === 'recommit' || lane.kind === 'system'
}
