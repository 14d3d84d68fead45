/** What the rows of several panels share. */
import type {IssueId} from '../../health/issue.ts'
import {answerOf} from '../../health/snapshot.ts'
import {formatDuration, shortHex} from '../../lib/units.ts'
import {toSource, type Feed} from '../../services/live/feeds.ts'
import type {Around, Now, Row, Tone} from './model.ts'

/** The time that this many blocks take. While no blocks arrive the time is unknown, and the text says so. */
export function etaOf(blocks: bigint, {snapshot, health, now}: Around): string {
  const {setting, blockMs, feeds} = snapshot
  const duration = formatDuration((Number(blocks) * (blockMs ?? setting.slotMs)) / 1000)
  const l2 = answerOf(toSource(feeds.l2), now)
  if (!l2.known) return `${duration} once L2 responds again`
  return toneOf(health.issues, ['l2-stalled', 'own-turn-silent'])
    ? `${duration} once blocks arrive again`
    : duration
}

/** A value of another source than the panel's own: with its age once that source gives no current one. */
export function textOf<T>(feed: Feed<T>, now: Now, show: (value: T) => string): string {
  if (feed.value === null || feed.atMs === null) return 'unknown'
  const text = show(feed.value)
  if (answerOf(toSource(feed), now).known) return text
  return `${text}, read ${formatDuration((now.monotonicMs - feed.atMs) / 1000)} ago`
}

/** The worst tone of these issues; undefined while there is none. */
export function toneOf(
  issues: Around['health']['issues'],
  ids: readonly IssueId[],
): Tone | undefined {
  const worst = issues.find(({id, severity}) => ids.includes(id) && severity !== 'info')
  return worst && (worst.severity === 'critical' ? 'critical' : 'warn')
}

export function nameOf({signer, mine}: {signer: string; mine: boolean}): string {
  return mine ? '◆ YOU' : shortHex(signer)
}

export function row(label: string, value: string, tone: Tone = 'plain'): Row {
  return {label, value, tone}
}
