/** Limits the average rate per second and allows a burst of a few seconds' worth. */
export class TokenBucket {
  readonly #perSecond: number
  readonly #burst: number
  #tokens: number
  #atMs: number

  constructor(rate: {perSecond: number; burst: number}, nowMs: number) {
    this.#perSecond = rate.perSecond
    this.#burst = rate.burst
    this.#tokens = rate.burst
    this.#atMs = nowMs
  }

  /** @returns false when the limit is exceeded; then nothing is consumed */
  take(amount: number, nowMs: number): boolean {
    const earned = ((nowMs - this.#atMs) / 1000) * this.#perSecond
    this.#tokens = Math.min(this.#burst, this.#tokens + Math.max(0, earned))
    this.#atMs = nowMs
    if (amount > this.#tokens) return false
    this.#tokens -= amount
    return true
  }
}
