import {formatDuration} from '../../lib/units.ts'
import {staleAfterMs, type Feed} from '../../services/live/feeds.ts'
import type {HeadsLook} from '../../services/live/heads.ts'
import type {DashboardSnapshot, Now, Row} from './model.ts'

/** Sources that are read at each head of a chain; the others are only polled. */
const chains: Readonly<Record<string, keyof DashboardSnapshot['heads']>> = {
  l2: 'l2',
  l1: 'l1',
  money: 'l1',
}

/** How new blocks for a source are noticed; null for a source that is read for other reasons. */
export function headsOf({heads}: DashboardSnapshot, source: string): HeadsLook | null {
  const chain = chains[source]
  return chain === undefined ? null : heads[chain]
}

/** Every source: how old its value is, how often it is asked, how long it took, and its last error. */
export function sourceRows(snapshot: DashboardSnapshot, now: Now): Row[] {
  const {feeds, extras} = snapshot
  const all: [string, Feed<unknown>][] = [...Object.entries(feeds), ...Object.entries(extras)]
  return all.map(([label, feed]) => sourceRow(label, feed, headsOf(snapshot, label), now))
}

function sourceRow(label: string, feed: Feed<unknown>, heads: HeadsLook | null, now: Now): Row {
  const {atMs, error, periodMs, tookMs} = feed
  if (periodMs === 0) return {label, value: 'none', tone: 'dim'}
  const ageMs = atMs === null ? null : Math.max(0, now.monotonicMs - atMs)
  const age = ageMs === null ? 'no answer yet' : `${formatDuration(ageMs / 1000)} old`
  const took = tookMs === null ? '' : `, took ${shortTime(tookMs)}`
  const every = `${heads?.state === 'pushed' ? 'at each head and ' : ''}every ${formatDuration(periodMs / 1000)}`
  const isStale = ageMs !== null && ageMs > staleAfterMs(periodMs)
  const failed = error
    ? `, failing for ${formatDuration((now.monotonicMs - error.sinceMs) / 1000)}: ${error.reason} [${error.code}]`
    : ''
  // Why there are none comes after a failure of the source itself, which matters more.
  return {
    label,
    value: `${age}, ${every}${took}${failed}${withoutHeads(heads)}`,
    tone: error ? 'critical' : isStale ? 'warn' : 'plain',
  }
}

function shortTime(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`
}

function withoutHeads(heads: HeadsLook | null): string {
  if (heads?.state !== 'polled') return ''
  const {endpoint, reason, code} = heads
  return `; no heads from ${endpoint ?? 'its WebSocket'}: ${reason} [${code}]`
}
