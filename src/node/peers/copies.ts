/**
 * What the producer has promised to its own users, held by a peer as well: whoever takes over from a dead producer gets it
 * from there. In: transactions. Out: one copy of each. Nobody waits for it.
 */
import type {Address, Hash} from 'viem'

import type {HeldTransaction} from '../mempool/mempool.ts'
import type {PeerView} from './exchange.ts'

export interface CopiesOptions {
  /** Members that can be reached. */
  peers(): PeerView[]
  /** Undefined: it is in a block, or gone. */
  get(hash: Hash): HeldTransaction | undefined
  /** Never rejects. @returns false when not all were delivered */
  send(peer: PeerView, held: readonly HeldTransaction[]): Promise<boolean>
}

export class Copies {
  readonly #options: CopiesOptions
  /** Not yet given to anybody. */
  #waiting: Hash[] = []
  #isDealing = false
  /** What each peer gets next while something travels to it. */
  readonly #queues = new Map<Address, HeldTransaction[]>()
  /** Those that took nothing since the last block. */
  readonly #silent = new Set<Address>()

  constructor(options: CopiesOptions) {
    this.#options = options
  }

  add(hash: Hash): void {
    this.#waiting.push(hash)
    if (!this.#isDealing) void this.#deal()
  }

  /** A block came: who was silent may have been busy with it. */
  renew(): void {
    this.#silent.clear()
  }

  /** One turn of the event loop collects what arrives together. */
  async #deal(): Promise<void> {
    this.#isDealing = true
    await new Promise((resolve) => setImmediate(resolve))
    this.#isDealing = false
    const hashes = this.#waiting
    this.#waiting = []
    const peers = this.#options
      .peers()
      .filter(({address}) => !this.#silent.has(address))
      .sort((a, b) => (a.address < b.address ? -1 : 1))
    if (peers.length === 0) return
    const shares = peers.map((): HeldTransaction[] => [])
    for (const hash of hashes) {
      const held = this.#options.get(hash)
      if (held) shares[placeOf(held.sender, peers.length)]!.push(held)
    }
    peers.forEach((peer, index) => this.#queue(peer, shares[index]!))
  }

  #queue(peer: PeerView, held: readonly HeldTransaction[]): void {
    if (held.length === 0) return
    const queue = this.#queues.get(peer.address)
    if (queue) queue.push(...held)
    else void this.#give(peer, held)
  }

  /** Ends when nothing more waits for this peer. One that is slow keeps nobody else waiting. */
  async #give(peer: PeerView, first: readonly HeldTransaction[]): Promise<void> {
    const {address} = peer
    for (let held = first; held.length > 0; ) {
      this.#queues.set(address, [])
      const isTaken = await this.#options.send(peer, held)
      const queued = this.#queues.get(address) ?? []
      if (!isTaken) {
        this.#silent.add(address)
        this.#queues.delete(address)
        for (const {hash} of [...held, ...queued]) this.add(hash)
        return
      }
      held = queued
    }
    this.#queues.delete(address)
  }
}

/** All of a sender with one peer, so that they are there in their order. */
function placeOf(sender: Address, places: number): number {
  return Number.parseInt(sender.slice(-4), 16) % places
}
