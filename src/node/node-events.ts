import type {Hash} from 'viem'

/** Node events for observers. Nobody waits for them. */
export class NodeEvents {
  readonly #onHead = new Set<() => void>()
  readonly #onAccepted = new Set<(hash: Hash) => void>()

  /** The head or the producer changed. */
  headMoved(): void {
    for (const listener of this.#onHead) listener()
  }

  /** The pool accepted a transaction. */
  accepted(hash: Hash): void {
    for (const listener of this.#onAccepted) listener(hash)
  }

  /** @returns unsubscribes */
  onHead(listener: () => void): () => void {
    this.#onHead.add(listener)
    return () => this.#onHead.delete(listener)
  }

  /** @returns unsubscribes */
  onAccepted(listener: (hash: Hash) => void): () => void {
    this.#onAccepted.add(listener)
    return () => this.#onAccepted.delete(listener)
  }
}
