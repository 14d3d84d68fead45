import {Flags} from '@oclif/core'

import type {HealthState, Issue} from '../health/issue.ts'
import type {ExitName} from '../lib/exit-codes.ts'

const least = ['warn', 'critical'] as const
type Least = (typeof least)[number]

export const failOnFlag = Flags.option({
  options: least,
  description: 'Exit with 11 for warnings or 12 for critical issues, from this severity on.',
})

/** The exit code of a health check. Unknown is not ok: a script must be able to tell. */
export function healthExit({state}: {state: HealthState}, from: Least = 'warn'): ExitName {
  switch (state) {
    case 'ok':
      return 'ok'
    case 'warn':
      return from === 'critical' ? 'ok' : 'degraded'
    case 'unknown':
    case 'critical':
      return 'critical'
  }
}

export function issuesExit(issues: readonly Issue[], from: Least): ExitName {
  const has = (severity: Issue['severity']) => issues.some((issue) => issue.severity === severity)
  return healthExit({state: has('critical') ? 'critical' : has('warn') ? 'warn' : 'ok'}, from)
}
