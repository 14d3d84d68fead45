/** Alerts, their outputs and rules, as text and as JSON. */
import {redactUrl} from '../../lib/redact.ts'
import {counted, formatCount, formatDuration} from '../../lib/units.ts'
import type {Notice} from '../../health/alerts/decide.ts'
import type {AlertList, ToldNotice} from '../../services/alerts/alert-book.ts'
import type {AlertsDocument, OutputSettings, SecretSource} from '../../services/alerts/document.ts'
import {headlineOf, toMessageNotice} from '../../services/alerts/message.ts'
import type {RuleView} from '../../services/alerts/rules.ts'
import type {OutputTest} from '../../services/alerts/test-outputs.ts'
import {fields, narrowTable, table} from './table.ts'

export function alertListText(
  {alerts, silences, outputs, lookedMs, isWatched}: AlertList,
  nowMs: number,
): string {
  const failing = outputs.filter(({failure}) => failure !== null)
  return [
    alerts.length === 0
      ? noneText(lookedMs, isWatched)
      : narrowTable(
          ['alert', 'severity', 'for', 'told', 'text', 'next'],
          alerts.map((alert) => [
            alert.alert,
            alert.severity,
            lastsText(alert, nowMs),
            toldText(alert),
            alert.text,
            alert.remedy,
          ]),
        ),
    ...silences.map(
      ({rule, subject, untilMs}) =>
        `Silenced: ${[rule, subject ?? ''].join(' ').trim()} until ${iso(untilMs)}.`,
    ),
    ...failing.map(
      ({output, failure, pending, dropped}) =>
        `Output ${output} has failed for ${ago(failure!.sinceMs, nowMs)}: ${failure!.reason}. ${counted(pending, 'notice')} pending, ${formatCount(dropped)} lost since the last delivery.`,
    ),
    lookText(lookedMs, isWatched, nowMs),
    ...(outputs.length === 0 && isWatched
      ? [
          'The monitor has no alert output, so it tells nobody. Run `metis-seq alert output add --help`.',
        ]
      : []),
  ].join('\n')
}

/** Without a monitor, an empty list is no good news. */
function noneText(lookedMs: number | null, isWatched: boolean): string {
  if (isWatched) return 'No alert is active.'
  return lookedMs === null
    ? 'It is unknown whether an alert is active.'
    : 'No alert was active at the last look; what began since is unknown.'
}

function lookText(lookedMs: number | null, isWatched: boolean, nowMs: number): string {
  if (lookedMs === null) return 'No monitor has looked yet: run `metis-seq monitor run`.'
  if (isWatched) return `As of a look ${ago(lookedMs, nowMs)} ago.`
  return `No monitor is looking: the last look was at ${iso(lookedMs)}. Run \`metis-seq monitor run\`.`
}

function lastsText({sinceMs, goneMs}: AlertList['alerts'][number], nowMs: number): string {
  if (goneMs === null) return ago(sinceMs, nowMs)
  return `${ago(sinceMs, goneMs)}, gone for ${ago(goneMs, nowMs)}`
}

function toldText({told, acknowledged, silenced}: AlertList['alerts'][number]): string {
  const notes = [acknowledged ? 'acknowledged' : '', silenced ? 'silenced' : ''].filter(Boolean)
  return [told === 0 ? 'never' : `${told}x`, ...notes].join(', ')
}

export function alertHistoryText(notices: readonly ToldNotice[]): string {
  if (notices.length === 0) return 'Nobody has been told of anything yet.'
  return narrowTable(
    ['time', 'notice', 'alert', 'severity', 'text', 'delivered'],
    notices.map(({atMs, type, alert, severity, text, deliveries}) => [
      ...[iso(atMs), type, alert, severity, text],
      deliveries.map(({output, state}) => `${output} ${state}`).join(', ') || 'no output',
    ]),
  )
}

/** An output without its secret: scheme and host of a URL, or the file that holds it. */
export function outputJson(name: string, settings: OutputSettings) {
  const {kind, minSeverity = 'warn'} = settings
  return {name, kind, minSeverity, target: targetOf(settings), secretFile: secretFileOf(settings)}
}

function targetOf(settings: OutputSettings): string {
  switch (settings.kind) {
    case 'webhook':
    case 'slack':
    case 'discord':
      return typeof settings.url === 'string' ? redactUrl(settings.url) : 'URL in a file'
    case 'telegram':
      return `chat ${settings.chatId}`
    case 'email':
      return `${settings.to.join(', ')} by ${settings.host}:${settings.port} (${settings.tls ?? 'starttls'})`
    case 'command':
      // Arguments are the operator's, and may hold what is nobody else's.
      return settings.command[0]!
  }
}

