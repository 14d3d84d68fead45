/**
 * A deterministic engine without a process, for tests of everything above it. A block's hash covers
 * parent, timestamp and transactions, so two engines agree exactly when they were told the same.
 */
import {keccak256, toHex, type Hash, type Hex} from 'viem'

import {
  EngineError,
  type DroppedTransaction,
  type EngineBlock,
  type Execution,
  type ExecutionEngine,
  type Payload,
} from './engine.ts'

export interface FakeEngineOptions {
  genesisNumber?: number
  /** Transactions that the engine silently leaves out. */
  leavesOut?: (raw: Hex) => boolean
  /** Answers to reads. */
  read?: (method: string, params: readonly unknown[]) => unknown
  /** States kept for a rollback. */
  history?: number
}

export class FakeEngine implements ExecutionEngine {
  readonly version = 'fake/1'
  readonly #options: FakeEngineOptions
  #blocks: EngineBlock[] = []

  constructor(options: FakeEngineOptions = {}) {
    this.#options = options
  }

  start(): Promise<EngineBlock> {
    const hash = keccak256(toHex('genesis'))
    const number = this.#options.genesisNumber ?? 0
    const genesis = {number, hash, parentHash: hash, stateRoot: hash, timestamp: 0, gasUsed: 0n}
    this.#blocks = [genesis]
    return Promise.resolve(genesis)
  }

  stop(): Promise<void> {
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
    const isLeftOut = (raw: Hex) => this.#options.leavesOut?.(raw) ?? false
    const included = orderedTransactions.filter((raw) => !isLeftOut(raw))
    const hash = keccak256(toHex(JSON.stringify([parent, timestamp, included])))
    const block: EngineBlock = {
      number: head.number + 1,
      hash,
      parentHash: parent,
      stateRoot: hash,
      timestamp,
      gasUsed: BigInt(included.length) * 21_000n,
    }
    this.#blocks.push(block)
    const dropped = orderedTransactions
      .filter(isLeftOut)
      .map((raw) => ({raw, reason: 'left out by the engine'}))
    return {block, included, dropped}
  }

  async rollback(count: number): Promise<EngineBlock> {
    const history = this.#options.history ?? 32
    if (count > history || count >= this.#blocks.length) {
      throw new EngineError('no-history', `The engine cannot go back ${count} blocks.`)
    }
    this.#blocks.splice(-count, count)
    return this.head()
  }

  async read(method: string, params: readonly unknown[] = []): Promise<unknown> {
    return this.#options.read?.(method, params) ?? null
  }

  async readAll(
    calls: readonly {method: string; params?: readonly unknown[]}[],
  ): Promise<unknown[]> {
    return Promise.all(calls.map(({method, params}) => this.read(method, params)))
  }

  saveSnapshot(): Promise<void> {
    return Promise.resolve()
  }
}
