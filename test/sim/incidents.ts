/** What operators do to the homes of nodes: copies put back, snapshots restored, guards lost, second hosts. */
import {cpSync, existsSync, rmSync} from 'node:fs'
import {join} from 'node:path'

import {createSnapshot} from '../../src/node/snapshots/create.ts'
import {applyRestore, planRestore} from '../../src/node/snapshots/restore.ts'
import type {SimL1} from './l1.ts'
import type {Network} from './network.ts'
import type {SimNode} from './node.ts'
import type {Planted} from './planted.ts'
import type {Random} from './random.ts'
import {L2_CHAIN_ID} from './setup.ts'
import type {World} from './world.ts'

export interface IncidentContext {
  world: World
  network: Network
  l1: SimL1
  nodes: readonly SimNode[]
  /** For each node one that runs with its key on another host; down until it is used. */
  seconds: readonly SimNode[]
  dir: string
  isPlanted(bug: Planted): boolean
}

/** Per second of the run. Most happens to one node, so that the others keep the chain going. */
const RATES = {
  copied: 0.1,
  putBack: 0.02,
  snapshots: 0.05,
  restored: 0.015,
  guardsLost: 0.015,
  secondHosts: 0.02,
  peersAway: 0.03,
  l1Away: 0.015,
  killed: 0.03,
}
const VICTIMS_SHARE = 0.8

const GUARD = 'sign-guard.log'
const network = {name: 'sim', chainId: L2_CHAIN_ID, fingerprint: '0xfa' as const}

export class Incidents {
  readonly #context: IncidentContext
  readonly #random: Random
  readonly counts = Object.fromEntries(Object.keys(RATES).map((name) => [name, 0])) as Record<
    keyof typeof RATES,
    number
  >
  /** Directories of copies and snapshots by the name of the node. */
  readonly #copies = new Map<string, string[]>()
  readonly #snapshots = new Map<string, string[]>()
  readonly #victim: SimNode
  /** Some runs leave a node the time to come back between two incidents. */
  readonly #pace: number
  #made = 0
  /** Reads and writes real files; the simulated time stands still meanwhile. */
  #work: Promise<void> = Promise.resolve()

  constructor(context: IncidentContext) {
    this.#context = context
    this.#random = context.world.random.fork()
    this.#victim = this.#random.pick(context.nodes)
    this.#pace = this.#random.pick([0.25, 0.5, 1, 2])
  }

