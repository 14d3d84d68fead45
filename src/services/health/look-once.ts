import type {HealthReport} from '../../health/issue.ts'
import type {Now, Source} from '../../health/snapshot.ts'
import {failureOf} from '../../lib/failure.ts'
import type {Context} from '../context.ts'
import {settingOf} from './setting.ts'
import {assessSources, readersOf, type Looks, type SourceKey, type Sources} from './sources.ts'

/**
 * Queries every source once, in parallel. A failing source affects only its own part.
 *
 * @param kept answers of an earlier reading that still count; their sources are not queried
 */
export async function lookOnce(
  context: Context,
  kept: Pick<Partial<Sources>, 'lst'> = {},
): Promise<Sources> {
  const readers = readersOf(context)
  const ask = async <K extends SourceKey>(key: K): Promise<Source<Looks[K]>> => {
    const read: (() => Promise<Looks[K]>) | null = readers[key]
    return askOnce(read)
  }
  const [l2, l1, money, lst, pos, node, machine, endpoints] = await Promise.all([
    ask('l2'),
    ask('l1'),
    ask('money'),
    kept.lst ?? ask('lst'),
    ask('pos'),
    ask('node'),
    ask('machine'),
    ask('endpoints'),
  ])
  return {l2, l1, money, lst, pos, node, machine, endpoints}
}

/** One answer of a source, or why there is none. Never throws. @param read null: there is no such source */
export async function askOnce<T>(read: (() => Promise<T>) | null): Promise<Source<T>> {
  if (!read) return {state: 'absent'}
  try {
    const value = await read()
    return {state: 'answered', value, atMs: performance.now(), staleAfterMs: null}
  } catch (error) {
    return {state: 'failing', ...failureOf(error), sinceMs: null, last: null}
  }
}

/** Health from a single reading, without history. */
export function healthOf(context: Context, sources: Sources, now: Now = nowOf()): HealthReport {
  return assessSources(settingOf(context), sources, null, now)
}

export function nowOf(): Now {
  return {wallMs: Date.now(), monotonicMs: performance.now()}
}
