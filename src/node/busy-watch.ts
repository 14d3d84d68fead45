/** For how long an engine has owed an answer. In: what it is asked. Out: a duration for the node's account of itself. */
import {EngineError} from './engine/engine.ts'

export class BusyWatch {
  readonly #nowMs: () => number
  #open = 0
  /** When the oldest question was asked that it has not answered; null: it owes nothing. */
  #sinceMs: number | null = null

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /** Milliseconds; null while it owes no answer. */
  get busyMs(): number | null {
    return this.#sinceMs === null ? null : Math.round(this.#nowMs() - this.#sinceMs)
  }

  /** Several may be open at once. One that was given up is no answer: it is owed until another one comes. */
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

  /** It answered, or another one stands in its place: what is still open counts from now. */
  restarted(): void {
    this.#sinceMs = this.#open > 0 ? this.#nowMs() : null
  }
}
