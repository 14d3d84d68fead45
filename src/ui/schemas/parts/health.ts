import {issueIds, type HealthReport, type Issue} from '../../../health/issue.ts'
import {as, integer, list, nullable, object, shared, text, word} from '../build.ts'

const sourceName = word('A source.', [
  'l2',
  'l1',
  'money',
  'lst',
  'pos',
  'node',
  'machine',
  'endpoints',
  'settings',
])

/** Mirrors `Issue`. */
export const issue = shared(
  'issue',
  object<Issue>('A problem, or an action worth taking.', {
    id: word('Stable id of the issue.', issueIds),
    subject: nullable(text('Subject, where there are several; null where there is only one.')),
    severity: word('`info` is advice; nothing is wrong.', ['info', 'warn', 'critical']),
    text: text('One human-readable clause.'),
    sinceMs: nullable(
      integer('Start time, in milliseconds since 1970; null when it was not observed.'),
    ),
    cost: text('Its consequence while it lasts.'),
    remedy: text('Next command to run.'),
    sources: list('Sources of the facts, the decisive one first.', sourceName),
  }),
)

/** Mirrors `HealthReport`. */
export const health = shared(
  'health',
  object<HealthReport>('State of health, the basis of every display and alert.', {
    state: word('`unknown`: a source has not responded yet, and nothing worse is known.', [
      'ok',
      'unknown',
      'warn',
      'critical',
    ]),
    headline: text('Worst issue in one clause.'),
    remedy: nullable(text('Next command to run; null when there is nothing to do.')),
    issues: list('Worst first.', issue),
    unknown: list(
      'Sources without a current response; values that depend on them are unknown.',
      as(sourceName, 'A source.'),
    ),
  }),
)
