/**
 * The engine and the chain log, kept in step: every engine operation ends either in a head that the
 * log knows or in a restart of the engine from the log.
 */
import {readdirSync, rmSync} from 'node:fs'
import {join} from 'node:path'

import type {Hash, Hex} from 'viem'

import {MetisSeqError, messageOf} from '../lib/errors.ts'
import {errorFacts, type Logger} from '../lib/log.ts'
import {makeDirectory} from '../lib/make-directory.ts'
import type {SealedBlock} from '../protocol/block.ts'
import type {ChainLog} from '../store/chain-log.ts'
import {BusyWatch} from './busy-watch.ts'
import {
  EngineError,
  type EngineBlock,
  type ExecuteOptions,
  type Execution,
  type ExecutionEngine,
} from './engine/engine.ts'
import {
  SNAPSHOT_BLOCKS,
  SNAPSHOT_PAUSE_FACTOR,
  SNAPSHOT_TRANSACTIONS,
  SNAPSHOTS_KEPT,
} from './limits.ts'
import {PEER_RANGE_BYTES} from './peer-limits.ts'
import {Disputes, type DisputedBlock} from './disputes.ts'
import {ReadGate} from './read-gate.ts'
import type {Rotation} from './rotation/rotation.ts'
import {StateWatch} from './state-watch.ts'

export interface ChainStateOptions {
  engine: ExecutionEngine
  log: ChainLog
  rotation: Rotation
  snapshotDir: string
  logger: Logger
  /** Accounts and slots the engine may hold; 150,000 by default. */
  stateLeaves?: number | undefined
  onExecuted(ms: number): void
  /** The epochs were re-read after a block that changed them. */
  onGate?(ms: number): void
  /** Monotonic. */
  nowMs(): number
  wallMs?(): number
}

export class ChainState {
  readonly engine: ExecutionEngine
  readonly log: ChainLog
  readonly rotation: Rotation
  readonly gate = new ReadGate()
  readonly state: StateWatch
  readonly disputes: Disputes
  readonly #options: ChainStateOptions
  #durable: EngineBlock | undefined
  #genesis: EngineBlock | undefined
  #lastExecuteMs: number | null = null
  /** Monotonic: when the engine's current work for us began. */
  readonly #busy: BusyWatch
  /** Monotonic: when a block last became durable. */
  #movedAtMs: number
  #follower = {wait: () => Promise.resolve(), isBehind: () => false}
  /** Replay work since the newest snapshot. */
  #since = {blocks: 0, transactions: 0}
  #saving: Promise<void> | undefined
  #lastSnapshot = {atMs: 0, heldMs: 0}
  /** Transactions executed by this engine process. */
  #executed = 0

  constructor(options: ChainStateOptions) {
    this.engine = options.engine
    this.log = options.log
    this.rotation = options.rotation
    this.#options = options
    this.state = new StateWatch(options)
    this.disputes = new Disputes(options)
    this.#movedAtMs = options.nowMs()
    this.#busy = new BusyWatch(options.nowMs)
  }

  /** How long the engine has been busy with a request, in milliseconds; null while idle. */
  get busyMs(): number | null {
    return this.#busy.busyMs
  }

