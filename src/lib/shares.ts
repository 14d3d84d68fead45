/** A limited number of slots in total and per client. */
export class Shares {
  readonly #total: number
  readonly #each: number
  readonly #taken = new Map<string, number>()
  #count = 0

  constructor(total: number, each: number) {
    this.#total = total
    this.#each = each
  }

  /** @returns a function that releases the slot once; undefined when none is free */
  enter(client: string): (() => void) | undefined {
    const own = this.#taken.get(client) ?? 0
    if (this.#count >= this.#total || own >= this.#each) return undefined
    this.#count++
    this.#taken.set(client, own + 1)
    let isIn = true
    return () => {
      if (!isIn) return
      isIn = false
      this.#count--
      const left = (this.#taken.get(client) ?? 1) - 1
      if (left > 0) this.#taken.set(client, left)
      else this.#taken.delete(client)
    }
  }
}
