/** Places of which there are so many in all, and so many for one client. */
export class Shares {
  readonly #total: number
  readonly #each: number
  readonly #taken = new Map<string, number>()
  #count = 0

  constructor(total: number, each: number) {
    this.#total = total
    this.#each = each
  }

  /** @returns what gives the place back, once; undefined when there is none */
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
