import type {Clock} from '../../lib/clock.ts'

/** Sleeps until a moment, or until somebody has something to do. */
export class Alarm {
  readonly #clock: Clock
  #isAwake = true
  #interrupt: () => void = () => {}

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Ends the sleep, or makes the next one end at once. */
  wake(): void {
    this.#isAwake = true
    this.#interrupt()
  }

  /** @param untilMs monotonic; asked for only when there is need to sleep */
  async sleepUntil(untilMs: () => number): Promise<void> {
    if (!this.#isAwake) {
      const abort = new AbortController()
      this.#interrupt = () => abort.abort()
      await this.#sleep(untilMs(), abort.signal)
      this.#interrupt = () => {}
    }
    this.#isAwake = false
  }

  /** Sleeps through everything. */
  async pauseUntil(untilMs: number): Promise<void> {
    await this.#sleep(untilMs)
    this.#isAwake = false
  }

  async #sleep(untilMs: number, signal?: AbortSignal): Promise<void> {
    const ms = Math.max(0, untilMs - this.#clock.monotonicMs())
    await this.#clock.sleep(ms, signal).catch(() => {})
  }
}
