/** One run: a network under faults for so many steps, then calm, then the judgement. */
import {mkdirSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {Chaos} from './chaos.ts'
import {Hostile} from './hostile.ts'
import {Incidents} from './incidents.ts'
import {Judge, type Break} from './judge.ts'
import {SimL1} from './l1.ts'
import {Network} from './network.ts'
import {SimNode} from './node.ts'
import type {Planted} from './planted.ts'
import {SimPos} from './pos.ts'
import {GENESIS_NUMBER, drawSetup, drawSigningSetup, noFaults, signerNames} from './setup.ts'
import {layerRules} from './signing-watch.ts'
import {Users} from './users.ts'
import {World} from './world.ts'

export interface RunOptions {
  seed: number
  steps: number
  onLine?: (line: string) => void
  /** Homes are copied, restored and run twice, and only what is signed is judged. */
  doubleSign?: boolean
  planted?: readonly Planted[]
}

/** What counts when keys run twice: a network with two nodes of one key may well stand still. */
const SIGNING_RULES: readonly string[] = [
  'a signer signs one hash at a height',
  'nothing is left unhandled',
  ...layerRules,
]

export interface RunResult {
  seed: number
  steps: number
  traceHash: string
  seconds: number
  blocks: number
  crashes: number
  reorganizations: number
  l1Reorganizations: number
  lost: number
  partitions: number
  engineFaults: number
  hostileActs: number
  transactions: number
  /** What was done to the homes of nodes; undefined when nothing was. */
  incidents?: Record<string, number>
  /** Blocks signed from homes that were copied, restored or lost their guard. */
  signedAfter: number
  /** How often one of them came to sign again at all. */
  signedAgain: number
  break: Break | undefined
  lastLines: string[]
}

/** Time of the run within which everything must be well again after the last fault. */
const CALM_MS = 180_000
/** Blocks that the chain must grow by in calm. */
const CALM_BLOCKS = 12
const CALM_STEPS = 40_000

export async function simulate(options: RunOptions): Promise<RunResult> {
  const {seed, steps, onLine, doubleSign} = options
  const dir = join(memoryDirectory(), `metis-seq-sim-${process.pid}-${seed}`)
  rmSync(dir, {recursive: true, force: true})
  mkdirSync(dir, {recursive: true})
  const world = new World(seed)
  world.onLine = onLine
  using _installed = world.install()
  const run = new Run(world, dir, options)
  const onUnhandled = (error: unknown) => run.unhandled(error)
  process.on('unhandledRejection', onUnhandled)
  try {
    await run.chaos(steps)
    if (!doubleSign) await run.calm()
    return run.result()
  } finally {
    process.off('unhandledRejection', onUnhandled)
    run.close()
    rmSync(dir, {recursive: true, force: true})
  }
}

/** Files that are as durable as a simulated machine needs, without waiting for a disk. */
function memoryDirectory(): string {
  return process.platform === 'linux' ? '/dev/shm' : tmpdir()
}

class Run {
  readonly #world: World
  readonly #judge: Judge
  readonly #network: Network
  readonly #l1: SimL1
  readonly #nodes: SimNode[]
  readonly #pos: SimPos
  readonly #users: Users
  readonly #hostile: Hostile
  readonly #chaos: Chaos
  readonly #incidents: Incidents | undefined
  readonly #seconds: readonly SimNode[] = []
  #isCalm = false

  constructor(world: World, dir: string, {doubleSign, planted = []}: RunOptions) {
    this.#world = world
    const setup = doubleSign ? drawSigningSetup(world.random) : drawSetup(world.random)
    world.trace('setup', JSON.stringify({...setup.faults, nodes: setup.nodes}))
    const faults = () => (this.#isCalm ? noFaults : setup.faults)
    const judges = (rule: string) => !doubleSign || SIGNING_RULES.includes(rule)
    const judge = (this.#judge = new Judge(world, setup, judges))
    const network = (this.#network = new Network(world, faults))
    network.onSealed = (block) => judge.sealed(block)
    const l1 = (this.#l1 = new SimL1(world, setup))
    const isPlanted = (bug: Planted) => planted.includes(bug)
    const base = {world, setup, network, l1, dir, faults, isPlanted}
    const names = signerNames.slice(0, setup.nodes)
    const nodes = (this.#nodes = names.map((name) => new SimNode(name, {...base, judge})))
    const pos = (this.#pos = new SimPos({...base, nodes}))
    this.#users = new Users({...base, nodes})
    this.#hostile = new Hostile({...base, nodes})
    this.#chaos = new Chaos({...base, nodes, pos})
    for (const node of nodes) node.boot()
    if (doubleSign) {
      this.#seconds = names.map((name) => new SimNode(name, {...base, judge}, '-b'))
      this.#incidents = new Incidents({...base, judge, pos, nodes, seconds: this.#seconds})
      this.#incidents.start()
    }
    pos.boot()
    for (const part of [l1, this.#users, this.#hostile, this.#chaos]) part.start()
  }

  /** A promise that nobody handles would end a real process. */
  unhandled(error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    const isOfTheDead = /EndOfLife|database is not open/.test(text)
    if (!isOfTheDead) this.#judge.broken('nothing is left unhandled', text)
  }

  async chaos(steps: number): Promise<void> {
    while (this.#world.steps < steps && !this.#judge.break) await this.#step()
  }

  /** No new faults: all nodes must agree, go on, and owe nobody anything. */
  async calm(): Promise<void> {
    const {nowMs, steps} = this.#world
    this.#world.trace('world', 'is calm')
    this.#isCalm = true
    this.#network.heal()
    this.#l1.isDown = false
    this.#users.stop()
    this.#hostile.stop()
    const target = this.#judge.highest + CALM_BLOCKS
    let owed = this.#owed(target)
    while (owed && !this.#judge.break) {
      const isOver = this.#world.nowMs - nowMs > CALM_MS || this.#world.steps - steps > CALM_STEPS
      if (isOver) this.#judge.broken('the network recovers', owed)
      else await this.#step()
      if (this.#world.steps % 50 === 0) owed = this.#owed(target)
    }
    if (!this.#judge.break) this.#judge.final(this.#nodes, this.#l1)
  }

  async #step(): Promise<void> {
    await this.#world.step()
    await this.#incidents?.idle()
    if (this.#world.steps % 20 === 0) this.#judge.look(this.#nodes)
  }

  /** What is still missing, or undefined when all is well. */
  #owed(target: number): string | undefined {
    const stages = this.#nodes.map(({life}) => life?.stages)
    if (!this.#pos.isUp) return 'pos is down'
    const down = stages.findIndex((each) => each === undefined)
    if (down >= 0) return `${this.#nodes[down]!.name} is down`
    const heads = stages.map((each) => each!.chain.head())
    const lowest = heads.reduce((low, each) => (each.number < low.number ? each : low))
    const top = Math.max(...heads.map(({number}) => number))
    const text = heads.map(({number, hash}) => `${number} ${hash.slice(0, 8)}`).join(', ')
    if (lowest.number < target) return `heads ${text}, and ${target} is expected`
    if (top - lowest.number > 2) return `heads ${text} are apart`
    const isEqual = stages.every((each) => each!.chain.hashOf(lowest.number) === lowest.hash)
    if (!isEqual) return `heads ${text} differ at ${lowest.number}`
    const waiting = stages.findIndex((each) => each!.mempool.counts().pending > 0)
    if (waiting >= 0) return this.#poolOf(this.#nodes[waiting]!)
    const paid = stages[0]!.chain.head() && this.#credited()
    const due = this.#l1.confirmedDeposits().length
    return paid < due ? `${paid} of ${due} deposits are paid` : undefined
  }

  #poolOf({name, life}: SimNode): string {
    const held = life!.stages!.mempool.all().map(({sender, accountNonce, lane}) => {
      const next = life!.engine.state!.account(sender).nonce
      return `${lane.kind} ${accountNonce} of ${sender.slice(0, 8)}, whose next is ${next}`
    })
    return `the pool of ${name} holds ${held.join('; ')}`
  }

  #credited(): number {
    const engine = this.#nodes[0]!.life!.engine
    return engine.state?.credits().length ?? 0
  }

  result(): RunResult {
    const {seed, steps, nowMs, traceHash} = this.#world
    const nodes = this.#nodes
    return {
      ...{seed, steps, traceHash, seconds: nowMs / 1_000},
      blocks: this.#judge.highest - GENESIS_NUMBER,
      crashes: nodes.reduce((sum, {crashes}) => sum + crashes, this.#pos.crashes),
      reorganizations: this.#judge.reorganizations,
      l1Reorganizations: this.#l1.reorganizations,
      lost: this.#network.lost,
      partitions: this.#chaos.counts.partitions,
      engineFaults: this.#chaos.counts.engine,
      hostileActs: this.#hostile.acts,
      transactions: this.#users.accepted,
      ...(this.#incidents ? {incidents: this.#incidents.counts} : {}),
      signedAfter: [...nodes, ...this.#seconds].reduce((sum, node) => sum + node.signedAfter, 0),
      signedAgain: [...nodes, ...this.#seconds].reduce((sum, node) => sum + node.signedAgain, 0),
      break: this.#judge.break,
      lastLines: this.#judge.break ? this.#world.lastLines(60) : [],
    }
  }

  close(): void {
    for (const node of [...this.#nodes, ...this.#seconds]) node.close()
    this.#pos.close()
  }
}
