/**
 * Keeps readers from seeing a block before it is in the chain log. The driver closes the gate while
 * the engine is ahead of the log; readers wait, and a read in progress during a revert is repeated.
 */
export class ReadGate {
  #opened: Promise<void> = Promise.resolve()
  #open: (() => void) | undefined
  #takenBack = 0

  close(): void {
    if (this.#open) return
    this.#opened = new Promise((resolve) => (this.#open = resolve))
  }

  /** The engine's head is durable. */
  open(): void {
    this.#open?.()
    this.#open = undefined
  }

  /** The engine exposed blocks that have been reverted. */
  openAfterRollback(): void {
    this.#takenBack++
    this.open()
  }

  /** Runs a read whose result covers durable blocks only. */
  async read<T>(act: () => Promise<T>): Promise<T> {
    for (;;) {
      await this.#opened
      const before = this.#takenBack
      const answer = await act().then(
        (value) => ({value}),
        (error: unknown) => ({error}),
      )
      await this.#opened
      if (before !== this.#takenBack) continue
      if ('error' in answer) throw answer.error
      return answer.value
    }
  }
}
