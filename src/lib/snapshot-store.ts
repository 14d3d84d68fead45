/** Holds one current value and tells listeners when it is replaced. */
export interface SnapshotStore<T> {
  get(): T
  /** Replaces the value, which must never be mutated. */
  set(value: T): void
  /** @returns ends the subscription */
  subscribe(listener: () => void): () => void
}

export function createSnapshotStore<T>(initial: T): SnapshotStore<T> {
  let value = initial
  const listeners = new Set<() => void>()
  return {
    get: () => value,
    set(next) {
      value = next
      for (const listener of listeners) listener()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
