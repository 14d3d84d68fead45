import {createSnapshotStore, type SnapshotStore} from '../../lib/snapshot-store.ts'
import type {LstId} from '../../protocol/lst/providers.ts'
import type {LstLook} from '../health/lst.ts'
import {staleAfterMs, type Feed} from './feeds.ts'

export interface FigureOptions<T> {
  everyMs: number
  read(id: LstId): Promise<T>
  signal: AbortSignal
  /** Monotonic. */
  nowMs?: (() => number) | undefined
}

/**
 * Slow figures of the providers in a feed, read after it and one at a time, so that no other figure waits
 * for them. A failed reading keeps the last one until it is stale, and is tried again when the next is due.
 */
export function watchProviderFigures<T>(
  lst: SnapshotStore<Feed<LstLook>>,
  {everyMs, read, signal, nowMs = () => performance.now()}: FigureOptions<T>,
): SnapshotStore<ReadonlyMap<LstId, T>> {
  const store = createSnapshotStore<ReadonlyMap<LstId, T>>(new Map())
  const askedAt = new Map<LstId, number>()
  const readAt = new Map<LstId, number>()
  let busy = false
  const sinceMs = (times: ReadonlyMap<LstId, number>, id: LstId) =>
    nowMs() - (times.get(id) ?? -Infinity)
  const readOne = async (id: LstId): Promise<void> => {
    askedAt.set(id, nowMs())
    try {
      const found = await read(id)
      readAt.set(id, nowMs())
      store.set(new Map([...store.get(), [id, found]]))
    } catch {
      if (sinceMs(readAt, id) <= staleAfterMs(everyMs)) return
      store.set(new Map([...store.get()].filter(([each]) => each !== id)))
    }
  }
  const readDue = async (): Promise<void> => {
    if (busy) return
    busy = true
    for (const {id, state} of lst.get().value?.providers ?? []) {
      if (signal.aborted) return
      if (state !== null && sinceMs(askedAt, id) >= everyMs) await readOne(id)
    }
    busy = false
  }
  lst.subscribe(() => void readDue())
  void readDue()
  return store
}
