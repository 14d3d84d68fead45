/** Notices as outputs get them: redacted, cleaned, in a stable shape. Pure. */
import type {Notice, NoticeType} from '../../health/alerts/decide.ts'
import type {AlertSeverity} from '../../health/alerts/settings.ts'
import {cleanText} from '../../lib/clean-text.ts'
import {redactUrls} from '../../lib/redact.ts'
import {formatDuration} from '../../lib/units.ts'

/** One notice. Times are ISO 8601, UTC. */
export interface MessageNotice {
  /** The same in every attempt and every output: a receiver that sees it twice can drop one. */
  id: string
  type: NoticeType
  at: string
  /** Id of the issue, and its subject where there are several. */
  rule: string
  subject: string | null
  severity: AlertSeverity
  text: string
  cost: string
  /** The command to run next. */
  remedy: string
  since: string
  /** How often somebody has been told since it was raised, this notice included. */
  count: number
}

/** Everything that one delivery says. */
export interface AlertMessage {
  schema: 'metis-seq.alerts/1'
  profile: string | null
  network: string
  /** Oldest first; one to {@link MESSAGE_NOTICES}. */
  notices: readonly MessageNotice[]
  /** Older notices that this output lost since its last message, because its queue was full or they were too old. */
  dropped: number
}

/** Discord takes ten embeds, the least of all outputs. */
export const MESSAGE_NOTICES = 10

/** Ten of them fit into a message of Telegram, which has 4,096 letters. */
const TEXT_LETTERS = 160

/** A notice without anything that must stay here. @param id unique over time */
export function toMessageNotice({type, alert, atMs}: Notice, id: string): MessageNotice {
  const {id: rule, subject, severity, text, cost, remedy, sinceMs, told} = alert
  return {
    ...{id, type, at: iso(atMs), rule, severity},
    subject: subject === null ? null : shown(subject),
    ...{text: shown(text), cost: shown(cost), remedy: shown(remedy)},
    ...{since: iso(sinceMs), count: told},
  }
}

/** A text without anything that must stay here. */
export function shown(text: string): string {
  return cleanText(redactUrls(text), TEXT_LETTERS)
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}

/** The word that begins a line, in every output. */
export function wordOf({type, severity}: Pick<MessageNotice, 'type' | 'severity'>): string {
  if (type === 'cleared') return 'CLEARED'
  if (type === 'test') return 'TEST'
  return severity === 'critical' ? 'CRIT' : 'WARN'
}

/** `CRIT: your node is not running (reminder 2)` */
export function headlineOf(notice: MessageNotice): string {
  const {type, text, count} = notice
  const suffix =
    type === 'repeated' ? ` (reminder ${count - 1})` : type === 'escalated' ? ' (now critical)' : ''
  return `${wordOf(notice)}: ${text}${suffix}`
}

/** Below the headline; empty lines are left out. */
export function detailsOf(notice: MessageNotice): string[] {
  const {type, cost, remedy, at, since} = notice
  const lasted = (Date.parse(at) - Date.parse(since)) / 1000
  if (type === 'cleared') return [`It lasted ${formatDuration(lasted)}.`]
  return [cost, `Next: ${remedy}`].filter((line) => line !== '')
}

/** Who it is about: `seq-1 on andromeda`. */
export function placeOf({profile, network}: Pick<AlertMessage, 'profile' | 'network'>): string {
  return profile === null ? network : `${profile} on ${network}`
}

/** Said once in a message after a loss; undefined without one. */
export function lossOf({dropped}: Pick<AlertMessage, 'dropped'>): string | undefined {
  if (dropped === 0) return undefined
  return dropped === 1
    ? '1 earlier notice was dropped because it could not be delivered.'
    : `${dropped} earlier notices were dropped because they could not be delivered.`
}

/** The whole message as plain text. */
export function messageText(message: AlertMessage): string {
  const loss = lossOf(message)
  return [
    placeOf(message),
    ...message.notices.map((notice) =>
      [headlineOf(notice), ...detailsOf(notice).map((line) => `  ${line}`)].join('\n'),
    ),
    ...(loss === undefined ? [] : [loss]),
  ].join('\n')
}

/** The worst notice, which names the whole message. */
export function leadOf({notices}: Pick<AlertMessage, 'notices'>): MessageNotice {
  const rank = ({type, severity}: MessageNotice) =>
    type === 'cleared' ? 2 : severity === 'critical' ? 0 : 1
  return notices.toSorted((a, b) => rank(a) - rank(b))[0]!
}
