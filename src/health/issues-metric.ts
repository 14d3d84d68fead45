import {gauge, type Metric} from '../lib/exposition.ts'
import type {Finding} from './rule.ts'

/** The current issues for Prometheus, under the ids of `status --json`. */
export function issuesMetric(
  issues: readonly (Pick<Finding, 'id' | 'severity'> & {subject?: string | null})[],
): Metric {
  return gauge(
    'metis_seq_issue',
    '1 for each current issue of the health report.',
    issues.map(({id, subject, severity}) => ({
      labels: {id, subject: subject ?? '', severity},
      value: 1,
    })),
  )
}
