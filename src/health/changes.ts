import {keyOf, type HealthReport, type Issue} from './issue.ts'

/** A reported change. Advice is not reported. */
export type HealthChange =
  | {type: 'raised'; issue: Issue}
  | {type: 'changed'; issue: Issue; before: Issue['severity']}
  | {type: 'cleared'; issue: Issue}

/** The changes between two reports. Pure. */
export function changesBetween(before: HealthReport, after: HealthReport): HealthChange[] {
  const earlier = byKey(before)
  const later = byKey(after)
  const changes: HealthChange[] = []
  for (const [key, issue] of later) {
    const known = earlier.get(key)
    if (!known) changes.push({type: 'raised', issue})
    else if (known.severity !== issue.severity) {
      changes.push({type: 'changed', issue, before: known.severity})
    }
  }
  for (const [key, issue] of earlier) {
    if (!later.has(key)) changes.push({type: 'cleared', issue})
  }
  return changes
}

function byKey({issues}: HealthReport): Map<string, Issue> {
  return new Map(
    issues.filter(({severity}) => severity !== 'info').map((issue) => [keyOf(issue), issue]),
  )
}
