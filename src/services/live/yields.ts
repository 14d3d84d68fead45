import type {SnapshotStore} from '../../lib/snapshot-store.ts'
import type {LstId} from '../../protocol/lst/providers.ts'
import type {Yield} from '../../protocol/lst/yield.ts'
import type {Context} from '../context.ts'
import type {LstLook} from '../health/lst.ts'
import {requireProvider} from '../lst/each.ts'
import {readYield} from '../lst/samples.ts'
import type {Feed} from './feeds.ts'
import {watchProviderFigures} from './provider-figures.ts'

/** By provider; null: the endpoint has no earlier state. Missing while it has not been read. */
export type Yields = ReadonlyMap<LstId, Yield | null>

/** A yield over days does not change within a quarter of an hour, and reading it is a search over blocks. */
const YIELD_MS = 15 * 60_000

/** Yields of the providers in a feed. @param nowMs monotonic */
export function watchYields(
  context: Context,
  lst: SnapshotStore<Feed<LstLook>>,
  signal: AbortSignal,
  nowMs?: () => number,
): SnapshotStore<Yields> {
  const read = async (id: LstId) => readYield(context, requireProvider(context, id))
  return watchProviderFigures(lst, {everyMs: YIELD_MS, read, signal, nowMs})
}
