/**
 * Requests take turns on the thread that has a slot to meet. In: work that begins with reading a body. Out: the same, begun
 * when its turn comes. A burst on a hundred connections would otherwise be read in one go, and the block that is due, and
 * the engine that waits for its next batch, would wait for all of it.
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
   * Begins at once while there is time in this turn of the event loop, and otherwise in one of the next, in order.
   *
   * @param act is told for how many milliseconds it has waited
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
