/**
 * Requests take turns on the thread that has to meet the slot deadline. In: work that starts with
 * reading a body. Out: the same work, started in turn. Otherwise a burst on a hundred connections
 * would be read in one go, delaying the due block and the engine's next request batch.
 */
import {RPC_TURN_MS} from '../rpc-limits.ts'

export class Turns {
  readonly #mostMs: number
  #usedMs = 0
  #waiting: (() => void)[] = []
  #isRenewing = false

  /** @param mostMs of one turn of the event loop */
  constructor(mostMs = RPC_TURN_MS) {
    this.#mostMs = mostMs
  }

  /**
   * Starts at once if there is time in this turn of the event loop, otherwise in a later one, in
   * order.
   *
   * @param act receives the milliseconds it has waited
   */
  run<T>(act: (waitedMs: number) => Promise<T>): Promise<T> {
    const cameMs = performance.now()
    return new Promise((resolve, reject) => {
      const begin = () => {
        const startedMs = performance.now()
        act(startedMs - cameMs).then(resolve, reject)
        this.#usedMs += performance.now() - startedMs
      }
      if (this.#waiting.length === 0 && this.#usedMs < this.#mostMs) begin()
      else this.#waiting.push(begin)
      this.#renewSoon()
    })
  }

  #renewSoon(): void {
    if (this.#isRenewing) return
    this.#isRenewing = true
    setImmediate(() => {
      this.#isRenewing = false
      this.#usedMs = 0
      let begun = 0
      while (begun < this.#waiting.length && this.#usedMs < this.#mostMs) this.#waiting[begun++]!()
      this.#waiting = this.#waiting.slice(begun)
      if (this.#usedMs > 0) this.#renewSoon()
    })
  }
}
