/** All chance of a run, from one seed: xorshift128+ on 32-bit words, the same on every machine. */
export class Random {
  #a: number
  #b: number
  #c: number
  #d: number

  constructor(seed: number) {
    this.#a = 0x9e3779b9 ^ seed
    this.#b = 0x243f6a88 + seed
    this.#c = 0xb7e15162
    this.#d = (seed * 0x85ebca6b) | 1
    for (let round = 0; round < 20; round++) this.next()
  }

  /** From 0 to 1, 1 excluded. */
  next(): number {
    // Source: sfc32, PractRand.
    const sum = (((this.#a + this.#b) | 0) + this.#d) | 0
    this.#d = (this.#d + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (this.#c << 21) | (this.#c >>> 11)
    this.#c = (this.#c + sum) | 0
    return (sum >>> 0) / 4_294_967_296
  }

  chance(probability: number): boolean {
    return probability > 0 && this.next() < probability
  }

  /** A whole number, both ends included. */
  int(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1))
  }

  pick<T>(items: readonly T[]): T {
    return items[this.int(0, items.length - 1)]!
  }

  /** Another stream, so that more draws in one part do not change another. */
  fork(): Random {
    return new Random(this.int(0, 2 ** 31))
  }
}
