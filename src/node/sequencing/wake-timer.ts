import type {Clock} from '../../lib/clock.ts'

/** Created once: a separate reason for every wake-up costs more than the wake-up. */
const woken = new Error('woken')

/** Sleeps until a given time or until there is work. */
export class WakeTimer {
  readonly #clock: Clock
  #isAwake = true
  #isWakingSoon = false
  #interrupt: () => void = () => {}

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Ends the current sleep, or makes the next one end at once. */
  wake(): void {
    this.#isAwake = true
    this.#interrupt()
  }

  /** Wakes after a short delay; requests in the meantime share the same wake-up. */
  wakeSoon(ms: number): void {
    if (this.#isWakingSoon) return
    this.#isWakingSoon = true
    void this.#clock.sleep(ms).then(() => {
      this.#isWakingSoon = false
      this.wake()
    })
  }

  /** @param untilMs monotonic; evaluated only if a sleep is needed */
  async sleepUntil(untilMs: () => number): Promise<void> {
    if (!this.#isAwake) {
      const abort = new AbortController()
      this.#interrupt = () => abort.abort(woken)
      await this.#sleep(untilMs(), abort.signal)
      this.#interrupt = () => {}
    }
    this.#isAwake = false
  }

  /** A timer that never wakes. */
  async pauseUntil(untilMs: number): Promise<void> {
    await this.#sleep(untilMs)
    this.#isAwake = false
  }

  async #sleep(untilMs: number, signal?: AbortSignal): Promise<void> {
    const ms = Math.max(0, untilMs - this.#clock.monotonicMs())
    await this.#clock.sleep(ms, signal).catch(() => {})
  }
}