  start(): void {
    this.#context.world.at(1_000, undefined, 'incidents', () => {
      this.#strike()
      this.start()
    })
  }

  /** Waited for after every step. */
  idle(): Promise<void> {
    return this.#work
  }

  #strike(): void {
    const {nodes} = this.#context
    const acts: Record<keyof typeof RATES, (node: SimNode) => boolean> = {
      copied: (node) => this.#copy(node),
      putBack: (node) => this.#putBack(node),
      snapshots: (node) => this.#snapshot(node),
      restored: (node) => this.#restore(node),
      guardsLost: (node) => this.#loseGuard(node),
      secondHosts: (node) => this.#secondHost(node),
      peersAway: (node) => this.#peersAway(node),
      l1Away: () => this.#l1Away(),
      killed: (node) => this.#kill(node),
    }
    for (const name of Object.keys(RATES) as (keyof typeof RATES)[]) {
      if (!this.#random.chance(RATES[name] * this.#pace)) continue
      const producer = nodes.find(({life}) => life?.stages?.driver.phase === 'building')
      // Half of the time the one whose turn it is: that is where it hurts.
      const other = producer && this.#random.chance(0.5) ? producer : this.#random.pick(nodes)
      const node = this.#random.chance(VICTIMS_SHARE) ? this.#victim : other
      if (acts[name](node)) this.counts[name]++
    }
  }

  #copy(node: SimNode): boolean {
    const copies = this.#copies.get(node.name) ?? []
    const path = join(this.#context.dir, `copy-${this.#made++}`)
    cpSync(node.dataDir, path, {recursive: true})
    this.#copies.set(node.name, [...copies, path])
    return true
  }

  #putBack(node: SimNode): boolean {
    const copies = this.#copies.get(node.name)
    if (!copies) return false
    node.down('an old copy is put back')
    this.#exchange(node, this.#random.pick(copies))
    this.#bootSoon(node)
    return true
  }

  #exchange(node: SimNode, from: string): void {
    rmSync(node.dataDir, {recursive: true, force: true})
    cpSync(from, node.dataDir, {recursive: true})
    node.dirReplaced()
  }

  #snapshot(node: SimNode): boolean {
    if (!node.life?.log?.head) return false
    const {dir, world} = this.#context
    const root = join(dir, `snapshots-${this.#made++}`)
    this.#work = this.#work.then(async () => {
      const options = {dataDir: node.dataDir, root, nowMs: world.wallMs}
      const {path} = await createSnapshot({...options, network})
      const guard = join(node.dataDir, GUARD)
      if (existsSync(guard)) cpSync(guard, join(dir, `guard-of-${path.split('/').at(-1)}`))
      this.#snapshots.set(node.name, [...(this.#snapshots.get(node.name) ?? []), path])
    })
    return true
  }

  #restore(node: SimNode): boolean {
    const path = this.#random.pick(this.#snapshots.get(node.name) ?? [undefined])
    if (path === undefined) return false
    node.down('a snapshot is restored')
    const {dir, world, isPlanted} = this.#context
    const {dataDir} = node
    this.#work = this.#work.then(async () => {
      const plan = planRestore({path, dataDir, network})
      await applyRestore(plan, {replace: true, nowMs: world.wallMs})
      const guard = join(dir, `guard-of-${path.split('/').at(-1)}`)
      if (isPlanted('guard-from-snapshot') && existsSync(guard)) cpSync(guard, join(dataDir, GUARD))
      node.dirReplaced()
      this.#bootSoon(node)
    })
    return true
  }

  #loseGuard(node: SimNode): boolean {
    node.down('its guard is lost')
    const [older] = this.#copies.get(node.name) ?? []
    const path = join(node.dataDir, GUARD)
    rmSync(path, {force: true})
    if (older && existsSync(join(older, GUARD)) && this.#random.chance(0.4)) {
      cpSync(join(older, GUARD), path)
    }
    node.dirReplaced()
    this.#bootSoon(node)
    return true
  }

  /** The same key on another host, with the home of now or of some time ago; the first one may run on. */
  #secondHost(first: SimNode): boolean {
    const {seconds, nodes, world} = this.#context
    const second = seconds[nodes.indexOf(first)]!
    if (second.life || existsSync(second.dataDir)) return false
    const copies = this.#copies.get(first.name) ?? []
    this.#exchange(second, this.#random.pick([first.dataDir, ...copies]))
    const isMoved = this.#random.chance(0.4)
    if (isMoved) first.down('it moves to another host')
    this.#bootSoon(second)
    world.at(this.#random.pick([5_000, 20_000, 45_000]), undefined, 'second host ends', () => {
      second.down('the second host ends')
      // What it has signed there is known there only, unless it is moved back.
      if (isMoved && this.#random.chance(0.5)) this.#exchange(first, second.dataDir)
      rmSync(second.dataDir, {recursive: true, force: true})
      if (isMoved) first.boot()
    })
    return true
  }

  #peersAway({host, name}: SimNode): boolean {
    const {network: between, world} = this.#context
    between.isolate(host)
    world.trace(name, 'its peers are away')
    const ms = this.#random.pick([4_000, 12_000, 40_000])
    world.at(ms, undefined, 'peers are back', () => between.rejoin(host))
    return true
  }

  #l1Away(): boolean {
    const {l1, world} = this.#context
    if (l1.isDown) return false
    l1.isDown = true
    const ms = this.#random.pick([4_000, 12_000, 40_000])
    world.at(ms, undefined, 'L1 is back', () => (l1.isDown = false))
    return true
  }

  #kill(node: SimNode): boolean {
    node.crash('killed')
    return true
  }

  #bootSoon(node: SimNode): void {
    const {world} = this.#context
    const ms = this.#random.pick([50, 500, 3_000])
    world.at(ms, undefined, `${node.name} starts`, () => node.boot())
  }
}
