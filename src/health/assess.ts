/**
 * The only place that assesses health. `status`, `dashboard`, `node status`, the node's readiness
 * and metrics, and events use its result; none of them decides again.
 */
import {
  isOutOfSight,
  keyOf,
  worstFirst,
  type HealthReport,
  type HealthState,
  type Issue,
  type SourceName,
} from './issue.ts'
import {toIssue, viewOf, type Finding, type Rule, type View} from './rule.ts'
import {chainRules} from './rules/chain.ts'
import {consensusRules} from './rules/consensus.ts'
import {lstRules} from './rules/lst.ts'
import {machineRules} from './rules/machine.ts'
import {moneyRules} from './rules/money.ts'
import {nodeRules} from './rules/node.ts'
import type {HealthSnapshot, Now} from './snapshot.ts'

/** In the display order of issues of one severity. */
const rules: readonly Rule[] = [
  ...nodeRules,
  ...chainRules,
  ...consensusRules,
  ...machineRules,
  ...moneyRules,
  ...lstRules,
]

/**
 * Pure.
 *
 * @param previous the previous report, which says when issues began; null for the first
 */
export function assess(
  snapshot: HealthSnapshot,
  previous: HealthReport | null,
  now: Now,
): HealthReport {
  const view = viewOf(snapshot, now)
  const known = new Map(previous?.issues.map((issue) => [keyOf(issue), issue]))
  // Without history of its source, an issue may have begun at any time.
  const first = (finding: Finding) =>
    previous && !isOutOfSight(finding, previous) ? now.wallMs : null
  const unknown = unknownOf(view)
  const found = rules
    .flatMap((rule) => rule(view))
    .map((finding) =>
      toIssue(finding, known.get(keyOf({subject: null, ...finding})), first(finding)),
    )
  const issues = worstFirst([...found, ...unseen(previous, {issues: found, unknown})])
  const [worst] = issues
  const state = stateOf(worst?.severity, unknown)
  return {
    state,
    headline: headlineOf(view, state, worst?.text),
    remedy: worst?.remedy ?? null,
    issues,
    unknown,
  }
}

/** An issue of a source that no longer responds has not ended just because it cannot be seen. */
function unseen(
  previous: HealthReport | null,
  now: Pick<HealthReport, 'issues' | 'unknown'>,
): Issue[] {
  const names = new Set(now.issues.map(keyOf))
  return (previous?.issues ?? []).filter(
    (issue) => issue.severity !== 'info' && isOutOfSight(issue, now) && !names.has(keyOf(issue)),
  )
}

const sourceNames = [
  ...(['l2', 'l1', 'money', 'lst', 'pos', 'node', 'machine', 'endpoints'] as const),
]

function unknownOf(view: View): SourceName[] {
  return sourceNames.filter((name) => !view[name].known && view[name].why !== 'absent')
}

function stateOf(
  worst: 'info' | 'warn' | 'critical' | undefined,
  unknown: readonly SourceName[],
): HealthState {
  if (worst === 'critical' || worst === 'warn') return worst
  return unknown.length > 0 ? 'unknown' : 'ok'
}

function headlineOf({l2}: View, state: HealthState, worst: string | undefined): string {
  switch (state) {
    case 'ok':
      return l2.known && l2.value.epoch?.mine ? 'you are producing' : 'in order'
    case 'unknown':
      return l2.known ? 'not everything has answered yet' : 'asking L2'
    case 'warn':
    case 'critical':
      return worst ?? ''
  }
}
