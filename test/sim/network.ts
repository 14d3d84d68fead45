/** The network between the nodes: messages that are late, lost, doubled, overtaken or cut off. */
import type {Address, Hex} from 'viem'

import type {Clock} from '../../src/lib/clock.ts'
import {
  PEER_IGNORE_MS,
  PEER_POLL_MS,
  PEER_RECORD_MS,
  PEER_STALE_MS,
  PEER_TIMEOUT_MS,
} from '../../src/node/peer-limits.ts'
import {
  PeerError,
  type BlockExchange,
  type Delivery,
  type ExchangeHandlers,
  type PeerHead,
  type PeerView,
} from '../../src/node/peers/exchange.ts'
import {instanceOf, type SignedRecord} from '../../src/node/peers/peer-record.ts'
import {RecordBook} from '../../src/node/peers/record-book.ts'
import {signerInUse, duplicateVerdict} from '../../src/node/peers/duplicate-signer.ts'
import type {DuplicateSigner} from '../../src/protocol/node-status.ts'
import type {SealedBlock} from '../../src/protocol/block.ts'
import type {IsPlanted} from './planted.ts'
import type {Random} from './random.ts'
import type {Faults} from './setup.ts'
import type {Owner, World} from './world.ts'

/** Greetings cost most of the steps, so they are sent at half the pace of the real ones, or a quarter. */
export const HELLO_MS = PEER_POLL_MS * 2

/** The consensus layer's place in the network, for cut lines. */
export const POS_ADDRESS = '0x00000000000000000000000000000000000000f0' as const

/** Where a node runs. Two with one key are two hosts; otherwise it is the address of the key. */
export type Host = string

/** What nodes tell each other now and then. */
export interface Greeting {
  host: Host
  address: Address
  head: PeerHead
  /** Of the sender, and of others as far as the sender knows them. */
  records: readonly SignedRecord[]
}

/** Whoever can be reached on a host. */
export interface Station {
  readonly host: Host
  readonly owner: Owner
  hear(greeting: Greeting): void
  receiveBlock(from: Host, block: SealedBlock): void
  blocks(from: number, count: number): SealedBlock[]
  receiveTransactions(
    raws: readonly Hex[],
    agesMs: readonly number[],
    from: Address,
  ): Promise<Delivery[]>
}

export class Network {
  readonly #world: World
  readonly #random: Random
  readonly #faults: () => Faults
  readonly #stations = new Map<Host, Station>()
  readonly #cut = new Set<string>()
  /** Hosts that are cut off, and whether the consensus layer is heard there all the same. */
  readonly #isolated = new Map<Host, boolean>()
  /** Sees every sealed block that leaves its producer. */
  onSealed: (block: SealedBlock) => void = () => {}
  messages = 0
  lost = 0

  constructor(world: World, faults: () => Faults) {
    this.#world = world
    this.#random = world.random.fork()
    this.#faults = faults
  }

  join(station: Station): void {
    this.#stations.set(station.host, station)
  }

