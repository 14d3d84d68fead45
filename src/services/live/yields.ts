import {createSnapshotStore, type SnapshotStore} from '../../lib/snapshot-store.ts'
import type {LstId} from '../../protocol/lst/providers.ts'
import type {Yield} from '../../protocol/lst/yield.ts'
import type {Context} from '../context.ts'
import type {LstLook} from '../health/lst.ts'
import {requireProvider} from '../lst/each.ts'
import {readYield} from '../lst/samples.ts'
import {staleAfterMs, type Feed} from './feeds.ts'

/** By provider; null: the endpoint has no earlier state. Missing while it has not been read. */
export type Yields = ReadonlyMap<LstId, Yield | null>

/** A yield over days does not change within a quarter of an hour, and reading it is a search over blocks. */
const YIELD_MS = 15 * 60_000

/**
 * Yields of the providers in a feed, read after it, one at a time, so that no other figure waits for
 * them. A failed reading keeps the last one, as long as that is not stale.
 *
 * @param nowMs monotonic
 */
export function watchYields(
  context: Context,
  lst: SnapshotStore<Feed<LstLook>>,
  signal: AbortSignal,
  nowMs: () => number = () => performance.now(),
): SnapshotStore<Yields> {
  const store = createSnapshotStore<Yields>(new Map())
  const askedAt = new Map<LstId, number>()
  const readAt = new Map<LstId, number>()
  let busy = false
  const isDue = (id: LstId) => nowMs() - (askedAt.get(id) ?? -Infinity) >= YIELD_MS
  const isStale = (id: LstId) => nowMs() - (readAt.get(id) ?? -Infinity) > staleAfterMs(YIELD_MS)
  const read = async (id: LstId) => readYield(context, requireProvider(context, id))
  const readDue = async (): Promise<void> => {
    if (busy) return
    busy = true
    const due =
      lst.get().value?.providers.filter(({state, id}) => state !== null && isDue(id)) ?? []
    for (const {id} of due) {
      if (signal.aborted) return
      askedAt.set(id, nowMs())
      const found = await read(id).catch(() => undefined)
      if (found !== undefined) {
        readAt.set(id, nowMs())
        store.set(new Map([...store.get(), [id, found]]))
      } else if (isStale(id)) store.set(new Map([...store.get()].filter(([each]) => each !== id)))
    }
    busy = false
  }
  lst.subscribe(() => void readDue())
  return store
}
