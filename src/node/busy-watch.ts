/**
 * How long an engine has been busy. In: its requests and responses. Out: a duration for the node
 * status.
 */
import {EngineError} from './engine/engine.ts'

export class BusyWatch {
  readonly #nowMs: () => number
  #open = 0
  /** When the oldest pending request was sent; null if none is pending. */
  #sinceMs: number | null = null

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /** Milliseconds; null while no request is pending. */
  get busyMs(): number | null {
    return this.#sinceMs === null ? null : Math.round(this.#nowMs() - this.#sinceMs)
  }

  /**
   *  Several requests may be pending at once. A request that timed out stays pending until another
   * response arrives.
   */
  async while<T>(act: () => Promise<T>): Promise<T> {
    this.#sinceMs ??= this.#nowMs()
    this.#open++
    let isAnswered = true
    try {
      return await act()
    } catch (error) {
      isAnswered = !(error instanceof EngineError && error.kind === 'reset')
      throw error
    } finally {
      this.#open--
      if (isAnswered) this.restarted()
    }
  }

  /** The engine responded or was replaced: requests still pending count from now. */
  restarted(): void {
    this.#sinceMs = this.#open > 0 ? this.#nowMs() : null
  }
}
