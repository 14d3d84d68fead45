import type {SnapshotStore} from '../../lib/snapshot-store.ts'
import type {LstId} from '../../protocol/lst/providers.ts'
import type {Context} from '../context.ts'
import type {LstLook} from '../health/lst.ts'
import {readHistory, type LstHistory} from '../lst/history.ts'
import type {Feed} from './feeds.ts'
import {watchProviderFigures} from './provider-figures.ts'

/** Rates and pool prices by provider, with the wall clock of their reading in milliseconds. */
export type RateHistories = ReadonlyMap<LstId, {history: LstHistory; atMs: number}>

/** The same span as the yield. */
const SHOWN = {days: 30, points: 16}
/** A search over blocks, of figures that move by the day. */
const READ_MS = 30 * 60_000

/** Histories of the providers in a feed. */
export function watchRateHistories(
  context: Context,
  lst: SnapshotStore<Feed<LstLook>>,
  signal: AbortSignal,
): SnapshotStore<RateHistories> {
  const read = async (id: LstId) => {
    const history = await readHistory(context, id, SHOWN)
    return {history, atMs: Date.now()}
  }
  return watchProviderFigures(lst, {everyMs: READ_MS, read, signal})
}
