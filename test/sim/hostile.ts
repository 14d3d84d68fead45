/** A member of the network that means harm: an old key, which seals nothing any more and lies. */
import {createHash} from 'node:crypto'

import type {Address, Hash, Hex} from 'viem'

import type {Delivery, PeerHead} from '../../src/node/peers/exchange.ts'
import {lowerCase, type SealedBlock} from '../../src/protocol/block.ts'
import type {Network, Station} from './network.ts'
import type {SimNode} from './node.ts'
import type {Random} from './random.ts'
import {accountOf, L2_CHAIN_ID, type Faults} from './setup.ts'
import {transferOf} from './users.ts'
import type {Owner, World} from './world.ts'
import {signBlock} from '../helpers/sign-block.ts'

export interface HostileContext {
  world: World
  network: Network
  nodes: readonly SimNode[]
  faults(): Faults
}

export class Hostile implements Station {
  readonly #context: HostileContext
  readonly #random: Random
  readonly #account = accountOf('mallory')
  readonly address: Address = lowerCase(this.#account.address)
  readonly host = this.address
  readonly owner: Owner = {name: 'mallory', alive: true, pausedUntilMs: 0}
  acts = 0

  constructor(context: HostileContext) {
    this.#context = context
    this.#random = context.world.random.fork()
    if (context.faults().hostile > 0) context.network.join(this)
  }

  start(): void {
    const {world, faults} = this.#context
    const rate = faults().hostile
    if (rate === 0) return
    world.at(1_000 / rate, this.owner, 'mischief', () => {
      this.#act()
      this.start()
    })
  }

  stop(): void {
    this.#context.network.leave(this)
    this.owner.alive = false
  }

  hear(): void {}

  receiveBlock(): void {}

  async receiveTransactions(raws: readonly Hex[]): Promise<Delivery[]> {
    return raws.map(() => 'taken')
  }

  /** Whoever believed a head of ours and asks for the blocks. */
  blocks(from: number, count: number): SealedBlock[] {
    const victim = this.#victim()
    const head = victim?.life?.log?.head
    if (!head || this.#random.chance(0.3)) return []
    if (this.#random.chance(0.5)) return [this.#blockAfter(head, from)]
    return victim.life!.log!.range(from, from + Math.min(count, 5)).slice(0, count)
  }

  #act(): void {
    const victim = this.#victim()
    const log = victim?.life?.log
    const head = log?.head
    if (!victim || !head) return
    this.acts++
    const send = (label: string, deliver: (station: Station) => void) =>
      this.#context.network.send(this.address, victim.address, label, deliver)
    const block = (sealed: SealedBlock) =>
      send('hostile block', (station) => station.receiveBlock(this.address, sealed))
    const hello = (at: PeerHead) =>
      send('hostile hello', (station) =>
        station.hear({host: this.host, address: this.address, head: at, records: []}),
      )
    switch (this.#random.int(0, 7)) {
      case 0:
        return hello({number: head.number, hash: head.hash})
      case 1:
        return hello({number: head.number + this.#random.int(1, 50), hash: anyHash(this.#random)})
      case 2:
        return hello({number: head.number, hash: anyHash(this.#random)})
      case 3:
        return block(this.#blockAfter(head, head.number + 1))
      case 4: {
        const parent = log.block(head.number - 1)
        return parent && block(this.#blockAfter(parent, head.number))
      }
      case 5: {
        const old = log.block(head.number - this.#random.int(0, 10))
        return old && block(old)
      }
      case 6:
        // A true block under a false flag: signed by another than it says.
        return block({...this.#blockAfter(head, head.number + 1), signer: head.signer})
      default:
        return send(
          'junk',
          (station) =>
            void station.receiveTransactions(this.#junk(), [], this.address).catch(() => {}),
        )
    }
  }

  /** Executable, well signed, and nobody's turn. */
  #blockAfter(parent: SealedBlock, number: number): SealedBlock {
    const {timestamp} = parent
    const transactions: Hex[] = []
    const text = JSON.stringify([parent.hash, timestamp, transactions])
    const hash: Hash = `0x${createHash('sha256').update(text).digest('hex')}`
    const block = {number, hash, parentHash: parent.hash, stateRoot: hash, timestamp, transactions}
    return signBlock(block, L2_CHAIN_ID, this.#account)
  }

  #junk(): Hex[] {
    const poor = transferOf(this.#account, 0)
    return [this.#random.pick<Hex>(['0x', '0xc0', '0x02c0', poor]), poor]
  }

  #victim(): SimNode | undefined {
    return this.#random.pick(this.#context.nodes)
  }
}

function anyHash(random: Random): Hash {
  return `0x${random
    .int(1, 2 ** 31)
    .toString(16)
    .padStart(64, '0')}`
}
