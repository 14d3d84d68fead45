import {MetisSeqError, messageOf} from '../lib/errors.ts'
import {createSnapshotStore, type SnapshotStore} from '../lib/snapshot-store.ts'

/** The last good value of one source, and how the latest attempt went. */
export interface Feed<T> {
  /** Null until the first answer. */
  value: T | null
  /** Monotonic time of that answer in milliseconds; null until then. */
  atMs: number | null
  /** Why the latest attempt failed; null when it did not. */
  error: string | null
  periodMs: number
}

export interface Poller<T> {
  store: SnapshotStore<Feed<T>>
  /** Asks at once, for `r`. */
  refresh(): void
}

export interface PollerOptions<T> {
  periodMs: number
  read(): Promise<T>
  /** Called with each new value and the one before it. */
  onValue?(value: T, before: T | null): void
  signal: AbortSignal
}

const MAX_BACKOFF = 8

/**
 * Asks one source again and again. A source that fails keeps its last good value and is asked less
 * often, up to eight times the period; it never stops the others.
 */
export function startPoller<T>({periodMs, read, onValue, signal}: PollerOptions<T>): Poller<T> {
  const store = createSnapshotStore<Feed<T>>({value: null, atMs: null, error: null, periodMs})
  let failures = 0
  let timer: NodeJS.Timeout | undefined
  let busy = false

  async function ask(): Promise<void> {
    if (busy || signal.aborted) return
    busy = true
    const before = store.get()
    try {
      const value = await read()
      failures = 0
      if (signal.aborted) return
      store.set({value, atMs: performance.now(), error: null, periodMs})
      onValue?.(value, before.value)
    } catch (error) {
      failures++
      if (!signal.aborted) store.set({...before, error: reasonOf(error)})
    } finally {
      busy = false
      schedule()
    }
  }

  function schedule(): void {
    clearTimeout(timer)
    if (signal.aborted) return
    timer = setTimeout(() => void ask(), periodMs * Math.min(2 ** failures, MAX_BACKOFF))
  }

  signal.addEventListener('abort', () => clearTimeout(timer), {once: true})
  void ask()
  return {store, refresh: () => void ask()}
}

function reasonOf(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof MetisSeqError) return at.message
  }
  return messageOf(error).split('\n')[0] ?? 'unknown'
}
