/**
 * A deterministic engine without a process, for tests of everything above it. A block's hash covers
 * parent, timestamp and transactions, so two engines agree exactly when they were told the same.
 */
import {createHash} from 'node:crypto'
import {readFileSync} from 'node:fs'

import {toHex, type Hash, type Hex} from 'viem'

import {RpcResponseError} from '../../src/lib/json-rpc.ts'
import {writeFileAtomic} from '../../src/lib/files.ts'
import {
  EngineError,
  type BlockAddress,
  type DroppedTransaction,
  type EngineBlock,
  type EngineCapabilities,
  type EngineRead,
  type Execution,
  type ExecutionEngine,
  type Payload,
  type SnapshotMeta,
} from '../../src/node/engine/engine.ts'
import {FakeState, type FakeGenesis} from './fake-state.ts'

export interface FakeEngineOptions {
  genesisNumber?: number
  /** Transactions that the engine silently leaves out. */
  leavesOut?: (raw: Hex) => boolean
  /** Answers to reads. */
  read?: (method: string, params: readonly unknown[]) => unknown
  /** States kept for a rollback. */
  history?: number
  /** With it, transactions are executed and reads answered from their state. */
  genesis?: FakeGenesis
}

export class FakeEngine implements ExecutionEngine {
  readonly isolation = null
  readonly version = 'fake/1'
  readonly capabilities: EngineCapabilities
  readonly #options: FakeEngineOptions
  #blocks: EngineBlock[] = []
  #state: FakeState | undefined
  /** Where the state of each block but the first begins. */
  #marks: number[] = []

  constructor(options: FakeEngineOptions = {}) {
    this.#options = options
    this.capabilities = {
      ...{snapshot: options.genesis !== undefined, staging: false, timestampStep: 0},
      ...{rollback: options.history ?? 32, history: 0, receipts: 0, renewal: null},
    }
  }

  /** What was executed; undefined without a genesis. */
  get state(): FakeState | undefined {
    return this.#state
  }

  start(snapshotFile?: string): Promise<EngineBlock> {
    this.#marks = []
    return Promise.resolve(snapshotFile ? this.#load(snapshotFile) : this.#startAtGenesis())
  }

  #startAtGenesis(): EngineBlock {
    const {genesis, genesisNumber = 0} = this.#options
    const hash = hashOf('genesis')
    this.#state = genesis && new FakeState(genesis)
    this.#blocks = [
      {
        ...{number: genesisNumber, hash, parentHash: hash, stateRoot: hash},
        ...{timestamp: genesis?.timestamp ?? 0, gasUsed: 0n},
      },
    ]
    return this.head()
  }

  #load(file: string): EngineBlock {
    const {genesis} = this.#options
    if (!genesis) throw new EngineError('bad-snapshot', 'There is no state to load into.')
    const text = readFileSync(file, 'utf8')
    const {head, state} = JSON.parse(text.slice(text.indexOf('\n'))) as SnapshotBody
    this.#blocks = [{...head, gasUsed: 0n}]
    this.#state = new FakeState(genesis, state)
    return this.head()
  }

  stop(): Promise<void> {
    this.#blocks = []
    return Promise.resolve()
  }

  head(): EngineBlock {
    const head = this.#blocks.at(-1)
    if (!head) throw new EngineError('reset', 'The engine is not running.')
    return head
  }

  stage(): Promise<DroppedTransaction[]> {
    return Promise.resolve([])
  }

  unstage(): Promise<void> {
    return Promise.resolve()
  }

  async execute(parent: Hash, {timestamp, orderedTransactions}: Payload): Promise<Execution> {
    const head = this.head()
    if (head.hash !== parent) throw new EngineError('wrong-parent', 'The parent is not the head.')
    const number = head.number + 1
    this.#marks.push(this.#state?.mark() ?? 0)
    const included: Hex[] = []
    const dropped: DroppedTransaction[] = []
    for (const raw of orderedTransactions) {
      const reason = this.#options.leavesOut?.(raw)
        ? 'skipped by the engine'
        : this.#state?.execute(raw, number)
      if (reason === undefined) included.push(raw)
      else dropped.push({raw, reason})
    }
    const hash = hashOf(JSON.stringify([parent, timestamp, included]))
    const block: EngineBlock = {
      ...{number, hash, parentHash: parent, stateRoot: hash, timestamp},
      gasUsed: BigInt(included.length) * 21_000n,
    }
    this.#blocks.push(block)
    return {block, included, dropped}
  }

  async rollback(count: number): Promise<EngineBlock> {
    if (count > this.capabilities.rollback || count >= this.#blocks.length) {
      throw new EngineError('no-history', `The engine cannot roll back ${count} blocks.`)
    }
    this.#blocks.splice(-count, count)
    const marks = this.#marks.splice(-count, count)
    this.#state?.revertTo(marks[0] ?? 0)
    return this.head()
  }

  async read(method: string, params: readonly unknown[] = [], at?: BlockAddress): Promise<unknown> {
    if (at !== undefined && at !== this.head().number && at !== this.head().hash) {
      throw new RpcResponseError({code: -32_000, message: 'That state is not kept.'})
    }
    if (this.#state) return this.#state.read(method, params, this.head().number)
    return this.#options.read?.(method, params) ?? null
  }

  blockAt(number: number): Promise<unknown> {
    if (!this.#state) return this.read('eth_getBlockByNumber', [toHex(number), false])
    const block = this.#blocks.find((known) => known.number === number)
    return Promise.resolve(block ? {...block, number: toHex(number)} : null)
  }

  async readAll(calls: readonly EngineRead[]): Promise<unknown[]> {
    return Promise.all(calls.map(({method, params, at}) => this.read(method, params, at)))
  }

  /** It keeps no receipts. */
  receiptsOf(): Promise<undefined> {
    return Promise.resolve(undefined)
  }

  stateRoot(): Promise<Hash> {
    return Promise.resolve(this.head().stateRoot)
  }

  async saveSnapshot(file: string): Promise<{heldMs: number; leaves: number}> {
    const {number, hash, parentHash, stateRoot, timestamp} = this.head()
    const header = {number, hash, fingerprint: '0xfa', hardfork: 'fake'}
    const body = {
      head: {number, hash, parentHash, stateRoot, timestamp},
      state: this.#state?.document(),
    }
    writeFileAtomic(file, `${JSON.stringify(header)}\n${JSON.stringify(body)}`)
    return {heldMs: 0, leaves: 0}
  }

  snapshotMeta(file: string): SnapshotMeta {
    const text = readFileSync(file, 'utf8')
    return JSON.parse(text.slice(0, text.indexOf('\n'))) as SnapshotMeta
  }
}

interface SnapshotBody {
  head: Omit<EngineBlock, 'gasUsed'>
  state: ReturnType<FakeState['document']>
}

function hashOf(text: string): Hash {
  return `0x${createHash('sha256').update(text).digest('hex')}`
}
