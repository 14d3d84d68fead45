/**
 * In: ordered transactions. Out: blocks of an anvil process. Called through `ExecutionEngine`.
 *
 * The process is a cache. Every failure ends in an EngineError of kind `reset`, after which it is
 * restarted and restored from the chain log.
 */
import {toHex, zeroAddress, type Hash, type Hex} from 'viem'

import {messageOf} from '../../lib/errors.ts'
import {isRecord} from '../../lib/json.ts'
import {RpcResponseError, type RpcClient} from '../../lib/json-rpc.ts'
import {ENGINE_VERSION} from '../../process/find-engine.ts'
import type {IsolationKind} from '../../process/isolation.ts'
import {
  ENGINE_HISTORY_BLOCKS,
  ENGINE_RECEIPT_BLOCKS,
  ENGINE_RENEW_BUILDING,
  ENGINE_RENEW_TRANSACTIONS,
  ENGINE_BATCH,
  ENGINE_BATCHES_AHEAD,
  ENGINE_STAGERS,
  ENGINE_BLOCK_RECEIPTS,
  ENGINE_REBUILDS,
} from './limits.ts'
import {composeReceipts} from './block-receipts.ts'
import {
  hashesOf,
  headerRulesOf,
  missing,
  paramsAt,
  parseBlock,
  rootOfProof,
  withoutExtras,
} from './engine-answers.ts'
import {
  dumpState,
  loadState,
  startEngineProcess,
  stopEngineProcess,
  type EngineProcess,
  type EngineProcessOptions,
} from './engine-process.ts'
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
  type Order,
  type Payload,
  type ReceiptsRequest,
  type SnapshotMeta,
} from './engine.ts'
import {hardforkAt} from './hardforks.ts'
import {assertUnpacks, readSnapshot, writeSnapshot} from './snapshot-file.ts'

export type AnvilEngineOptions = EngineProcessOptions

interface StagedTransaction {
  raw: Hex
  hash: Hash
}

export class AnvilEngine implements ExecutionEngine {
  readonly version = `anvil/${ENGINE_VERSION}`
  readonly capabilities: EngineCapabilities = {
    ...{snapshot: true, staging: true, timestampStep: 0},
    ...{rollback: ENGINE_HISTORY_BLOCKS, history: ENGINE_HISTORY_BLOCKS},
    receipts: ENGINE_RECEIPT_BLOCKS,
    renewal: {
      transactions: ENGINE_RENEW_TRANSACTIONS,
      whileBuilding: ENGINE_RENEW_BUILDING,
    },
  }
  readonly #options: AnvilEngineOptions
  #running: EngineProcess | undefined
  /** The end of the previous process. */
  #stopped: Promise<void> = Promise.resolve()
  /** Pending while the process is being replaced; readers wait for it. */
  #switching: Promise<unknown> = Promise.resolve()
  #head: EngineBlock | undefined
  /** The last block mined here, as the engine returned it. */
  #headAnswer: Record<string, unknown> | undefined
  /** Header fields shared by all blocks of this chain. */
  #headerRules = ''
  #staged: StagedTransaction[] = []
  /** False when the engine may have staged the transactions in another order. */
  #isOrdered = true
  /** The tail of the queue of writers. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: AnvilEngineOptions) {
    this.#options = options
  }

  get isolation(): IsolationKind | null {
    return this.#running?.process.isolation ?? null
  }

  start(snapshotFile?: string): Promise<EngineBlock> {
    return this.#exclusive(async () => {
      const {genesis} = this.#options
      const snapshot = snapshotFile === undefined ? undefined : readSnapshot(snapshotFile)
      if (snapshot && snapshot.meta.fingerprint !== genesis.fingerprint) {
        throw new EngineError('bad-snapshot', 'The snapshot belongs to another network.')
      }
      if (snapshot) await assertUnpacks(snapshot)
      const next = (snapshot?.meta.number ?? genesis.number) + 1
      this.#staged = []
      this.#running = await startEngineProcess(this.#options, hardforkAt(genesis.hardforks, next))
      this.#headerRules = headerRulesOf(await this.#latest())
      if (snapshot) await loadState(this.#running, snapshot.state)
      this.#head = await this.#readHead()
      if (snapshot && this.#head.hash !== snapshot.meta.hash) {
        throw new EngineError(
          'bad-snapshot',
          'The snapshot does not end with the block in its header.',
        )
      }
      if (snapshot && (await this.#stateRoot()) !== this.#head.stateRoot) {
        throw new EngineError('bad-snapshot', 'The state in the snapshot does not match its block.')
      }
      return this.#head
    })
  }

  /**
   * Also waits for a stop that is under way: it removes the socket in the directory of the next process.
   */
  async stop(): Promise<void> {
    const running = this.#running
    this.#running = undefined
    this.#head = undefined
    this.#staged = []
    const stopped = running ? stopEngineProcess(running) : this.#stopped
    // Its failure is told once.
    this.#stopped = stopped.catch(() => {})
    await stopped
  }

