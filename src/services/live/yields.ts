import {createSnapshotStore, type SnapshotStore} from '../../lib/snapshot-store.ts'
import type {LstId} from '../../protocol/lst/providers.ts'
import type {Yield} from '../../protocol/lst/yield.ts'
import type {Context} from '../context.ts'
import type {LstLook} from '../health/lst.ts'
import {requireProvider} from '../lst/each.ts'
import {readYield} from '../lst/samples.ts'
import type {Feed} from './feeds.ts'

/** By provider; null: the endpoint has no earlier state. Missing while it has not been read. */
export type Yields = ReadonlyMap<LstId, Yield | null>

/** A yield over days does not change within a quarter of an hour, and reading it is a search over blocks. */
const YIELD_MS = 15 * 60_000

/**
 * Yields of the providers in a feed, read after it, one at a time, so that no other figure waits for
 * them. A failed reading keeps the last one.
 */
export function watchYields(
  context: Context,
  lst: SnapshotStore<Feed<LstLook>>,
  signal: AbortSignal,
): SnapshotStore<Yields> {
  const store = createSnapshotStore<Yields>(new Map())
  const readAt = new Map<LstId, number>()
  let busy = false
  const isDue = (id: LstId) => performance.now() - (readAt.get(id) ?? -Infinity) >= YIELD_MS
  const readDue = async (): Promise<void> => {
    if (busy) return
    busy = true
    const due =
      lst.get().value?.providers.filter(({state, id}) => state !== null && isDue(id)) ?? []
    for (const {id} of due) {
      if (signal.aborted) return
      readAt.set(id, performance.now())
      const found = await readYield(context, requireProvider(context, id)).catch(() => undefined)
      if (found !== undefined) store.set(new Map([...store.get(), [id, found]]))
    }
    busy = false
  }
  lst.subscribe(() => void readDue())
  return store
}
