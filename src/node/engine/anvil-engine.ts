/**
 * In: ordered transactions. Out: blocks of an anvil process. Called through `ExecutionEngine`.
 *
 * The process is a cache. Whatever goes wrong in it ends in an EngineError of kind `reset`, after
 * which it is restarted and brought back from the chain log.
 */
import {readFileSync} from 'node:fs'

import type {Hash, Hex} from 'viem'

import {messageOf} from '../../lib/errors.ts'
import {writeFileAtomic} from '../../lib/files.ts'
import {isRecord} from '../../lib/json.ts'
import {createRpcClient, RpcResponseError, type RpcClient} from '../../lib/json-rpc.ts'
import type {Logger} from '../../lib/log.ts'
import {startAnvil, type AnvilProcess} from '../../process/anvil.ts'
import {ENGINE_VERSION} from '../../process/find-engine.ts'
import {
  ENGINE_BATCH,
  ENGINE_CALL_TIMEOUT_MS,
  ENGINE_REBUILDS,
  ENGINE_SNAPSHOT_TIMEOUT_MS,
} from '../limits.ts'
import {
  EngineError,
  type DroppedTransaction,
  type EngineBlock,
  type ExecuteOptions,
  type Execution,
  type ExecutionEngine,
  type Payload,
} from './engine.ts'
import {engineFlags, type Genesis} from './genesis.ts'

export interface AnvilEngineOptions {
  genesis: Genesis
  /** Directory of the pid file and the cache of the process. */
  dir: string
  logger: Logger
}

interface RunningEngine {
  process: AnvilProcess
  /** One connection: the order on it is the order of the block. */
  writer: RpcClient
  snapshots: RpcClient
  reader: RpcClient
}

interface StagedTransaction {
  raw: Hex
  hash: Hash
}

