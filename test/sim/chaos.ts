/** Faults that come with time: once a second each may strike, at the rate that the seed drew. */
import type {SimL1} from './l1.ts'
import {POS_ADDRESS, type Network} from './network.ts'
import type {SimNode} from './node.ts'
import type {SimPos} from './pos.ts'
import type {Random} from './random.ts'
import type {Faults} from './setup.ts'
import type {World} from './world.ts'

export interface ChaosContext {
  world: World
  network: Network
  nodes: readonly SimNode[]
  pos: SimPos
  l1: SimL1
  faults(): Faults
}

export class Chaos {
  readonly #context: ChaosContext
  readonly #random: Random
  readonly counts = {partitions: 0, pauses: 0, stops: 0, engine: 0, l1Downs: 0}

  constructor(context: ChaosContext) {
    this.#context = context
    this.#random = context.world.random.fork()
  }

  start(): void {
    this.#context.world.at(1_000, undefined, 'chaos', () => {
      this.#strike()
      this.start()
    })
  }

  #strike(): void {
    const {nodes, pos, l1, world, network, faults} = this.#context
    const rates = faults()
    const random = this.#random
    const node = () => random.pick(nodes)
    if (random.chance(rates.crash)) node().crash('killed')
    if (random.chance(rates.stop)) void node().stop()
    if (random.chance(rates.pause)) {
      this.counts.pauses++
      this.#producerOr(node()).pause(random.pick([500, 3_000, 9_000, 20_000]))
    }
    if (random.chance(rates.engineHang)) this.#engine((engine) => engine.hang())
    if (random.chance(rates.engineDeath)) this.#engine((engine) => engine.die())
    if (random.chance(rates.clockStep)) node().stepClock()
    if (random.chance(rates.posCrash)) pos.crash('killed')
    if (random.chance(rates.l1Reorg)) l1.reorganize()
    if (random.chance(rates.l1Down) && !l1.isDown) {
      this.counts.l1Downs++
      l1.isDown = true
      world.at(random.pick([2_000, 15_000]), undefined, 'L1 is back', () => (l1.isDown = false))
    }
    if (random.chance(rates.partition)) {
      this.#partition()
      world.at(random.pick([2_000, 8_000, 20_000]), undefined, 'heals', () => network.heal())
    }
  }

  #engine(act: (engine: {hang(): void; die(): void}) => void): void {
    const {life} = this.#random.pick(this.#context.nodes)
    if (!life) return
    this.counts.engine++
    this.#context.world.trace(life.name, 'engine fault')
    act(life.engine)
  }

  #partition(): void {
    const {nodes, network, world} = this.#context
    this.counts.partitions++
    const alone = this.#producerOr(this.#random.pick(nodes))
    const isOneWay = this.#random.chance(0.3)
    const withPos = this.#random.chance(0.5)
    world.trace(alone.name, `is cut off${isOneWay ? ' one way' : ''}${withPos ? ' from pos' : ''}`)
    if (withPos) network.cut(POS_ADDRESS, alone.address)
    for (const other of nodes) {
      if (other === alone) continue
      network.cut(alone.address, other.address)
      if (!isOneWay) network.cut(other.address, alone.address)
    }
  }

  /** Half of the time the one whose turn it is: that is where it hurts. */
  #producerOr(other: SimNode): SimNode {
    const {nodes} = this.#context
    const producer = nodes.find(({life}) => life?.stages?.driver.phase === 'building')
    return producer && this.#random.chance(0.5) ? producer : other
  }
}
