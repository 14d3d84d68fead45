/**
 * What operators do to the homes of nodes, at the worst moment. A plot waits until its victim seals, copies the
 * home there, may cut it off, lets it sign some more, and then sends the home, or the whole key, back in time while
 * the turn may still be its own.
 */
import {rmSync} from 'node:fs'

import {Homes, type Copy} from './homes.ts'
import type {Judge} from './judge.ts'
import type {SimL1} from './l1.ts'
import type {Network} from './network.ts'
import type {SimNode} from './node.ts'
import type {IsPlanted} from './planted.ts'
import type {SimPos} from './pos.ts'
import type {Random} from './random.ts'
import type {World} from './world.ts'

export interface IncidentContext {
  world: World
  judge: Judge
  network: Network
  l1: SimL1
  pos: SimPos
  nodes: readonly SimNode[]
  /** For each node one that runs with its key on another host; down until it is used. */
  seconds: readonly SimNode[]
  dir: string
  isPlanted: IsPlanted
}

const ACTS = [
  'putBack',
  'restored',
  'guardsLost',
  'guardsAged',
  'secondHosts',
  'moved',
  'emptied',
  'killed',
] as const
const WINDS = ['peersAway', 'allButPosAway', 'l1Away', 'othersDown', 'posAway'] as const
type Act = (typeof ACTS)[number]
type Wind = (typeof WINDS)[number]

/** Everything that a plot decides before it begins. */
interface Plot {
  act: Act
  winds: readonly Wind[]
  /** Blocks of the turn that the copy holds. */
  after: number
  /** From the copy to the act: what is signed meanwhile is what the copy does not know. */
  signsMs: number
  /** From the act to the start of the process. */
  downMs: number
  /** From that start to the end of all winds. */
  calmMs: number
  /** From that start to the end of a second host. */
  secondMs: number
  restMs: number
  /** The newest copy, or any that was made before. */
  isNewest: boolean
  /** In the turn of another: all others stop, and the victim takes over and seals what nobody else gets. */
  usurps: boolean
}

/** Plots that chance alone seldom makes, each against one layer. */
const KNOWN: readonly Partial<Plot>[] = [
  // Two with one key are dangerous in the best of weathers, once the younger one may seal.
  {act: 'secondHosts', winds: [], secondMs: 100_000, restMs: 100_000, usurps: false},
  // A restart in the own turn, with peers and without L1.
  {act: 'killed', winds: ['l1Away', 'posAway'], calmMs: 20_000, usurps: false},
  // An old chain without a guard of its own, and nobody who knows better.
  {act: 'guardsLost', winds: ['peersAway', 'posAway'], calmMs: 0, usurps: false},
]

/** A takeover takes so long to come. */
const USURPED_MS = 12_000
const LOOK_MS = 500
/** A victim that does not come to seal is left alone. */
const PATIENCE_MS = 25_000

export class Incidents {
  readonly #context: IncidentContext
  readonly #random: Random
  readonly #homes: Homes
  readonly counts = Object.fromEntries([...ACTS, ...WINDS].map((name) => [name, 0])) as Record<
    Act | Wind,
    number
  >
  readonly #copies = new Map<string, Copy[]>()
  /** Most happens to one node, so that the others keep the chain going. */
  readonly #victim: SimNode

  constructor(context: IncidentContext) {
    this.#context = context
    this.#random = context.world.random.fork()
    this.#homes = new Homes(context)
    this.#victim = this.#random.chance(0.5) ? context.nodes[0]! : this.#random.pick(context.nodes)
  }

  start(): void {
    this.#after(this.#random.pick([500, 3_000]), 'a plot begins', () => this.#plot())
  }

  idle(): Promise<void> {
    return this.#homes.idle()
  }