export class AnvilEngine implements ExecutionEngine {
  readonly version = `anvil/${ENGINE_VERSION}`
  readonly #options: AnvilEngineOptions
  #running: RunningEngine | undefined
  #head: EngineBlock | undefined
  #staged: StagedTransaction[] = []
  /** The tail of the queue of writers. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: AnvilEngineOptions) {
    this.#options = options
  }

  start(snapshotFile?: string): Promise<EngineBlock> {
    return this.#exclusive(async () => {
      const {genesis, dir, logger} = this.#options
      const process = await startAnvil({
        name: 'engine',
        dir,
        chainId: genesis.chainId,
        args: engineFlags(genesis),
        onLine: (line) => logger.debug('engine', {line}),
      })
      const {url} = process
      this.#running = {
        process,
        writer: createRpcClient(url, {timeoutMs: ENGINE_CALL_TIMEOUT_MS, maxSockets: 1}),
        snapshots: createRpcClient(url, {timeoutMs: ENGINE_SNAPSHOT_TIMEOUT_MS, maxSockets: 1}),
        reader: createRpcClient(url, {timeoutMs: ENGINE_CALL_TIMEOUT_MS, maxSockets: 32}),
      }
      this.#staged = []
      void process.exited.then(({exitCode, lastLines}) => {
        logger.info('engine exited', {exitCode, lastLine: lastLines.at(-1) ?? ''})
      })
      if (snapshotFile !== undefined) await this.#load(snapshotFile)
      this.#head = await this.#readHead()
      return this.#head
    })
  }

  async stop(): Promise<void> {
    const running = this.#running
    this.#running = undefined
    this.#head = undefined
    this.#staged = []
    if (!running) return
    await running.process.stop()
    running.writer.close()
    running.snapshots.close()
    running.reader.close()
  }

  head(): EngineBlock {
    if (!this.#head) throw new EngineError('reset', 'The engine is not running.')
    return this.#head
  }

  stage(transactions: readonly Hex[]): Promise<DroppedTransaction[]> {
    return this.#exclusive(() => this.#submit(transactions, ENGINE_BATCH))
  }

  unstage(): Promise<void> {
    return this.#exclusive(() => this.#clearPool())
  }

  execute(parent: Hash, payload: Payload, options: ExecuteOptions = {}): Promise<Execution> {
    return this.#exclusive(async () => {
      if (this.head().hash !== parent) {
        throw new EngineError('wrong-parent', `The engine's head is not ${parent}.`)
      }
      const batch = options.oneByOne ? 1 : ENGINE_BATCH
      const {orderedTransactions, timestamp} = payload
      let wanted: readonly Hex[] = orderedTransactions
      const dropped: DroppedTransaction[] = []
      for (let attempt = 0; attempt <= ENGINE_REBUILDS; attempt++) {
        const refused = await this.#submit(await this.#rest(wanted, batch), batch)
        const {block, included} = await this.#mine(timestamp)
        dropped.push(...refused)
        const silent = missing(wanted, included, refused)
        if (silent.length === 0) return {block, included, dropped}
        // A transaction that mining skipped has been read into the state, and the state root is taken
        // over all that was read. Peers never see it, so the block is built again without it.
        dropped.push(...silent.map((raw) => ({raw, reason: 'left out by the engine'})))
        await this.#clearPool()
        await this.#rollbackBy(1)
        wanted = included
      }
      throw new EngineError('reset', 'The engine leaves out transactions again and again.')
    })
  }

  rollback(count: number): Promise<EngineBlock> {
    return this.#exclusive(async () => {
      await this.#clearPool()
      return this.#rollbackBy(count)
    })
  }

  async read(method: string, params: readonly unknown[] = []): Promise<unknown> {
    return this.#guarded(() => this.#require().reader.request(method, params))
  }

  async readAll(
    calls: readonly {method: string; params?: readonly unknown[]}[],
  ): Promise<unknown[]> {
    return this.#guarded(() => this.#require().reader.batch(calls))
  }

  saveSnapshot(file: string): Promise<void> {
    return this.#exclusive(async () => {
      const {number, hash} = this.head()
      const state = await this.#guarded(() => this.#require().snapshots.request('anvil_dumpState'))
      if (typeof state !== 'string') throw new EngineError('reset', 'The engine gave no state.')
      const meta = JSON.stringify({number, hash, fingerprint: this.#options.genesis.fingerprint})
      writeFileAtomic(file, `${meta}\n${state}`)
    })
  }

  async #load(file: string): Promise<void> {
    const {meta, state} = readSnapshot(file)
    if (meta.fingerprint !== this.#options.genesis.fingerprint) {
      throw new EngineError('bad-snapshot', 'The snapshot is of another network.')
    }
    const {snapshots} = this.#require()
    try {
      await snapshots.request('anvil_loadState', [state])
      // A loaded engine knows no block hashes, so BLOCKHASH would answer wrongly and fork the chain.
      // Mining a block and taking it back fills them in.
      const {timestamp} = await this.#readHead()
      await snapshots.request('evm_mine', [{timestamp}])
      await snapshots.request('anvil_rollback', [1])
    } catch (error) {
      throw new EngineError(
        'bad-snapshot',
        `The snapshot cannot be loaded: ${messageOf(error)}`,
        error,
      )
    }
    const head = await this.#readHead()
    if (head.hash !== meta.hash) {
      throw new EngineError('bad-snapshot', 'The snapshot does not end with the block it names.')
    }
  }

  /** What of `wanted` is not yet staged. Anything else in the pool is thrown away first. */
  async #rest(wanted: readonly Hex[], batch: number): Promise<readonly Hex[]> {
    const staged = this.#staged
    const isPrefix =
      batch === ENGINE_BATCH &&
      staged.length <= wanted.length &&
      staged.every(({raw}, index) => raw === wanted[index])
    if (isPrefix) return wanted.slice(staged.length)
    await this.#clearPool()
    return wanted
  }

  /** Batches one after the other. @returns what the engine refuses at the door */
  async #submit(transactions: readonly Hex[], size: number): Promise<DroppedTransaction[]> {
    const refused: DroppedTransaction[] = []
    const {writer} = this.#require()
    for (let from = 0; from < transactions.length; from += size) {
      const batch = transactions.slice(from, from + size)
      const calls = batch.map((raw) => ({method: 'eth_sendRawTransaction', params: [raw]}))
      const answers = await this.#guarded(() => writer.batch(calls))
      answers.forEach((answer, index) => {
        const raw = batch[index]!
        if (typeof answer === 'string') this.#staged.push({raw, hash: answer as Hash})
        else refused.push({raw, reason: messageOf(answer)})
      })
    }
    return refused
  }

  async #mine(timestamp: number): Promise<{block: EngineBlock; included: Hex[]}> {
    const before = this.head()
    const byHash = new Map(this.#staged.map(({hash, raw}) => [hash, raw]))
    await this.#write('evm_mine', [{timestamp}])
    this.#staged = []
    const answer = await this.#write('eth_getBlockByNumber', ['latest', false])
    const block = parseBlock(answer)
    if (block.number !== before.number + 1 || block.parentHash !== before.hash) {
      throw new EngineError('reset', 'The engine sealed a block that does not follow its head.')
    }
    const included = hashesOf(answer).map((hash) => {
      const raw = byHash.get(hash)
      if (!raw) throw new EngineError('reset', 'The engine sealed a transaction nobody gave it.')
      return raw
    })
    this.#head = block
    return {block, included}
  }

  async #rollbackBy(count: number): Promise<EngineBlock> {
    const target = this.head().number - count
    try {
      await this.#require().writer.request('anvil_rollback', [count])
    } catch (error) {
      if (!(error instanceof RpcResponseError)) throw this.#reset(error)
      throw new EngineError('no-history', `The engine cannot go back ${count} blocks.`, error)
    }
    const head = await this.#readHead()
    if (head.number !== target) {
      throw new EngineError('reset', `The engine rolled back to ${head.number}, not ${target}.`)
    }
    this.#head = head
    return head
  }

  async #clearPool(): Promise<void> {
    this.#staged = []
    await this.#write('anvil_dropAllTransactions', [])
  }

  async #readHead(): Promise<EngineBlock> {
    return parseBlock(await this.#write('eth_getBlockByNumber', ['latest', false]))
  }

  #write(method: string, params: readonly unknown[]): Promise<unknown> {
    return this.#guarded(async () => {
      try {
        return await this.#require().writer.request(method, params)
      } catch (error) {
        if (!(error instanceof RpcResponseError)) throw error
        throw new EngineError('reset', `The engine refuses ${method}: ${error.message}`, error)
      }
    })
  }

  async #guarded<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act()
    } catch (error) {
      if (error instanceof EngineError || error instanceof RpcResponseError) throw error
      throw this.#reset(error)
    }
  }

  /** No answer: the process is gone or hangs, and what it did with the request is not known. */
  #reset(error: unknown): EngineError {
    return new EngineError('reset', `The engine does not answer: ${messageOf(error)}`, error)
  }

  #require(): RunningEngine {
    if (!this.#running) throw new EngineError('reset', 'The engine is not running.')
    return this.#running
  }

  /** Writers wait for each other: nothing may be submitted while a block is mined. */
  #exclusive<T>(act: () => Promise<T>): Promise<T> {
    const run = this.#last.then(act, act)
    this.#last = run.catch(() => {})
    return run
  }
}

