import type {Clock} from '../../lib/clock.ts'
import type {ChainState} from '../chain-state.ts'
import {EngineError} from '../engine/engine.ts'
import {ENGINE_CHECK_MS} from '../limits.ts'

/**
 * Notices an engine that is gone while there is nothing to execute. Without it a node on a chain that
 * stands still would answer every reader with an error, and the consensus layer could not see the head
 * from which it has to go on.
 */
export class EngineWatch {
  readonly #chain: ChainState
  readonly #clock: Clock
  #dueAtMs = 0

  constructor(chain: ChainState, clock: Clock) {
    this.#chain = chain
    this.#clock = clock
  }

  /** Asks the engine where it is, from time to time. @throws {EngineError} it has to be restarted */
  async check(): Promise<void> {
    const now = this.#clock.monotonicMs()
    if (now < this.#dueAtMs) return
    this.#dueAtMs = now + ENGINE_CHECK_MS
    const {engine} = this.#chain
    const number = Number(await engine.read('eth_blockNumber'))
    if (number !== engine.head().number) {
      throw new EngineError('reset', `The engine is at block ${number}, where it was not left.`)
    }
  }

  /** Between two blocks: a snapshot, or a process without what the old one has piled up. */
  async tend(isBuilding: boolean): Promise<void> {
    const chain = this.#chain
    if (chain.isRenewalDue(isBuilding)) await chain.renewEngine()
    // Not waited for: the engine is held for its dump alone, and a failure is logged.
    else if (chain.isSnapshotDue) void chain.saveSnapshot()
  }
}
