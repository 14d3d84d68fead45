/** The network between the nodes: messages that are late, lost, doubled, overtaken or cut off. */
import type {Address, Hex} from 'viem'

import type {Clock} from '../../src/lib/clock.ts'
import {
  PEER_IGNORE_MS,
  PEER_POLL_MS,
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
import type {SealedBlock} from '../../src/protocol/block.ts'
import type {Random} from './random.ts'
import type {Faults} from './setup.ts'
import type {Owner, World} from './world.ts'

/** Greetings cost most of the steps, so they are sent at half the pace of the real ones. */
const HELLO_MS = PEER_POLL_MS * 2

/** Whoever can be reached under an address. */
export interface Station {
  readonly address: Address
  readonly owner: Owner
  hear(from: Address, head: PeerHead): void
  receiveBlock(from: Address, block: SealedBlock): void
  blocks(from: number, count: number): SealedBlock[]
  receiveTransactions(raws: readonly Hex[]): Promise<Delivery[]>
}

export class Network {
  readonly #world: World
  readonly #random: Random
  readonly #faults: () => Faults
  readonly #stations = new Map<Address, Station>()
  readonly #cut = new Set<string>()
  /** Sees every sealed block that leaves its producer. */
  onSealed: (block: SealedBlock, from: Address) => void = () => {}
  messages = 0
  lost = 0

  constructor(world: World, faults: () => Faults) {
    this.#world = world
    this.#random = world.random.fork()
    this.#faults = faults
  }

  join(station: Station): void {
    this.#stations.set(station.address, station)
  }

  leave(station: Station): void {
    if (this.#stations.get(station.address) === station) this.#stations.delete(station.address)
  }

  others(address: Address): Address[] {
    return [...this.#stations.keys()].filter((other) => other !== address)
  }

  /** Cuts one direction. */
  cut(from: Address, to: Address): void {
    this.#cut.add(`${from} ${to}`)
  }

  heal(): void {
    this.#cut.clear()
  }

  isCut(from: Address, to: Address): boolean {
    return this.#cut.has(`${from} ${to}`)
  }

  /** Delivers at some time, or never. Each message finds its own way, so they overtake each other. */
  send(from: Address, to: Address, label: string, deliver: (station: Station) => void): void {
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
  address: Address
  owner: Owner
  clock: Clock
  /** Called before a block leaves; may end this life. */
  beforeAnnounce(): void
}

/** `BlockExchange` over the simulated network, with the manners of the real one. */
export class SimExchange implements BlockExchange, Station {
  readonly address: Address
  readonly owner: Owner
  readonly peerAddress: string
  readonly #context: ExchangeContext
  readonly #peers = new Map<Address, PeerView>()
  readonly #ignored = new Map<Address, number>()
  #handlers: ExchangeHandlers | undefined
  #hasGreeted = false

  constructor(context: ExchangeContext) {
    this.#context = context
    this.address = context.address
    this.owner = context.owner
    this.peerAddress = `sim://${context.owner.name}`
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
    return [...this.#peers.values()].filter(
      ({address, heardAtMs}) =>
        now - heardAtMs < PEER_STALE_MS && now >= (this.#ignored.get(address) ?? 0),
    )
  }

  announce(block: SealedBlock): void {
    if (!this.owner.alive) return
    this.#context.beforeAnnounce()
    this.#context.network.onSealed(block, this.address)
    for (const {address} of this.peers()) {
      this.#send(address, `block ${block.number}`, (station) =>
        station.receiveBlock(this.address, block),
      )
    }
  }

  fetchBlocks(peer: PeerView, from: number, count: number): Promise<SealedBlock[]> {
    return this.#ask(peer.address, `blocks from ${from}`, (station, answer) => {
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

  sendTransactions(peer: PeerView, transactions: readonly Hex[]): Promise<Delivery[]> {
    const label = `${transactions.length} transactions`
    return this.#ask(peer.address, label, (station, answer) => {
      station.receiveTransactions(transactions).then(
        (deliveries) => answer(() => deliveries),
        () => answer(() => failed('The peer answered 500.')),
      )
    })
  }

  /** Nobody else has a key of ours here. */
  assertAlone(): void {}

  readonly twin = null

  ignore(address: Address, reason: string): void {
    this.#ignored.set(address, this.#context.clock.monotonicMs() + PEER_IGNORE_MS)
    this.#context.world.trace(this.owner.name, `ignores ${address.slice(0, 8)}: ${reason}`)
  }

  // What others send.

  hear(from: Address, head: PeerHead): void {
    const handlers = this.#handlers
    if (!handlers) return
    const note = () => {
      const heardAtMs = this.#context.clock.monotonicMs()
      this.#peers.set(from, {address: from, peerAddress: from, head, heardAtMs})
      handlers.onPeers()
    }
    if (this.#peers.has(from)) note()
    else void handlers.isMember(from).then((isMember) => isMember && note())
  }

  receiveBlock(from: Address, block: SealedBlock): void {
    const peer = this.#peers.get(from)
    if (peer) {
      peer.head = {number: block.number, hash: block.hash}
      peer.heardAtMs = this.#context.clock.monotonicMs()
    }
    this.#handlers?.onBlock(block, from)
  }

  blocks(from: number, count: number): SealedBlock[] {
    return this.#handlers?.blocks(from, count) ?? []
  }

  async receiveTransactions(raws: readonly Hex[]): Promise<Delivery[]> {
    return (await this.#handlers?.onTransactions(raws)) ?? raws.map(() => 'taken')
  }

  // Own messages.

  #greet(): void {
    const {world, network} = this.#context
    const handlers = this.#handlers
    if (!handlers) return
    const head = handlers.head()
    for (const other of network.others(this.address)) {
      this.#send(other, `hello ${head.number}`, (station) => station.hear(this.address, head))
    }
    world.at(HELLO_MS, this.owner, 'greets', () => {
      this.#hasGreeted = true
      this.#greet()
    })
  }

  #send(to: Address, label: string, deliver: (station: Station) => void): void {
    if (this.owner.alive) this.#context.network.send(this.address, to, label, deliver)
  }

  /** A request and its answer; either may get lost. */
  #ask<T>(
    to: Address,
    label: string,
    serve: (station: Station, answer: (value: () => T) => void) => void,
  ): Promise<T> {
    const {world, network} = this.#context
    return new Promise((resolve, reject) => {
      const stopWaiting = world.at(PEER_TIMEOUT_MS, this.owner, `no answer to ${label}`, () =>
        reject(new PeerError('The peer did not answer in time.')),
      )
      this.#send(to, label, (station) =>
        serve(station, (value) =>
          network.send(to, this.address, `answer to ${label}`, () => {
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