  head(): EngineBlock {
    if (!this.#head) throw new EngineError('reset', 'The engine is not running.')
    return this.#head
  }

  stage(
    transactions: readonly Hex[],
    {anyOrder = false}: Order = {},
  ): Promise<DroppedTransaction[]> {
    return this.#exclusive(async () => {
      await this.#enterHardfork()
      if (!anyOrder) return this.#submit(transactions, ENGINE_BATCH)
      this.#isOrdered = false
      return this.#submit(transactions, ENGINE_BATCH, this.#require().stager, ENGINE_STAGERS + 1)
    })
  }

  unstage(): Promise<void> {
    return this.#exclusive(() => this.#clearPool())
  }

  execute(parent: Hash, payload: Payload, options: ExecuteOptions = {}): Promise<Execution> {
    return this.#exclusive(async () => {
      if (this.head().hash !== parent) {
        throw new EngineError('wrong-parent', `The engine's head is not ${parent}.`)
      }
      await this.#enterHardfork()
      const batch = options.oneByOne ? 1 : ENGINE_BATCH
      const {anyOrder = false} = options
      const {orderedTransactions, timestamp} = payload
      let wanted: readonly Hex[] = orderedTransactions
      const dropped: DroppedTransaction[] = []
      for (let attempt = 0; attempt <= ENGINE_REBUILDS; attempt++) {
        const rest = await (anyOrder ? this.#restOf(wanted) : this.#restInOrder(wanted, batch))
        const refused = await this.#submit(rest, batch)
        const {block, included} = await this.#mine(timestamp)
        dropped.push(...refused)
        const silent = missing(wanted, included, refused)
        if (silent.length === 0) return {block, included, dropped}
        // A transaction that mining skipped was still read into the state, and the state root
        // covers everything that was read. Peers never see that transaction, so the block is
        // rebuilt without it.
        dropped.push(...silent.map((raw) => ({raw, reason: 'skipped by the engine'})))
        await this.#clearPool()
        await this.#rollbackBy(1)
        wanted = included
      }
      throw new EngineError('reset', 'The engine keeps skipping transactions.')
    })
  }

  rollback(count: number): Promise<EngineBlock> {
    return this.#exclusive(async () => {
      await this.#clearPool()
      // The blocks before a hard fork need a process with the older rules, which must be restored.
      const {genesis} = this.#options
      const target = this.head().number - count
      if (hardforkAt(genesis.hardforks, target + 1) !== this.#require().hardfork) {
        throw new EngineError('no-history', `The engine cannot roll back across a hard fork.`)
      }
      return this.#rollbackBy(count)
    })
  }

  stateRoot(): Promise<Hash> {
    return this.#exclusive(() => this.#stateRoot())
  }

  async read(method: string, params: readonly unknown[] = [], at?: BlockAddress): Promise<unknown> {
    await this.#switching
    return this.#guarded(() => this.#require().reader.request(method, paramsAt(params, at)))
  }

  async blockAt(number: number): Promise<unknown> {
    const known = this.#headAnswer
    if (known && Number(known['number']) === number && known['hash'] === this.#head?.hash)
      return known
    return this.read('eth_getBlockByNumber', [toHex(number), false])
  }

  async readAll(calls: readonly EngineRead[]): Promise<unknown[]> {
    await this.#switching
    const requests = calls.map(({method, params = [], at}) => ({
      method,
      params: paramsAt(params, at),
    }))
    return this.#guarded(() => this.#require().reader.batch(requests))
  }

  snapshotMeta(file: string): SnapshotMeta {
    return readSnapshot(file).meta
  }

  async receiptsOf(block: ReceiptsRequest): Promise<unknown[] | undefined> {
    const tag = `0x${block.number.toString(16)}`
    if (block.transactions.length > ENGINE_BLOCK_RECEIPTS) {
      const {chainId} = this.#options.genesis
      const read = (method: string, params: readonly unknown[]) => this.read(method, params)
      const readAll = (calls: Parameters<typeof this.readAll>[0]) => this.readAll(calls)
      const blockAt = (number: number) => this.blockAt(number)
      const composed = await composeReceipts({blockAt, read, readAll, chainId}, block)
      if (composed) return composed
    }
    const receipts = await this.read('eth_getBlockReceipts', [tag])
    // The engine drops transactions silently: the list is then shorter than the block.
    const isWhole = Array.isArray(receipts) && receipts.length === block.transactions.length
    return isWhole ? receipts.map(withoutExtras) : undefined
  }

  async saveSnapshot(file: string): Promise<{heldMs: number; leaves: number}> {
    const {state, meta, heldMs} = await this.#exclusive(async () => {
      const startedMs = performance.now()
      const {number, hash} = this.head()
      const running = this.#require()
      const {hardfork} = running
      const {fingerprint} = this.#options.genesis
      const state = await dumpState(running)
      const heldMs = performance.now() - startedMs
      return {state, meta: {number, hash, fingerprint, hardfork}, heldMs}
    })
    const leaves = await writeSnapshot(file, meta, state)
    return {heldMs, leaves}
  }

  /** One process knows one set of rules, so the next block may need the next process. */
  async #enterHardfork(): Promise<void> {
    const wanted = hardforkAt(this.#options.genesis.hardforks, this.head().number + 1)
    const running = this.#require()
    if (running.hardfork === wanted) return
    const switched = this.#switchTo(wanted, running)
    this.#switching = switched.catch(() => {})
    await switched
  }

  async #switchTo(hardfork: string, running: EngineProcess): Promise<void> {
    const {hash, number} = this.head()
    const state = await dumpState(running)
    await stopEngineProcess(running)
    this.#staged = []
    this.#running = await startEngineProcess(this.#options, hardfork)
    await loadState(this.#running, state)
    const head = await this.#readHead()
    if (head.hash !== hash) {
      throw new EngineError('reset', `The head changed when the rules of ${hardfork} began.`)
    }
    this.#options.logger.info('hard fork', {hardfork, head: number})
  }

  /** The part of `wanted` that is not staged yet. Everything else in the pool is dropped first. */
  async #restOf(wanted: readonly Hex[]): Promise<readonly Hex[]> {
    const all = new Set(wanted)
    for (const {raw} of this.#staged) {
      if (all.delete(raw)) continue
      await this.#clearPool()
      return wanted
    }
    return [...all]
  }

  /** The same, but only transactions staged in this order count. */
  async #restInOrder(wanted: readonly Hex[], batch: number): Promise<readonly Hex[]> {
    const staged = this.#staged
    const isPrefix =
      (this.#isOrdered || staged.length === 0) &&
      batch === ENGINE_BATCH &&
      staged.length <= wanted.length &&
      staged.every(({raw}, index) => raw === wanted[index])
    if (isPrefix) return wanted.slice(staged.length)
    await this.#clearPool()
    return wanted
  }

  /**
   * Sends request batches; order holds within one connection. @returns the transactions that the
   * engine rejects
   */
  async #submit(
    transactions: readonly Hex[],
    size: number,
    client = this.#require().writer,
    ahead = ENGINE_BATCHES_AHEAD,
  ): Promise<DroppedTransaction[]> {
    const refused: DroppedTransaction[] = []
    const underWay: Promise<void>[] = []
    try {
      for (let from = 0; from < transactions.length; from += size) {
        // While the engine works on one batch, the next one has already arrived.
        if (underWay.length >= ahead) await underWay.shift()
        const sent = this.#submitBatch(transactions.slice(from, from + size), client, refused)
        underWay.push(sent)
        // It is awaited below, even if an earlier one fails.
        sent.catch(() => {})
      }
      for (const sent of underWay) await sent
    } finally {
      await Promise.allSettled(underWay)
    }
    return refused
  }

  async #submitBatch(
    batch: readonly Hex[],
    client: RpcClient,
    refused: DroppedTransaction[],
  ): Promise<void> {
    const calls = batch.map((raw) => ({method: 'eth_sendRawTransaction', params: [raw]}))
    const answers = await this.#guarded(() => client.batch(calls))
    answers.forEach((answer, index) => {
      const raw = batch[index]!
      if (typeof answer === 'string') this.#staged.push({raw, hash: answer as Hash})
      else refused.push({raw, reason: messageOf(answer)})
    })
  }

  async #mine(timestamp: number): Promise<{block: EngineBlock; included: Hex[]}> {
    const before = this.head()
    const byHash = new Map(this.#staged.map(({hash, raw}) => [hash, raw]))
    await this.#write('evm_mine', [{timestamp}])
    this.#staged = []
    this.#isOrdered = true
    const answer = await this.#latest()
    const block = parseBlock(answer)
    if (block.timestamp !== timestamp || headerRulesOf(answer) !== this.#headerRules) {
      throw new EngineError('tampered', 'The engine seals under different rules than its chain.')
    }
    if (block.number !== before.number + 1 || block.parentHash !== before.hash) {
      throw new EngineError('reset', 'The engine sealed a block that does not follow its head.')
    }
    const included = hashesOf(answer).map((hash) => {
      const raw = byHash.get(hash)
      if (!raw)
        throw new EngineError('reset', 'The engine sealed a transaction that was not submitted.')
      return raw
    })
    this.#head = block
    this.#headAnswer = isRecord(answer) ? answer : undefined
    return {block, included}
  }

  async #rollbackBy(count: number): Promise<EngineBlock> {
    const target = this.head().number - count
    try {
      await this.#require().writer.request('anvil_rollback', [count])
    } catch (error) {
      if (!(error instanceof RpcResponseError)) throw this.#reset(error)
      throw new EngineError('no-history', `The engine cannot roll back ${count} blocks.`, error)
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
    this.#isOrdered = true
    await this.#write('anvil_dropAllTransactions', [])
  }

  async #readHead(): Promise<EngineBlock> {
    return parseBlock(await this.#latest())
  }

  #latest(): Promise<unknown> {
    return this.#write('eth_getBlockByNumber', ['latest', false])
  }

  /** A proof starts with the root of the current state, whatever the newest header says. */
  async #stateRoot(): Promise<Hash> {
    return rootOfProof(await this.#write('eth_getProof', [zeroAddress, [], 'latest']))
  }

  #write(method: string, params: readonly unknown[]): Promise<unknown> {
    return this.#guarded(async () => {
      try {
        return await this.#require().writer.request(method, params)
      } catch (error) {
        if (!(error instanceof RpcResponseError)) throw error
        throw new EngineError('reset', `The engine rejects ${method}: ${error.message}`, error)
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

  /** No response: the process is gone or hangs, and the fate of the request is unknown. */
  #reset(error: unknown): EngineError {
    return new EngineError('reset', `The engine does not respond: ${messageOf(error)}`, error)
  }

  #require(): EngineProcess {
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
