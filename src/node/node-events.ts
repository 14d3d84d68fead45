import type {Hash} from 'viem'

/** Word of what happens, for those who only look on. Nobody waits for them. */
export class NodeEvents {
  readonly #onHead = new Set<() => void>()
  readonly #onAccepted = new Set<(hash: Hash) => void>()

  /** The head moved, or the turn. */
  headMoved(): void {
    for (const listener of this.#onHead) listener()
  }

  /** The pool took a transaction. */
  accepted(hash: Hash): void {
    for (const listener of this.#onAccepted) listener(hash)
  }

  /** @returns ends it */
  onHead(listener: () => void): () => void {
    this.#onHead.add(listener)
    return () => this.#onHead.delete(listener)
  }

  /** @returns ends it */
  onAccepted(listener: (hash: Hash) => void): () => void {
    this.#onAccepted.add(listener)
    return () => this.#onAccepted.delete(listener)
  }
}
