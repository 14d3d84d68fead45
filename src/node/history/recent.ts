/** Recently used values, up to a total weight. */
export class Recent<T> {
  readonly #limit: number
  readonly #weigh: (item: T) => number
  readonly #items = new Map<string, T>()
  #weight = 0

  constructor(limit: number, weigh: (item: T) => number) {
    this.#limit = limit
    this.#weigh = weigh
  }

  get(name: string): T | undefined {
    const item = this.#items.get(name)
    if (item === undefined) return undefined
    this.#items.delete(name)
    this.#items.set(name, item)
    return item
  }

  set(name: string, item: T): T {
    this.#items.set(name, item)
    this.#weight += this.#weigh(item)
    for (const [oldest, old] of this.#items) {
      if (this.#weight <= this.#limit || old === item) break
      this.#items.delete(oldest)
      this.#weight -= this.#weigh(old)
    }
    return item
  }
}
