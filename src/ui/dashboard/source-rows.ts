import {formatDuration} from '../../lib/units.ts'
import {staleAfterMs, type Feed} from '../../services/live/feeds.ts'
import type {DashboardSnapshot, Now, Row} from './model.ts'

/** Every source: how old its value is, how often it is asked, how long it took, and its last error. */
export function sourceRows({feeds, extras}: DashboardSnapshot, now: Now): Row[] {
  const all: [string, Feed<unknown>][] = [...Object.entries(feeds), ...Object.entries(extras)]
  return all.map(([label, feed]) => sourceRow(label, feed, now))
}

function sourceRow(label: string, feed: Feed<unknown>, now: Now): Row {
  const {atMs, error, periodMs, tookMs} = feed
  if (periodMs === 0) return {label, value: 'none', tone: 'dim'}
  const ageMs = atMs === null ? null : Math.max(0, now.monotonicMs - atMs)
  const age = ageMs === null ? 'no answer yet' : `${formatDuration(ageMs / 1000)} old`
  const took = tookMs === null ? '' : `, took ${Math.round(tookMs)} ms`
  const every = `every ${formatDuration(periodMs / 1000)}`
  const isStale = ageMs !== null && ageMs > staleAfterMs(periodMs)
  const failed = error
    ? `, failing for ${formatDuration((now.monotonicMs - error.sinceMs) / 1000)}: ${error.reason} [${error.code}]`
    : ''
  return {
    label,
    value: `${age}, ${every}${took}${failed}`,
    tone: error ? 'critical' : isStale ? 'warn' : 'plain',
  }
}