function missing(
  wanted: readonly Hex[],
  included: readonly Hex[],
  refused: readonly DroppedTransaction[],
): Hex[] {
  if (included.length + refused.length === wanted.length) return []
  const found = new Set([...included, ...refused.map(({raw}) => raw)])
  return wanted.filter((raw) => !found.has(raw))
}

export interface SnapshotMeta {
  number: number
  hash: Hash
  fingerprint: Hex
}

/** @throws {EngineError} bad-snapshot */
export function readSnapshot(file: string): {meta: SnapshotMeta; state: string} {
  try {
    const text = readFileSync(file, 'latin1')
    const end = text.indexOf('\n')
    const meta: unknown = JSON.parse(text.slice(0, end))
    if (!isRecord(meta)) throw new Error('it has no header')
    const {number, hash, fingerprint} = meta
    if (typeof number !== 'number' || typeof hash !== 'string' || typeof fingerprint !== 'string') {
      throw new Error('its header is not readable')
    }
    return {
      meta: {number, hash: hash as Hash, fingerprint: fingerprint as Hex},
      state: text.slice(end + 1),
    }
  } catch (error) {
    throw new EngineError('bad-snapshot', `The snapshot ${file} is unreadable.`, error)
  }
}

function parseBlock(value: unknown): EngineBlock {
  if (!isRecord(value)) throw new EngineError('reset', 'The engine has no head.')
  const text = (name: string) => String(value[name])
  return {
    number: Number(text('number')),
    hash: text('hash') as Hash,
    parentHash: text('parentHash') as Hash,
    stateRoot: text('stateRoot') as Hash,
    timestamp: Number(text('timestamp')),
    gasUsed: BigInt(text('gasUsed')),
  }
}

function hashesOf(value: unknown): Hash[] {
  const transactions = isRecord(value) ? value['transactions'] : undefined
  if (!Array.isArray(transactions)) throw new EngineError('reset', 'The engine gave no block.')
  return transactions as Hash[]
}
