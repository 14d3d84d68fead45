/**
 * A peer holds copies of the transactions that the producer promised to its own users, so the
 * successor of a dead producer gets them from there. In: transactions. Out: one copy of each.
 * Nobody waits for it.
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
  /** Not yet sent to any peer. */
  #waiting: Hash[] = []
  #isDealing = false
  /** Next transactions for each peer while a request is in flight. */
  readonly #queues = new Map<Address, HeldTransaction[]>()
  /** Peers that accepted nothing since the last block. */
  readonly #silent = new Set<Address>()

  constructor(options: CopiesOptions) {
    this.#options = options
  }

  add(hash: Hash): void {
    this.#waiting.push(hash)
    if (!this.#isDealing) void this.#deal()
  }

  /** A block arrived: silent peers may have been busy with it. */
  renew(): void {
    this.#silent.clear()
  }

  /** One turn of the event loop collects simultaneous arrivals. */
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

  /** Ends when nothing is left for this peer. A slow peer does not delay others. */
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

/** All transactions of a sender go to one peer, so that they arrive in order. */
function placeOf(sender: Address, places: number): number {
  return Number.parseInt(sender.slice(-4), 16) % places
}
