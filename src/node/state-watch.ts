/**
 * Looks at the state of the engine before a block is built on it. Whoever can give the engine orders can change
 * balances between two blocks; the root of what is there now is then not the one in the head's header.
 */
import type {Logger} from '../lib/log.ts'
import {EngineError, type EngineBlock, type ExecutionEngine} from './engine/engine.ts'
import {EMPTY_BLOCK_ALARM_AGAIN_MS, EMPTY_BLOCK_ALARM_MS, STATE_CHECK_SHARE} from './limits.ts'
import {StateGrowth} from './state-growth.ts'

export interface StateWatchOptions {
  engine: Pick<ExecutionEngine, 'stateRoot'>
  logger: Logger
  nowMs(): number
  /** Accounts and slots there may be; 150,000 when left out. */
  stateLeaves?: number | undefined
  /** From 0 to 1: which blocks are checked when not all can be. */
  random?: () => number
}

export class StateWatch {
  readonly growth: StateGrowth
  readonly #options: StateWatchOptions
  #outsideChanges = 0
  #tookMs = 0
  #lastMs = 0
  /** No second warning of a kind before these moments. */
  #quietUntilMs = Number.NEGATIVE_INFINITY
  #slowUntilMs = Number.NEGATIVE_INFINITY

  constructor(options: StateWatchOptions) {
    this.#options = options
    this.growth = new StateGrowth(options.stateLeaves)
  }

  /** How often somebody else had changed the state. */
  get outsideChanges(): number {
    return this.#outsideChanges
  }

  /** @throws {EngineError} tampered: it is not the state after the head, and nothing may be built on it */
  async check(head: EngineBlock): Promise<void> {
    const {engine, nowMs, random = Math.random} = this.#options
    const startedMs = nowMs()
    if (!this.#isAffordable(startedMs, random)) return
    const found = await engine.stateRoot()
    const tookMs = nowMs() - startedMs
    this.#tookMs = tookMs
    // The genesis header names no state.
    if (found === null || head.stateRoot === EMPTY_ROOT) return
    this.growth.measured(tookMs)
    this.#warn(startedMs)
    if (found === head.stateRoot) return
    throw new EngineError('tampered', `The state after block ${head.number} is another one.`)
  }

  /**
   * The engine goes through its whole state for every block, so growth ends in missed slots. But an engine that
   * executes a call or that gets no processor is slow as well; the time of a root tells them apart.
   */
  emptyBlockTook(ms: number): void {
    const now = this.#options.nowMs()
    if (ms < EMPTY_BLOCK_ALARM_MS || now < this.#slowUntilMs) return
    this.#slowUntilMs = now + EMPTY_BLOCK_ALARM_AGAIN_MS
    const {leaves, rootMs} = this.growth.size
    const isState = rootMs !== null && rootMs >= ms / 2
    const why = isState ? 'the state has grown' : 'the engine was held, or the machine is busy'
    this.#options.logger.warn(`an empty block is slow: ${why}`, {ms, leaves, rootMs})
  }

  /** Loud: whoever reaches the engine of a producer makes up money. */
  count(error: EngineError): void {
    this.#outsideChanges++
    this.#options.logger.error('the engine obeys somebody else than this node', {
      code: 'ENGINE_STATE_CHANGED',
      error: error.message,
    })
  }

  /** Where a root takes long, blocks are chosen by chance, so that nobody knows which. */
  #isAffordable(now: number, random: () => number): boolean {
    const earnedMs = (now - this.#lastMs) * STATE_CHECK_SHARE
    this.#lastMs = now
    return random() * this.#tookMs <= earnedMs
  }

  #warn(now: number): void {
    const {leaves, limit, rootMs} = this.growth.size
    if (leaves < limit / 2 || now < this.#quietUntilMs) return
    this.#quietUntilMs = now + EMPTY_BLOCK_ALARM_AGAIN_MS
    const what = 'the state fills up: near its limit, transactions that could add to it are refused'
    this.#options.logger.warn(what, {leaves, limit, rootMs})
  }
}

const EMPTY_ROOT = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421'
