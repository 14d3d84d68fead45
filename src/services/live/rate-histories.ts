import {createSnapshotStore, type SnapshotStore} from '../../lib/snapshot-store.ts'
import type {LstId} from '../../protocol/lst/providers.ts'
import type {Context} from '../context.ts'
import type {LstLook} from '../health/lst.ts'
import {readHistory, type LstHistory} from '../lst/history.ts'
import type {Feed} from './feeds.ts'

/** Rates and pool prices by provider, with the wall clock of their reading in milliseconds. */
export type RateHistories = ReadonlyMap<LstId, {history: LstHistory; atMs: number}>

/** The same span as the yield. */
const SHOWN = {days: 30, points: 16}
/** A search over blocks, of figures that move by the day. */
const READ_MS = 30 * 60_000

/**
 * Histories of the providers in a feed, one at a time. A failed reading keeps the last one, and is
 * tried again when the next is due.
 */
export function watchRateHistories(
  context: Context,
  lst: SnapshotStore<Feed<LstLook>>,
  signal: AbortSignal,
): SnapshotStore<RateHistories> {
  const store = createSnapshotStore<RateHistories>(new Map())
  const askedAt = new Map<LstId, number>()
  let busy = false
  const isDue = (id: LstId) => performance.now() - (askedAt.get(id) ?? -Infinity) >= READ_MS
  const readDue = async (): Promise<void> => {
    if (busy) return
    busy = true
    const due = lst.get().value?.providers.filter(({state, id}) => state !== null && isDue(id))
    for (const {id} of due ?? []) {
      if (signal.aborted) return
      askedAt.set(id, performance.now())
      const history = await readHistory(context, id, SHOWN).catch(() => undefined)
      if (history) store.set(new Map([...store.get(), [id, {history, atMs: Date.now()}]]))
    }
    busy = false
  }
  lst.subscribe(() => void readDue())
  void readDue()
  return store
}