function secretFileOf(settings: OutputSettings): string | null {
  const secret: SecretSource | undefined =
    'url' in settings
      ? settings.url
      : 'token' in settings
        ? settings.token
        : 'password' in settings
          ? settings.password
          : undefined
  return typeof secret === 'object' ? secret.file : null
}

export function outputText(name: string, settings: OutputSettings): string {
  const {kind, target, minSeverity, secretFile} = outputJson(name, settings)
  return fields([
    ['output', `${name} (${kind})`],
    ['to', target],
    ['from severity', minSeverity],
    ...(secretFile === null ? [] : [['secret in', secretFile] as [string, string]]),
  ])
}

export function outputListJson({outputs, deadMan}: AlertsDocument, file: string) {
  return {
    file,
    outputs: Object.entries(outputs).map(([name, settings]) => outputJson(name, settings)),
    deadMan: deadMan ? deadManJson(deadMan) : null,
  }
}

export function deadManJson({url, everySeconds = 60}: NonNullable<AlertsDocument['deadMan']>) {
  return {
    target: typeof url === 'string' ? redactUrl(url) : 'URL in a file',
    secretFile: typeof url === 'string' ? null : url.file,
    everySeconds,
  }
}

export function outputListText(document: AlertsDocument, file: string): string {
  const {outputs, deadMan} = outputListJson(document, file)
  return [
    outputs.length === 0
      ? 'No output yet. Run `metis-seq alert output add NAME --kind webhook --secret-file FILE`.'
      : table(
          ['output', 'kind', 'from', 'to'],
          outputs.map(({name, kind, minSeverity, target}) => [name, kind, minSeverity, target]),
        ),
    deadMan
      ? `Dead-man ping every ${formatDuration(deadMan.everySeconds)}: ${deadMan.target}.`
      : 'No dead-man ping.',
  ].join('\n')
}

export function outputTestsText(tests: readonly OutputTest[]): string {
  return table(
    ['output', 'kind', 'result'],
    tests.map(({output, kind, reason, elapsedMs}) => [
      output,
      kind,
      reason === null ? `delivered in ${elapsedMs} ms` : `not delivered: ${reason}`,
    ]),
  )
}

/** Two tables: with the limits beside them, the rules would not fit into 80 columns. */
export function rulesText(rules: readonly RuleView[]): string {
  const nameOf = (rule: RuleView) => (rule.isChanged ? `${rule.rule} *` : rule.rule)
  const limited = rules.filter(({limits}) => Object.keys(limits).length > 0)
  return [
    table(
      ['rule', 'severity', 'held', 'reminders'],
      rules.map((rule) => [
        nameOf(rule),
        rule.off ? 'off' : (rule.severity ?? 'of the issue'),
        formatDuration(rule.holdSeconds),
        remindersText(rule),
      ]),
    ),
    '',
    table(
      ['rule', 'limits'],
      limited.map((rule) => [nameOf(rule), limitsText(rule)]),
    ),
  ].join('\n')
}

export function ruleText(rule: RuleView): string {
  return fields([
    ['rule', rule.rule],
    ['alerts', rule.off ? 'off' : 'on'],
    ['severity', rule.severity ?? 'of the issue'],
    ['held for', formatDuration(rule.holdSeconds)],
    ['reminders', remindersText(rule)],
    ['limits', limitsText(rule) || 'none that can be changed'],
  ])
}

function remindersText({repeatSeconds: {warn, critical}}: RuleView): string {
  const every = (seconds: number) => (seconds === 0 ? 'none' : formatDuration(seconds))
  return warn === critical ? every(warn) : `${every(critical)} critical, ${every(warn)} warn`
}

function limitsText({limits}: RuleView): string {
  return Object.entries(limits)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
}

/** One line of `monitor run`. */
export function noticeJson({type, alert, atMs}: Notice) {
  const {key, id, subject, severity, text, remedy} = alert
  return {
    ...{type, at: iso(atMs), alert: key, rule: id, subject},
    ...{severity, text, remedy},
  }
}

export function noticeText(notice: Notice): string {
  return `${iso(notice.atMs)}  ${headlineOf(toMessageNotice(notice, ''))}`
}

function ago(atMs: number, nowMs: number): string {
  return formatDuration(Math.max(0, Math.floor((nowMs - atMs) / 1000)))
}

function iso(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+/, '')
}