  #draw(): Plot {
    const random = this.#random
    return {
      act: random.pick(ACTS),
      winds: WINDS.filter(() => random.chance(0.3)),
      after: random.pick([0, 0, 1, 3]),
      signsMs: random.pick([200, 1_200, 3_000, 8_000]),
      downMs: random.pick([50, 500, 3_000]),
      calmMs: random.pick([0, 2_000, 10_000, 50_000]),
      secondMs: random.pick([8_000, 70_000, 100_000]),
      restMs: random.pick([1_000, 8_000, 60_000]),
      isNewest: random.chance(0.8),
      usurps: random.chance(0.25),
      ...(random.chance(0.3) ? random.pick(KNOWN) : {}),
    }
  }

  #plot(): void {
    const {nodes, world} = this.#context
    const plot = this.#draw()
    const node = this.#random.chance(0.85) ? this.#victim : this.#random.pick(nodes)
    const sinceMs = world.nowMs
    world.trace(node.name, `is plotted against: ${JSON.stringify(plot)}`)
    if (plot.usurps) return this.#prepare(node, usurping(plot))
    let turnFrom: number | undefined
    const look = () => {
      const {stages} = node.life ?? {}
      const head = stages?.chain.head().number ?? 0
      if (stages?.driver.phase === 'building') turnFrom ??= head
      else turnFrom = undefined
      const isLate = world.nowMs - sinceMs > PATIENCE_MS
      if (isLate || (turnFrom !== undefined && head - turnFrom >= plot.after)) {
        this.#prepare(node, plot)
      } else this.#after(LOOK_MS, 'plotters look', look)
    }
    look()
  }

  #prepare(node: SimNode, plot: Plot): void {
    const copies = this.#copies.get(node.name) ?? []
    if (node.life?.log) this.#copies.set(node.name, [...copies, this.#homes.copy(node)])
    const calm = plot.winds.map((wind) => this.#blow(wind, node))
    this.#after(plot.signsMs, 'the plot is carried out', () => {
      this.#act(node, plot)
      this.#after(plot.downMs + plot.calmMs, 'the winds are over', () => {
        for (const each of calm) each()
      })
      this.#after(plot.downMs + plot.restMs, 'a plot begins', () => this.#plot())
    })
  }

  /** @returns what ends it */
  #blow(wind: Wind, node: SimNode): () => void {
    const {network, l1, pos, nodes, world} = this.#context
    this.counts[wind]++
    world.trace(node.name, `has ${wind}`)
    switch (wind) {
      case 'peersAway':
        network.isolate(node.host)
        return () => network.rejoin(node.host)
      case 'allButPosAway':
        network.isolate(node.host, {heardByPos: true})
        return () => network.rejoin(node.host)
      case 'l1Away':
        l1.isDown = true
        return () => (l1.isDown = false)
      case 'posAway':
        pos.hold()
        return () => pos.goOn()
      case 'othersDown': {
        const others = nodes.filter((other) => other !== node)
        for (const other of others) other.down('it is stopped')
        return () => others.forEach((other) => other.boot())
      }
    }
  }

  #act(node: SimNode, plot: Plot): void {
    const copies = this.#copies.get(node.name) ?? []
    const copy = plot.isNewest ? copies.at(-1) : this.#random.pick([undefined, ...copies])
    if (!copy && plot.act !== 'killed' && plot.act !== 'emptied') return
    if (plot.act === 'restored' && !copy?.snapshot) return
    this.counts[plot.act]++
    const start = () => this.#after(plot.downMs, `${node.name} starts`, () => node.boot())
    if (plot.act === 'killed') return node.crash('killed')
    if (plot.act === 'secondHosts' || plot.act === 'moved')
      return this.#secondHost(node, copy!, plot)
    node.down(plot.act)
    if (plot.act === 'restored') return this.#homes.restore(node, copy!, start)
    if (plot.act === 'putBack') this.#homes.requeue(node, copy!.home, copy!.madeMs)
    else if (plot.act === 'emptied') this.#homes.empty(node)
    else if (plot.act === 'guardsLost' && copy && this.#random.chance(0.5)) {
      this.#homes.requeue(node, copy.home)
      this.#homes.loseGuard(node)
    } else this.#homes.loseGuard(node, plot.act === 'guardsAged' ? copy : undefined)
    start()
  }

  /** The same key on another host, with the home of now or of some time ago; the first one may run on. */
  #secondHost(first: SimNode, copy: Copy, plot: Plot): void {
    const {seconds, nodes} = this.#context
    const second = seconds[nodes.indexOf(first)]!
    if (second.life) return
    const isMoved = plot.act === 'moved'
    if (this.#random.chance(0.5)) this.#homes.requeue(second, first.dataDir)
    else this.#homes.requeue(second, copy.home, copy.madeMs)
    if (isMoved) first.down('it moves to another host')
    this.#after(plot.downMs, `${second.name} starts`, () => second.boot())
    this.#after(plot.downMs + plot.secondMs, 'second host ends', () => {
      second.down('the second host ends')
      // What it has signed there is known there only, unless it is moved back.
      if (isMoved && this.#random.chance(0.5)) this.#homes.requeue(first, second.dataDir)
      rmSync(second.dataDir, {recursive: true, force: true})
      if (isMoved) first.boot()
    })
  }

  #after(ms: number, label: string, act: () => void): void {
    this.#context.world.at(ms, undefined, label, act)
  }
}

function usurping(plot: Plot): Plot {
  const winds: Wind[] = plot.winds.includes('l1Away') ? ['othersDown', 'l1Away'] : ['othersDown']
  return {...plot, winds, signsMs: plot.signsMs + USURPED_MS}
}
