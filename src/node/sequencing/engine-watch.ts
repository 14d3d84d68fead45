import type {Clock} from '../../lib/clock.ts'
import type {ChainState} from '../chain-state.ts'
import {EngineError} from '../engine/engine.ts'
import {ENGINE_CHECK_MS} from '../limits.ts'

/**
 * Detects an engine that died while there is nothing to execute. Without it, a node on a stalled
 * chain would return errors to every reader, and the consensus layer could not see the head from
 * which to continue.
 */
export class EngineWatch {
  readonly #chain: ChainState
  readonly #clock: Clock
  #dueAtMs = 0

  constructor(chain: ChainState, clock: Clock) {
    this.#chain = chain
    this.#clock = clock
  }

  /** Checks the engine's head periodically. @throws {EngineError} it must be restarted */
  async check(): Promise<void> {
    const now = this.#clock.monotonicMs()
    if (now < this.#dueAtMs) return
    this.#dueAtMs = now + ENGINE_CHECK_MS
    const {engine} = this.#chain
    const number = Number(await engine.read('eth_blockNumber'))
    if (number !== engine.head().number) {
      throw new EngineError(
        'reset',
        `The engine is at block ${number}, which is not its last known block.`,
      )
    }
  }

  /** Between two blocks: a snapshot, or a fresh process in place of a bloated one. */
  async tend(isBuilding: boolean): Promise<void> {
    const chain = this.#chain
    if (chain.isRenewalDue(isBuilding)) await chain.renewEngine()
    // Not awaited: the engine is blocked only during its dump, and a failure is logged.
    else if (chain.isSnapshotDue) void chain.saveSnapshot()
  }
}
