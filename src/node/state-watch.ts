/**
 * Checks the engine's state before a block is built on it. A process that can control the engine
 * could change balances between two blocks; then the current state root differs from the one in the
 * head's header.
 */
import type {Logger} from '../lib/log.ts'
import {EngineError, type EngineBlock, type ExecutionEngine} from './engine/engine.ts'
import {EMPTY_BLOCK_ALARM_AGAIN_MS, EMPTY_BLOCK_ALARM_MS, STATE_CHECK_SHARE} from './limits.ts'
import {StateGrowth} from './state-growth.ts'

export interface StateWatchOptions {
  engine: Pick<ExecutionEngine, 'stateRoot'>
  logger: Logger
  nowMs(): number
  /** Maximum number of accounts and slots; 150,000 by default. */
  stateLeaves?: number | undefined
  /** From 0 to 1: random choice of blocks to check when not all can be. */
  random?: () => number
}

export class StateWatch {
  readonly growth: StateGrowth
  readonly #options: StateWatchOptions
  #outsideChanges = 0
  #tookMs = 0
  #lastMs = 0
  /** Earliest time of the next warning of each kind. */
  #quietUntilMs = Number.NEGATIVE_INFINITY
  #slowUntilMs = Number.NEGATIVE_INFINITY

  constructor(options: StateWatchOptions) {
    this.#options = options
    this.growth = new StateGrowth(options.stateLeaves)
  }

  /** How often another process changed the state. */
  get outsideChanges(): number {
    return this.#outsideChanges
  }

  /**
   * @throws {EngineError} tampered: the state does not match the head, and nothing may be built on
   * it
   */
  async check(head: EngineBlock): Promise<void> {
    const {engine, nowMs, random = Math.random} = this.#options
    const startedMs = nowMs()
    if (!this.#isAffordable(startedMs, random)) return
    const found = await engine.stateRoot()
    const tookMs = nowMs() - startedMs
    this.#tookMs = tookMs
    // The genesis header has no state root.
    if (found === null || head.stateRoot === EMPTY_ROOT) return
    this.growth.measured(tookMs)
    this.#warn(startedMs)
    if (found === head.stateRoot) return
    throw new EngineError(
      'tampered',
      `The state after block ${head.number} differs from its header.`,
    )
  }

  /**
   * The engine walks its entire state for every block, so growth leads to missed slots. But an
   * engine that executes a call or gets no CPU is slow too; the root time tells them apart.
   */
  emptyBlockTook(ms: number): void {
    const now = this.#options.nowMs()
    if (ms < EMPTY_BLOCK_ALARM_MS || now < this.#slowUntilMs) return
    this.#slowUntilMs = now + EMPTY_BLOCK_ALARM_AGAIN_MS
    const {leaves, rootMs} = this.growth.size
    const isState = rootMs !== null && rootMs >= ms / 2
    const why = isState ? 'the state has grown' : 'the engine was blocked, or the machine is busy'
    this.#options.logger.warn(`an empty block is slow: ${why}`, {ms, leaves, rootMs})
  }

  /** Logged as an error: a process that controls a producer's engine can mint money. */
  count(error: EngineError): void {
    this.#outsideChanges++
    this.#options.logger.error('another process controls the engine', {
      code: 'ENGINE_STATE_CHANGED',
      error: error.message,
    })
  }

  /** If a root takes long, blocks are chosen at random, so that nobody can predict them. */
  #isAffordable(now: number, random: () => number): boolean {
    const earnedMs = (now - this.#lastMs) * STATE_CHECK_SHARE
    this.#lastMs = now
    return random() * this.#tookMs <= earnedMs
  }

  #warn(now: number): void {
    const {leaves, limit, rootMs} = this.growth.size
    if (leaves < limit / 2 || now < this.#quietUntilMs) return
    this.#quietUntilMs = now + EMPTY_BLOCK_ALARM_AGAIN_MS
    const what =
      'the state is filling up: near its limit, transactions that could add to it are rejected'
    this.#options.logger.warn(what, {leaves, limit, rootMs})
  }
}

const EMPTY_ROOT = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421'
