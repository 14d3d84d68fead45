/** Runs everything that follows L1 in sequence: heads, then deposits, then batches. */
import type {Clock} from '../lib/clock.ts'
import {findCause, messageOf} from '../lib/errors.ts'
import {errorFacts, type Logger} from '../lib/log.ts'
import type {Batcher} from './batcher/batcher.ts'
import {RpcTransportError} from '../lib/json-rpc.ts'
import type {NodeFailure} from '../protocol/node-status.ts'
import {reasonOf} from './chain-state.ts'
import type {DepositRelay} from './deposits/deposits.ts'
import type {Heads} from './heads/heads.ts'
import {L1_POLL_MS} from './limits.ts'
import type {Metrics, Stage} from './metrics.ts'
import {nodeFailureOf} from './sequencing/driver-facts.ts'

export interface L1LoopOptions {
  heads: Heads
  deposits: DepositRelay
  batcher: Batcher
  clock: Clock
  logger: Logger
  metrics: Metrics
}

export class L1Loop {
  readonly #options: L1LoopOptions
  readonly #abort = new AbortController()
  readonly #logged = new Map<Stage, string>()
  readonly #failures = new Map<Stage, NodeFailure>()
  #isReachable: boolean | undefined
  #running: Promise<void> = Promise.resolve()
  #queueLength = 0

  constructor(options: L1LoopOptions) {
    this.#options = options
  }

  /** Deposits that the L1 bridge has received. */
  get queueLength(): number {
    return this.#queueLength
  }

  /** Undefined before the first poll; false while L1 does not respond at all. */
  get isReachable(): boolean | undefined {
    return this.#isReachable
  }

  /** Why a stage's last poll failed; undefined when it succeeded. */
  failureOf(stage: Stage): NodeFailure | undefined {
    return this.#failures.get(stage)
  }

  start(): void {
    this.#running = this.#loop()
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    await this.#running
  }

  async #loop(): Promise<void> {
    const {heads, deposits, batcher, clock} = this.#options
    const {signal} = this.#abort
    while (!signal.aborted) {
      const isReached = await this.#run('confirm', () => heads.poll())
      const l1Head = heads.l1Head()
      if (isReached && l1Head) {
        await this.#run('hold', async () => {
          this.#queueLength = await deposits.poll(l1Head.number)
        })
        await this.#run('batch', () => batcher.poll(heads.tip()))
      }
      await clock.sleep(L1_POLL_MS, signal).catch(() => {})
    }
  }

  /** L1 problems never stop the L2: they are shown and retried. */
  async #run(stage: Stage, act: () => Promise<unknown>): Promise<boolean> {
    const {metrics, logger, clock} = this.#options
    const started = clock.monotonicMs()
    try {
      await act()
      metrics.succeed(stage)
      metrics.observe(stage, clock.monotonicMs() - started)
      this.#logged.delete(stage)
      this.#failures.delete(stage)
      this.#isReachable = true
      return true
    } catch (error) {
      if (this.#abort.signal.aborted) return false
      metrics.fail(stage, reasonOf(error))
      this.#remember(stage, error)
      // A problem that persists is logged once, not every second.
      if (this.#logged.get(stage) !== messageOf(error)) logger.warn(stage, errorFacts(error))
      this.#logged.set(stage, messageOf(error))
      return false
    }
  }

  #remember(stage: Stage, error: unknown): void {
    const now = nodeFailureOf(error, this.#options.clock.nowMs())
    const known = this.#failures.get(stage)
    const sinceMs = known?.code === now.code ? known.sinceMs : now.sinceMs
    this.#failures.set(stage, {...now, sinceMs})
    this.#isReachable = findCause(error, RpcTransportError) === undefined
  }
}