  leave(station: Station): void {
    if (this.#stations.get(station.host) === station) this.#stations.delete(station.host)
  }

  others(host: Host): Host[] {
    return [...this.#stations.keys()].filter((other) => other !== host)
  }

  /** Cuts one direction. */
  cut(from: Host, to: Host): void {
    this.#cut.add(`${from} ${to}`)
  }

  /** Cuts a host off from all others, also from those that come later, until `rejoin`. */
  isolate(host: Host, {heardByPos = false} = {}): void {
    this.#isolated.set(host, heardByPos)
  }

  rejoin(host: Host): void {
    this.#isolated.delete(host)
  }

  heal(): void {
    this.#cut.clear()
    this.#isolated.clear()
  }

  isCut(from: Host, to: Host): boolean {
    if (this.#isolated.has(from)) return true
    const isolated = this.#isolated.get(to)
    if (isolated !== undefined && !(isolated && from === POS_ADDRESS)) return true
    return this.#cut.has(`${from} ${to}`)
  }

  /** Delivers at some time, or never. Each message finds its own way, so they overtake each other. */
  send(from: Host, to: Host, label: string, deliver: (station: Station) => void): void {
    const {loss, duplicate, delayMs} = this.#faults()
    this.messages++
    if (this.isCut(from, to) || this.#random.chance(loss)) {
      this.lost++
      return
    }
    const copies = this.#random.chance(duplicate) ? 2 : 1
    for (let copy = 0; copy < copies; copy++) {
      const wait = 1 + Math.floor(this.#random.next() * delayMs)
      const owner = this.#stations.get(to)?.owner
      if (!owner) return
      this.#world.at(wait, owner, label, () => {
        const station = this.#stations.get(to)
        if (station?.owner === owner) deliver(station)
      })
    }
  }
}

export interface ExchangeContext {
  world: World
  network: Network
  host: Host
  address: Address
  owner: Owner
  clock: Clock
  isPlanted: IsPlanted
  helloMs: number
  /** Called before a block leaves; may end this life. */
  beforeAnnounce(): void
}

/** `BlockExchange` over the simulated network, with the manners of the real one. */
export class SimExchange implements BlockExchange, Station {
  readonly host: Host
  readonly address: Address
  readonly owner: Owner
  readonly peerAddress: string
  readonly #context: ExchangeContext
  readonly #peers = new Map<Host, PeerView>()
  /** Of this run first, then what was heard of others. */
  readonly #book = new RecordBook()
  #own: SignedRecord
  #duplicate: SignedRecord | undefined
  #seen: DuplicateSigner | null = null
  readonly #ignored = new Map<Address, number>()
  #handlers: ExchangeHandlers | undefined
  #hasGreeted = false
  /** Called when a peer has said what it knows. */
  onHeard: () => void = () => {}

  constructor(context: ExchangeContext) {
    this.#context = context
    this.host = context.host
    this.address = context.address
    this.owner = context.owner
    this.peerAddress = `sim://${context.owner.name}`
    const startedAtMs = context.clock.nowMs()
    this.#own = {
      ...{signer: this.address, peerId: this.address, chainId: 0, fingerprint: '0x', addresses: []},
      ...{startedAtMs, sequence: startedAtMs, signature: '0x'},
    }
  }

  get hasGreeted(): boolean {
    return this.#hasGreeted
  }

  start(handlers: ExchangeHandlers): Promise<void> {
    this.#handlers = handlers
    this.#context.network.join(this)
    this.#greet()
    return Promise.resolve()
  }

  stop(): Promise<void> {
    this.#handlers = undefined
    this.#context.network.leave(this)
    return Promise.resolve()
  }

  peers(): PeerView[] {
    const now = this.#context.clock.monotonicMs()
    const seen = new Set<Address>([this.address])
    return [...this.#peers.values()].filter(({address, heardAtMs}) => {
      const isThere = now - heardAtMs < PEER_STALE_MS && now >= (this.#ignored.get(address) ?? 0)
      // Of two with one key the first to come counts.
      return isThere && !seen.has(address) && seen.add(address)
    })
  }

  peer(address: Address): PeerView | undefined {
    return this.peers().find((peer) => peer.address === address)
  }

  announce(block: SealedBlock): void {
    if (!this.owner.alive) return
    this.#context.beforeAnnounce()
    this.#context.network.onSealed(block)
    for (const host of this.#hosts()) {
      this.#send(host, `block ${block.number}`, (station) => station.receiveBlock(this.host, block))
    }
  }

  fetchBlocks(peer: PeerView, from: number, count: number): Promise<SealedBlock[]> {
    return this.#ask(this.#hostOf(peer), `blocks from ${from}`, (station, answer) => {
      const blocks = station.blocks(from, count)
      answer(() => {
        if (blocks.length === 0) throw new PeerError('The peer has no such blocks.')
        if (blocks.some(({number}, index) => number !== from + index) || blocks.length > count) {
          throw new PeerError('The blocks are others.')
        }
        return blocks
      })
    })
  }

  sendTransactions(
    peer: PeerView,
    transactions: readonly Hex[],
    agesMs: readonly number[] = [],
  ): Promise<Delivery[]> {
    const label = `${transactions.length} transactions`
    return this.#ask(this.#hostOf(peer), label, (station, answer) => {
      station.receiveTransactions(transactions, agesMs, this.#own.signer).then(
        (deliveries) => answer(() => deliveries),
        () => answer(() => failed('The peer answered 500.')),
      )
    })
  }

  assertAlone(): void {
    if (this.#duplicate && !this.#context.isPlanted('twins-stay'))
      throw signerInUse(this.#duplicate)
  }

  get duplicateSigner(): DuplicateSigner | null {
    return this.#context.isPlanted('twins-stay') ? null : this.#seen
  }

  ignore(address: Address, reason: string): void {
    this.#ignored.set(address, this.#context.clock.monotonicMs() + PEER_IGNORE_MS)
    this.#context.world.trace(this.owner.name, `ignores ${address.slice(0, 8)}: ${reason}`)
  }

  // What others send.

  hear({host, address, head, records}: Greeting): void {
    const handlers = this.#handlers
    // A copied home has the same peer id, and nobody connects to itself.
    if (!handlers || address === this.address) return
    const note = () => {
      const heardAtMs = this.#context.clock.monotonicMs()
      for (const record of records) this.#note(record, heardAtMs)
      this.#peers.set(host, {address, peerAddress: host, head, heardAtMs})
      this.onHeard()
      handlers.onPeers()
    }
    if (this.#peers.has(host)) note()
    else void handlers.isMember(address).then((isMember) => isMember && note())
  }

  receiveBlock(from: Host, block: SealedBlock): void {
    const peer = this.#peers.get(from)
    if (peer) {
      peer.head = {number: block.number, hash: block.hash}
      peer.heardAtMs = this.#context.clock.monotonicMs()
    }
    this.#handlers?.onBlock(block, peer?.address ?? block.signer)
  }

  blocks(from: number, count: number): SealedBlock[] {
    return this.#handlers?.blocks(from, count) ?? []
  }

  async receiveTransactions(
    raws: readonly Hex[],
    agesMs: readonly number[],
    from: Address,
  ): Promise<Delivery[]> {
    return (await this.#handlers?.onTransactions(raws, agesMs, from)) ?? raws.map(() => 'taken')
  }

  /** The product decides; here is only what it would have heard. */
  #note(record: SignedRecord, heardAtMs: number): void {
    if (instanceOf(record) === instanceOf(this.#own) || !this.#book.isNews(record)) return
    this.#book.note(record, heardAtMs)
    const advances = this.#book.advances(record)
    const verdict = duplicateVerdict(this.#own, record, {direct: false, advances})
    if (verdict === 'none') return
    const yields = verdict === 'yield'
    if (yields) this.#duplicate = record
    const {startedAtMs, peerId} = record
    const isKnown = this.#seen?.startedAtMs === startedAtMs
    const sinceMs = isKnown ? this.#seen!.sinceMs : this.#context.clock.nowMs()
    this.#seen = {peerId, addresses: [], startedAtMs, yields, sinceMs}
  }

  /** Signed anew now and then; others are forgotten when nothing more is heard of them. */
  #recordsNow(): SignedRecord[] {
    const {clock} = this.#context
    this.#book.evict(clock.monotonicMs())
    if (clock.nowMs() - this.#own.sequence > PEER_RECORD_MS) {
      this.#own = {...this.#own, sequence: clock.nowMs()}
    }
    return [this.#own, ...this.#book.all()]
  }

  #hosts(): Host[] {
    const members = new Set([this.address, ...this.peers().map(({address}) => address)])
    return [...this.#peers].filter(([, {address}]) => members.has(address)).map(([host]) => host)
  }

  #hostOf({peerAddress}: PeerView): Host {
    return peerAddress
  }

  // Own messages.

  #greet(): void {
    const {world, network} = this.#context
    const handlers = this.#handlers
    if (!handlers) return
    const head = handlers.head()
    const {host, address} = this
    const greeting = {host, address, head, records: this.#recordsNow()}
    for (const other of network.others(host)) {
      this.#send(other, `hello ${head.number}`, (station) => station.hear(greeting))
    }
    world.at(this.#context.helloMs, this.owner, 'greets', () => {
      this.#hasGreeted = true
      this.#greet()
    })
  }

  #send(to: Host, label: string, deliver: (station: Station) => void): void {
    if (this.owner.alive) this.#context.network.send(this.host, to, label, deliver)
  }

  /** A request and its answer; either may get lost. */
  #ask<T>(
    to: Host,
    label: string,
    serve: (station: Station, answer: (value: () => T) => void) => void,
  ): Promise<T> {
    const {world, network} = this.#context
    return new Promise((resolve, reject) => {
      const stopWaiting = world.at(PEER_TIMEOUT_MS, this.owner, `no answer to ${label}`, () =>
        reject(new PeerError('The peer did not respond in time.')),
      )
      this.#send(to, label, (station) =>
        serve(station, (value) =>
          network.send(to, this.host, `answer to ${label}`, () => {
            stopWaiting()
            try {
              resolve(value())
            } catch (error) {
              reject(error)
            }
          }),
        ),
      )
    })
  }
}

function failed(message: string): never {
  throw new PeerError(message)
}