  /** Milliseconds since the head became durable, or since this object was created. */
  get headAgeMs(): number {
    return Math.round(this.#options.nowMs() - this.#movedAtMs)
  }

  /** The newest one, until our chain replaces that block. */
  get dispute(): DisputedBlock | undefined {
    const {newest} = this.disputes
    const head = this.#durable?.number ?? 0
    return newest && head < newest.number ? newest : undefined
  }

  /** Null before the first block. */
  get lastExecuteMs(): number | null {
    return this.#lastExecuteMs
  }

  /** The newest block that is in the chain log, or the genesis block. */
  head(): EngineBlock {
    if (!this.#durable) throw new EngineError('reset', 'The chain has not been restored yet.')
    return this.#durable
  }

  /** Hash of a block of our chain. */
  hashOf(number: number): Hash | undefined {
    if (number > this.head().number) return undefined
    // The genesis block is in no log; its hash is the parent hash of the first block.
    const next = () => this.log.block(number + 1)?.parentHash
    return this.log.hashOf(number) ?? next() ?? this.#genesisHash(number)
  }

  /** Durable blocks for a peer, as many as fit into one response. */
  rangeUpTo(from: number, count: number): SealedBlock[] {
    const to = Math.min(from + count - 1, this.head().number)
    return this.log.rangeUpTo(from, to, PEER_RANGE_BYTES)
  }

  #genesisHash(number: number): Hash | undefined {
    return this.#genesis?.number === number ? this.#genesis.hash : undefined
  }

  /**
   * Starts the engine and restores it to a block of the log: it loads the newest snapshot that
   * belongs to the log, then re-executes the rest.
   *
   * @throws {MetisSeqError} CHAIN_LOG_DIVERGED when a block re-executes to a different hash than
   * logged
   */
  async restore(upTo = this.log.head?.number): Promise<EngineBlock> {
    this.gate.close()
    await this.engine.stop()
    this.#executed = 0
    this.state.growth.restarted(0)
    const start = await this.#startFromSnapshot(upTo)
    this.#busy.restarted()
    this.#since = {blocks: 0, transactions: 0}
    let head = start
    for (let next = start.number + 1; upTo !== undefined && next <= upTo; next++) {
      const block = this.log.block(next)
      if (!block) break
      head = await this.#replay(block)
      this.count(block)
    }
    this.#durable = head
    await this.refreshTurns()
    // Earlier readers of the engine may have seen a block that never became durable.
    this.gate.openAfterRollback()
    const replayed = head.number - start.number
    this.#options.logger.info('chain restored', {head: head.number, from: start.number, replayed})
    return head
  }

  /**
   * Stages transactions of the next block in the engine. This is only a hint and does not block
   * readers.
   */
  async stage(transactions: readonly Hex[]): Promise<void> {
    await this.#watched(() => this.engine.stage(transactions))
  }

  /** Executes a block on top of the head. The gate stays closed until `accept` or `revert`. */
  async execute(
    payload: {timestamp: number; orderedTransactions: readonly Hex[]},
    options: ExecuteOptions = {},
  ): Promise<Execution> {
    this.gate.close()
    const started = this.#options.nowMs()
    const execution = await this.#watched(() =>
      this.engine.execute(this.head().hash, payload, options),
    )
    this.#lastExecuteMs = Math.round(this.#options.nowMs() - started)
    this.#options.onExecuted(this.#lastExecuteMs)
    if (payload.orderedTransactions.length === 0) this.state.emptyBlockTook(this.#lastExecuteMs)
    return execution
  }

  /** Before a block of ours. @throws {EngineError} tampered: the state is not that of the head */
  checkState(): Promise<void> {
    return this.#watched(() => this.state.check(this.head()))
  }

  /**
   * Reads the epochs at the engine's head. @throws {EngineError} all epochs are unknown from then
   * on
   */
  refreshTurns(): Promise<void> {
    return this.#busy.while(() => this.rotation.refresh())
  }

  async #watched<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await this.#busy.while(act)
    } catch (error) {
      if (error instanceof EngineError && error.kind === 'tampered') this.state.count(error)
      throw error
    }
  }

  /** The block that was just executed is in the log. */
  async accept(block: SealedBlock): Promise<void> {
    this.#durable = this.engine.head()
    this.#movedAtMs = this.#options.nowMs()
    this.count(block)
    if (this.rotation.isTouchedBy(block)) {
      const startedMs = this.#options.nowMs()
      await this.refreshTurns()
      this.#options.onGate?.(this.#options.nowMs() - startedMs)
    }
    this.gate.open()
    await this.#follower.wait()
  }

  /**
   * Registers a reader of data that the engine will discard.
   *
   * @param follower `wait`: awaited by each durable block; `isBehind`: some blocks have not been
   * read yet
   */
  followedBy(follower: {wait: () => Promise<void>; isBehind: () => boolean}): void {
    this.#follower = follower
  }

  /** Removes a block that was executed and not accepted. */
  async revert(): Promise<void> {
    const ahead = this.engine.head().number - this.head().number
    if (ahead > 0) await this.#backTo(this.head().number)
    await this.refreshTurns()
    this.gate.openAfterRollback()
  }

  /** By rollback, or from a snapshot or genesis if the engine cannot roll back that far. */
  async #backTo(number: number): Promise<void> {
    try {
      this.#durable = await this.engine.rollback(this.engine.head().number - number)
    } catch (error) {
      if (!(error instanceof EngineError) || error.kind !== 'no-history') throw error
      await this.restore(number)
      this.gate.close()
    }
  }

  /**
   * Rolls the engine back to an older block of the log. The log does not change. The gate stays
   * closed until `adopt`.
   */
  async rewindTo(number: number): Promise<void> {
    this.gate.close()
    await this.#backTo(number)
    await this.refreshTurns()
  }

  /** The engine is at the first block of another branch, which is in the log now. */
  async adopt(block: SealedBlock): Promise<void> {
    this.#durable = this.engine.head()
    this.count(block)
    await this.refreshTurns()
    this.gate.openAfterRollback()
  }

  count({transactions}: {transactions: readonly unknown[]}): void {
    this.#since.blocks++
    this.#since.transactions += transactions.length
    this.#executed += transactions.length
    this.state.growth.grew(transactions.length, this.engine.head().gasUsed)
  }

  /**
   * True when a new engine process would be much smaller and no reader needs data that only this
   * one has.
   *
   * @param isBuilding it is our epoch: the gain must be worth a late block
   */
  isRenewalDue(isBuilding: boolean): boolean {
    const {renewal, snapshot} = this.engine.capabilities
    if (!renewal || !snapshot) return false
    const limit = isBuilding ? renewal.whileBuilding : renewal.transactions
    return this.#executed >= limit && !this.#follower.isBehind()
  }

  /** Replaces the engine's process by a new one with the state at the head. Readers wait. */
  async renewEngine(): Promise<void> {
    await this.saveSnapshot()
    await this.restore()
  }

  /** True when a restart would replay too much and the last snapshot is old enough. */
  get isSnapshotDue(): boolean {
    if (!this.engine.capabilities.snapshot) return false
    const {blocks, transactions} = this.#since
    const isFar = blocks / SNAPSHOT_BLOCKS + transactions / SNAPSHOT_TRANSACTIONS >= 1
    if (!isFar && !(blocks > 0 && this.state.growth.isRecountDue)) return false
    const {atMs, heldMs} = this.#lastSnapshot
    return this.#options.nowMs() - atMs >= heldMs * SNAPSHOT_PAUSE_FACTOR
  }

  /**
   * Saves the state at the head. The engine is blocked only while it dumps its state, not while the
   * file is written. A missing snapshot loses nothing, so a failure is only logged.
   *
   * @returns when the file is written
   */
  saveSnapshot(): Promise<void> {
    this.#saving ??= this.#save().finally(() => (this.#saving = undefined))
    return this.#saving
  }

  async #save(): Promise<void> {
    const {snapshotDir, logger, nowMs} = this.#options
    const {number} = this.head()
    const covered = this.#since
    if (covered.blocks === 0) return
    this.#since = {blocks: 0, transactions: 0}
    const startedMs = nowMs()
    let heldMs = 0
    try {
      makeDirectory(snapshotDir)
      const file = join(snapshotDir, `${number}.snapshot`)
      const counted = this.state.growth.counting()
      const saved = await this.engine.saveSnapshot(file)
      heldMs = saved.heldMs
      counted(saved.leaves)
      for (const old of this.#snapshots().slice(SNAPSHOTS_KEPT)) rmSync(old.file, {force: true})
      const ms = Math.round(nowMs() - startedMs)
      logger.info('snapshot saved', {block: number, ms, heldMs: Math.round(heldMs)})
    } catch (error) {
      heldMs = nowMs() - startedMs
      this.#since.blocks += covered.blocks
      this.#since.transactions += covered.transactions
      logger.warn('snapshot not saved', errorFacts(error))
    }
    this.#lastSnapshot = {atMs: nowMs(), heldMs}
  }

  async #startFromSnapshot(upTo: number | undefined): Promise<EngineBlock> {
    for (const {file, number} of this.#snapshots()) {
      if (upTo === undefined || number > upTo) continue
      try {
        // A snapshot of an abandoned branch is useless.
        const {hash, leaves = 0} = this.engine.snapshotMeta(file)
        if (hash !== this.log.hashOf(number)) continue
        const head = await this.engine.start(file)
        this.state.growth.restarted(leaves)
        return head
      } catch (error) {
        if (!(error instanceof EngineError)) throw error
        this.#options.logger.warn('snapshot not used', {file, ...errorFacts(error)})
        await this.engine.stop()
        if (error.kind === 'bad-snapshot') rmSync(file, {force: true})
      }
    }
    this.#genesis = await this.engine.start()
    return this.#genesis
  }

  /** Newest first. */
  #snapshots(): {file: string; number: number}[] {
    const {snapshotDir} = this.#options
    try {
      return readdirSync(snapshotDir)
        .map((name) => ({file: join(snapshotDir, name), match: /^(\d+)\.snapshot$/.exec(name)}))
        .flatMap(({file, match}) => (match ? [{file, number: Number(match[1])}] : []))
        .sort((a, b) => b.number - a.number)
    } catch {
      return []
    }
  }

  async #replay(block: SealedBlock): Promise<EngineBlock> {
    const payload = {timestamp: block.timestamp, orderedTransactions: block.transactions}
    for (const oneByOne of [false, true]) {
      const {hash} = this.engine.head()
      const execution = await this.engine.execute(hash, payload, {oneByOne})
      if (execution.block.hash === block.hash) return execution.block
      if (this.engine.capabilities.rollback === 0) break
      await this.engine.rollback(1)
    }
    throw new MetisSeqError({
      code: 'CHAIN_LOG_DIVERGED',
      message: `Block ${block.number} re-executed to a different hash than logged.`,
      facts: {block: `${block.number}`, hash: block.hash},
      hints: [
        'Check that the engine version matches the one that the network was started with.',
        'If it matches, the engine state was tampered with, and local snapshots may be affected too. Run `metis-seq node snapshot create` on a healthy node.',
        'Then restore it here with `metis-seq node snapshot restore PATH --replace` and run `metis-seq node start`. The sign guard is not changed.',
      ],
    })
  }
}

/** One line for a status document. */
export function reasonOf(error: unknown): string {
  return error instanceof MetisSeqError ? `${error.code}: ${error.message}` : messageOf(error)
}
