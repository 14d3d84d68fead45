import {issueIds, type HealthReport, type Issue} from '../../../health/issue.ts'
import {as, integer, list, nullable, object, shared, text, word} from '../build.ts'

const sourceName = word('A source.', [
  'l2',
  'l1',
  'money',
  'pos',
  'node',
  'machine',
  'endpoints',
  'settings',
])

/** Mirrors `Issue`. */
export const issue = shared(
  'issue',
  object<Issue>('One thing that is not as it should be, or that is worth doing.', {
    id: word('Its name, which never changes its meaning.', issueIds),
    subject: nullable(text('Which of several it is about; null where there is one.')),
    severity: word('`info` is advice: nothing is wrong.', ['info', 'warn', 'critical']),
    text: text('One clause, for people.'),
    sinceMs: nullable(
      integer('When it began, in milliseconds since 1970; null when nobody saw it begin.'),
    ),
    cost: text('Its consequence while it lasts.'),
    remedy: text('The command line that comes next.'),
    sources: list('Where the facts come from, the decisive one first.', sourceName),
  }),
)

/** Mirrors `HealthReport`. */
export const health = shared(
  'health',
  object<HealthReport>('How things stand: every surface decides by this.', {
    state: word('`unknown`: a source has not answered yet, and nothing worse is known.', [
      'ok',
      'unknown',
      'warn',
      'critical',
    ]),
    headline: text('The worst in one clause.'),
    remedy: nullable(text('The command line that comes next; null when there is nothing to do.')),
    issues: list('Worst first.', issue),
    unknown: list(
      'Sources without a current answer: figures that depend on them are unknown.',
      as(sourceName, 'A source.'),
    ),
  }),
)
