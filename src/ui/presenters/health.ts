import type {HealthReport, Issue} from '../../health/issue.ts'

const words = {critical: 'CRIT', warn: 'WARN', info: 'info'} as const

/** The state of health in one word. */
export const stateWords = {ok: 'OK', unknown: 'WAIT', warn: 'WARN', critical: 'CRIT'} as const

/**
 * Every issue with its cost and its command; empty while there is none.
 *
 * @param page the command that prints them, so that it never recommends itself
 */
export function issueLines({issues}: Pick<HealthReport, 'issues'>, page?: string): string[] {
  return issues.flatMap((issue) => [
    `${words[issue.severity]}  ${issue.text}${beginOf(issue)}`,
    `      ${issue.cost}`,
    ...(page !== undefined && issue.remedy.startsWith(`metis-seq ${page} `)
      ? []
      : [`      \`${issue.remedy}\``]),
  ])
}

function beginOf({sinceMs}: Issue): string {
  if (sinceMs === null) return ''
  return `, since ${new Date(sinceMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}
