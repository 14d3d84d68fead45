import {noticeTypes} from '../../health/alerts/decide.ts'
import {issueIds} from '../../health/issue.ts'
import type {AlertList, ListedAlert, ToldNotice} from '../../services/alerts/alert-book.ts'
import {outputKinds} from '../../services/alerts/document.ts'
import type {RuleView} from '../../services/alerts/rules.ts'
import type {OutputTest} from '../../services/alerts/test-outputs.ts'
import type {deadManJson, noticeJson, outputJson} from '../presenters/alert.ts'
import {
  as,
  count,
  decimal,
  flag,
  foreignObject,
  isoTime,
  list,
  mapOf,
  nullable,
  object,
  shared,
  text,
  word,
} from './build.ts'
import type {CommandSchemas} from './document.ts'

const severity = word('Severity of the alert.', ['warn', 'critical'])
const rule = word('Id of the health rule.', issueIds)
const subject = nullable(text('Subject, where there are several; null: the rule as a whole.'))
const alertName = text('The alert: its rule, and its subject where there are several.')
const time = (what: string) => count(`${what}, in milliseconds since 1970.`)
const noticeType = word('Kind of notice.', noticeTypes)
const kind = word('Kind of output.', outputKinds)

const output = shared(
  'alertOutput',
  object<ReturnType<typeof outputJson>>('A place that alerts go to, without its secret.', {
    name: text('Name of the output.'),
    kind,
    minSeverity: word('Alerts below it are not sent there.', ['warn', 'critical']),
    target: text('Scheme and host, chat, recipients or program.'),
    secretFile: nullable(
      text('File with its secret; null when alerts.json holds it, or there is none.'),
    ),
  }),
)

const deadMan = nullable(
  object<ReturnType<typeof deadManJson>>('The dead-man ping; null without one.', {
    target: text('Scheme and host of its URL.'),
    secretFile: nullable(text('File with the URL; null when alerts.json holds it.')),
    everySeconds: count('Interval in seconds.'),
  }),
)

const ruleView = shared(
  'alertRule',
  object<RuleView>('How one rule is reported.', {
    rule,
    severity: nullable(as(severity, 'Fixed by the profile; null: that of the issue.')),
    off: flag('True when its alerts are off.'),
    holdSeconds: decimal('Time that an issue has to last before it is reported.', 0),
    repeatSeconds: object('Interval of the reminders by severity; 0: none.', {
      warn: decimal('Of a warning.', 0),
      critical: decimal('Of a critical alert.', 0),
    }),
    limits: mapOf('Limits of the rule by name; empty where none can be changed.', {type: 'number'}),
    isChanged: flag('True when the profile replaces a default.'),
  }),
)

const silence = object<AlertList['silences'][number]>('A silence.', {
  rule,
  subject,
  untilMs: time('Its end'),
})

const listed = object<ListedAlert>('An alert.', {
  alert: alertName,
  rule,
  subject,
  severity,
  text: text('One human-readable clause.'),
  remedy: text('Next command to run.'),
  sinceMs: time('When it was first seen'),
  goneMs: nullable(
    time(
      'Since when the issue is gone; the end is told once that has lasted; null while it is there',
    ),
  ),
  toldMs: nullable(time('When somebody was last told; null: never')),
  told: count('How often somebody was told.'),
  acknowledged: flag('True when there are no reminders until it is over or gets worse.'),
  silenced: flag('True while a silence covers it.'),
})

const record = object<AlertList['outputs'][number]>('Deliveries of an output.', {
  output: text('Name of the output.'),
  pending: count('Notices that it still has to deliver.'),
  dropped: count('Notices that were given up since the last delivery that worked.'),
  droppedEver: count('The same since it exists.'),
  sentEver: count('Notices that were delivered.'),
  lastSentMs: nullable(time('The last delivery; null: none')),
  failure: nullable(
    object('Why deliveries fail; null while they do not.', {
      reason: text('A clause without secrets.'),
      sinceMs: time('Since when'),
    }),
  ),
})

const told = object<ToldNotice>('A notice.', {
  atMs: time('When it was decided'),
  type: noticeType,
  alert: alertName,
  severity,
  text: text('One human-readable clause.'),
  deliveries: list(
    'Outputs that it was for.',
    object<ToldNotice['deliveries'][number]>('A delivery.', {
      output: text('Name of the output.'),
      state: word('`dropped`: the queue was full, or it was too old. `refused`: for good.', [
        'pending',
        'sent',
        'dropped',
        'refused',
      ]),
      atMs: nullable(time('When it ended; null while it waits or was dropped unsent')),
    }),
  ),
})

export const alertSchemas: CommandSchemas = {
  'alert ack': {
    data: object('The acknowledged alert.', {
      alert: alertName,
      severity,
      text: text('One human-readable clause.'),
    }),
  },
  'alert dead-man': {data: object('The dead-man ping.', {deadMan})},
  'alert history': {data: object('Past notices.', {notices: list('Newest first.', told)})},
  'alert list': {
    data: object<AlertList>('Alerts as of the last look of a monitor.', {
      lookedMs: nullable(time('That look; null: none yet')),
      isWatched: flag(
        'False when no monitor has looked for 90 s, so that newer alerts are missing.',
      ),
      alerts: list('Critical ones first.', listed),
      silences: list('In force.', silence),
      outputs: list('By name.', record),
    }),
  },
  'alert output add': {data: output},
  'alert output list': {
    data: object('Outputs.', {
      file: text('File that holds them.'),
      outputs: list('In the order in which they were added.', output),
      deadMan,
    }),
  },
  'alert output remove': {data: output},
  'alert output schema': {data: foreignObject('The JSON Schema of alerts.json.')},
  'alert set': {data: ruleView},
  'alert silence': {
    data: object('The silence.', {
      rule,
      subject,
      untilMs: nullable(time('Its end; null: it has ended')),
    }),
  },
  'alert test': {
    data: object('Results by output.', {
      outputs: list(
        'By output.',
        object<OutputTest>('A result.', {
          output: text('Name of the output.'),
          kind,
          isDelivered: flag('True when the output accepted the message.'),
          reason: nullable(text('Why it did not, without secrets; null when it did.')),
          elapsedMs: count('Duration in milliseconds.'),
        }),
      ),
    }),
  },
}

export const monitorSchemas: CommandSchemas = {
  'monitor export-rules': {
    data: object('Sample rules or a dashboard.', {
      format: word('Format of the document.', ['prometheus', 'grafana']),
      file: nullable(text('File that it was written to; null: none.')),
      document: text('The document itself: YAML or JSON.'),
    }),
  },
  'monitor rules': {
    data: object('Every rule.', {rules: list('In the order of docs/health.md.', ruleView)}),
  },
  'monitor run': {
    line: object<ReturnType<typeof noticeJson>>('A notice.', {
      type: noticeType,
      at: isoTime('When it was decided.'),
      alert: alertName,
      rule,
      subject,
      severity,
      text: text('One human-readable clause.'),
      remedy: text('Next command to run.'),
    }),
    data: object('End of the stream.', {
      notices: count('Notices since the start.'),
      url: nullable(text('Address of the server; null: nothing was served.')),
    }),
  },
}
