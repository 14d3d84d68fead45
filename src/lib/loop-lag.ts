/**
 * How long a request may have waited before this thread read it. In: beats of a timer. Out: milliseconds.
 *
 * The event loop reads a socket once in each round. A request that is read now came after the round before began, and a
 * busy machine makes rounds long: the time that the kernel held it is seen by nobody else.
 */

const BEAT_MS = 20

export class LoopLag {
  readonly #nowMs: () => number
  readonly #timer: NodeJS.Timeout
  #lastBeatMs: number
  #beatBeforeMs: number

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs
    this.#lastBeatMs = nowMs()
    this.#beatBeforeMs = this.#lastBeatMs
    this.#timer = setInterval(() => this.beat(), BEAT_MS).unref()
  }

  /** A round of the event loop begins. */
  beat(): void {
    this.#beatBeforeMs = this.#lastBeatMs
    this.#lastBeatMs = this.#nowMs()
  }

  /** At most this long ago did a request arrive that is read now, in milliseconds; 0 on a calm machine. */
  get ms(): number {
    return Math.max(0, this.#nowMs() - this.#beatBeforeMs - 2 * BEAT_MS)
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}
