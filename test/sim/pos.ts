/** The consensus layer of the simulation: the product's own engine over simulated chains. */
import {join} from 'node:path'

import {fromFileError} from '../../src/lib/files.ts'
import type {RpcClient} from '../../src/lib/json-rpc.ts'
import {createEndpoints, type Endpoints} from '../../src/pos/endpoints.ts'
import {PosHost} from '../../src/pos/host.ts'
import {createSolo} from '../../src/pos/solo.ts'
import {initialState} from '../../src/pos/state.ts'
import {openPosStore, type PosStore} from '../../src/pos/store.ts'
import type {SimL1} from './l1.ts'
import {simLogger} from './logger.ts'
import {POS_ADDRESS, type Network} from './network.ts'
import type {SimNode} from './node.ts'
import type {Random} from './random.ts'
import {simRpc} from './rpc.ts'
import {accountOf, L2_CHAIN_ID, type Faults, type Setup} from './setup.ts'
import type {Owner, World} from './world.ts'

export interface PosContext {
  world: World
  setup: Setup
  network: Network
  nodes: readonly SimNode[]
  l1: SimL1
  dir: string
  faults(): Faults
}

const POLL_MS = 1_000
const L2_TIMEOUT_MS = 2_500
const L1_TIMEOUT_MS = 10_000

class EndOfLife extends Error {}

export class SimPos {
  readonly #context: PosContext
  readonly #random: Random
  #life: (Owner & {store: PosStore | undefined}) | undefined
  #last: PosStore | undefined
  lives = 0
  crashes = 0
  #isHeld = false

  constructor(context: PosContext) {
    this.#context = context
    this.#random = context.world.random.fork()
  }

  get isUp(): boolean {
    return this.#life !== undefined
  }

  boot(): void {
    const {world, setup, dir} = this.#context
    if (this.#life || this.#isHeld) return
    this.#last?.close()
    this.lives++
    const owner: Owner = {name: `pos#${this.lives}`, alive: true, pausedUntilMs: 0}
    world.trace(owner.name, 'boots')
    const life = (this.#life = Object.assign(owner, {store: undefined}))
    const store = openPosStore(join(dir, 'pos', 'pos.sqlite'), 'simulated')
    this.#last = store
    const {network, respanExtension} = setup
    const watched = this.#watch(life, store)
    const initial = initialState(BigInt(network.l1.deploymentBlock))
    const options = {
      ...{network, account: accountOf('mpc'), pollMs: POLL_MS, rewardBatchEpochs: 2},
      l1: this.#endpoints(life, 'L1'),
      l2: this.#endpoints(life, 'L2'),
      store: watched,
      logger: simLogger(world, life, dir),
      clock: world.clockFor(life, () => 0),
      respanExtension: BigInt(respanExtension),
    }
    new PosHost(options, createSolo({store: watched, initial})).start()
  }

  crash(why: string): void {
    const life = this.#life
    if (!life) return
    this.crashes++
    this.#life = undefined
    life.alive = false
    const {world, faults} = this.#context
    world.trace(life.name, `crashes: ${why}`)
    const isCalm = faults().posCrash + faults().crashAtWrite === 0
    const waitMs = isCalm ? 300 : this.#random.pick([500, 4_000, 15_000])
    world.at(waitMs, undefined, 'pos restarts', () => this.boot())
  }

  /** Stopped until `goOn`. */
  hold(): void {
    this.#isHeld = true
    this.crash('it is stopped')
  }

  goOn(): void {
    this.#isHeld = false
    this.boot()
  }

  /** The run is over. */
  close(): void {
    if (this.#life) this.#life.alive = false
    this.#last?.close()
  }

  #endpoints(life: Owner, chainName: 'L1' | 'L2'): Endpoints {
    const {nodes} = this.#context
    return createEndpoints({
      chainName,
      chainId: chainName === 'L1' ? this.#context.setup.network.l1.chainId : L2_CHAIN_ID,
      urls: chainName === 'L1' ? ['http://l1'] : nodes.map(({name}) => `http://${name}`),
      timeoutMs: chainName === 'L1' ? L1_TIMEOUT_MS : L2_TIMEOUT_MS,
      connect: (url, {timeoutMs}) =>
        chainName === 'L1' ? this.#toL1(life, timeoutMs) : this.#toNode(life, url, timeoutMs),
    })
  }

  #toL1(life: Owner, timeoutMs: number): RpcClient {
    const {world, faults, l1} = this.#context
    return simRpc({
      ...{world, faults, timeoutMs, owner: life, url: 'http://l1', random: this.#random},
      state: () => (l1.isDown ? 'refused' : 'up'),
      answer: (method, params) => l1.answer(method, params),
    })
  }

  #toNode(life: Owner, url: string, timeoutMs: number): RpcClient {
    const {world, faults, nodes, network} = this.#context
    const node = nodes.find(({name}) => url.endsWith(name))!
    return simRpc({
      ...{world, faults, timeoutMs, owner: life, url, random: this.#random},
      state: () => stateOf(node, world, network.isCut(POS_ADDRESS, node.address)),
      answer: (method, params) => node.rpc(method, params),
    })
  }

  #watch(life: Owner, store: PosStore): PosStore {
    const {world, faults} = this.#context
    const point = (where: string) => {
      if (!life.alive) throw new EndOfLife()
      if (!this.#random.chance(faults().crashAtWrite)) return
      this.crash(where)
      throw new EndOfLife()
    }
    return {
      ...store,
      save: (state, events) => {
        point('before save')
        if (this.#random.chance(faults().diskFull)) {
          world.trace(life.name, 'has no space')
          throw fromFileError(Object.assign(new Error('full'), {code: 'ENOSPC'}), 'pos')
        }
        store.save(state, events)
        point('after save')
      },
    }
  }
}

/** How a request to a node ends, seen from outside. */
export function stateOf(node: SimNode, world: World, isCut: boolean): 'up' | 'refused' | 'silent' {
  if (isCut || (node.life && node.life.pausedUntilMs > world.nowMs)) return 'silent'
  return node.isUp ? 'up' : 'refused'
}
