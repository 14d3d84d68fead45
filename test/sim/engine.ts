/** The fake engine as a process of its own: it takes time, hangs, dies, and leaves things out. */
import type {Hash, Hex} from 'viem'

import {
  EngineError,
  type BlockAddress,
  type DroppedTransaction,
  type EngineBlock,
  type EngineCapabilities,
  type EngineRead,
  type ExecuteOptions,
  type Execution,
  type ExecutionEngine,
  type Payload,
  type SnapshotMeta,
} from '../../src/node/engine/engine.ts'
import {FakeEngine} from '../helpers/fake-engine.ts'
import type {FakeState} from '../helpers/fake-state.ts'
import {ENGINE_CALL_TIMEOUT_MS} from '../../src/node/engine/limits.ts'
import type {Random} from './random.ts'
import type {Faults, Setup} from './setup.ts'
import type {Owner, World} from './world.ts'

export interface EngineContext {
  world: World
  owner: Owner
  setup: Setup
  random: Random
  faults(): Faults
}

export class SimEngine implements ExecutionEngine {
  readonly isolation = null
  readonly version = 'sim/1'
  readonly #context: EngineContext
  readonly #inner: FakeEngine
  #leaveOut: Hex | undefined
  #isDead = true
  #hangs = false
  executions = 0

  constructor(context: EngineContext) {
    this.#context = context
    const {setup} = context
    this.#inner = new FakeEngine({
      genesisNumber: setup.genesis.number,
      genesis: setup.fakeGenesis,
      leavesOut: (raw) => raw === this.#leaveOut,
    })
  }

  get capabilities(): EngineCapabilities {
    return this.#inner.capabilities
  }

  get state(): FakeState | undefined {
    return this.#inner.state
  }

  /** The process ends. Everything fails until the node starts it again. */
  die(): void {
    this.#isDead = true
  }

  /** The next call never comes back. */
  hang(): void {
    this.#hangs = true
  }

  async start(snapshotFile?: string): Promise<EngineBlock> {
    await this.#delay('engine starts', 20)
    const head = await this.#inner.start(snapshotFile)
    this.#isDead = false
    this.#hangs = false
    return head
  }

  async stop(): Promise<void> {
    if (this.#context.owner.alive) this.#isDead = true
  }

  head(): EngineBlock {
    return this.#inner.head()
  }

  stage(transactions: readonly Hex[]): Promise<DroppedTransaction[]> {
    void transactions
    return this.#call(() => this.#inner.stage(), 'stage', 2)
  }

  unstage(): Promise<void> {
    return this.#call(() => this.#inner.unstage(), 'unstage', 0)
  }

  async execute(parent: Hash, payload: Payload, options: ExecuteOptions = {}): Promise<Execution> {
    const {random, faults} = this.#context
    const label = `executes ${payload.orderedTransactions.length}`
    return this.#call(
      () => {
        this.executions++
        const some = payload.orderedTransactions
        const isWrong = !options.oneByOne && random.chance(faults().engineLeavesOut)
        this.#leaveOut = isWrong && some.length > 0 ? random.pick(some) : undefined
        return this.#inner.execute(parent, payload)
      },
      label,
      random.int(1, 40),
    )
  }

  rollback(count: number): Promise<EngineBlock> {
    return this.#call(() => this.#inner.rollback(count), `rolls back ${count}`, 2)
  }

  blockAt(number: number): Promise<unknown> {
    return this.#read(() => this.#inner.blockAt(number))
  }

  read(method: string, params: readonly unknown[] = [], at?: BlockAddress): Promise<unknown> {
    return this.#read(() => this.#inner.read(method, params, at))
  }

  readAll(calls: readonly EngineRead[]): Promise<unknown[]> {
    return this.#read(() => this.#inner.readAll(calls))
  }

  receiptsOf(): Promise<undefined> {
    return this.#inner.receiptsOf()
  }

  stateRoot(): Promise<Hash> {
    return this.#inner.stateRoot()
  }

  saveSnapshot(file: string): Promise<{heldMs: number; leaves: number}> {
    return this.#call(() => this.#inner.saveSnapshot(file), 'snapshot', 5)
  }

  snapshotMeta(file: string): SnapshotMeta {
    return this.#inner.snapshotMeta(file)
  }

  #read<T>(act: () => Promise<T>): Promise<T> {
    const {random, faults} = this.#context
    return this.#call(act, 'slow read', random.chance(faults().slowRead) ? 150 : 0)
  }

  async #call<T>(act: () => Promise<T>, label: string, ms: number): Promise<T> {
    if (!this.#context.owner.alive) return neverAnswered()
    if (this.#hangs && !this.#isDead) {
      await this.#delay('engine hangs', ENGINE_CALL_TIMEOUT_MS)
      throw new EngineError('reset', 'The engine did not respond.')
    }
    if (ms > 0) await this.#delay(label, ms)
    if (this.#isDead) throw new EngineError('reset', 'The engine is gone.')
    return act()
  }

  #delay(label: string, ms: number): Promise<void> {
    const {world, owner} = this.#context
    return new Promise((resolve) => void world.at(ms, owner, label, resolve))
  }
}

/** What a dead node still asks for. */
function neverAnswered<T>(): Promise<T> {
  return new Promise(() => {})
}
