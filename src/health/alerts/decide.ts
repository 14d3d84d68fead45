/** Which issues are told to somebody, and when. Pure: reports and times in, notices out. */
import {
  isOutOfSight,
  keyOf,
  type HealthReport,
  type Issue,
  type IssueId,
  type SourceName,
} from '../issue.ts'
import {timesOf, type AlertChoice, type AlertChoices, type AlertSeverity} from './settings.ts'

/** `cleared` is the only good news. */
export const noticeTypes = ['raised', 'repeated', 'escalated', 'cleared', 'test'] as const

export type NoticeType = (typeof noticeTypes)[number]

/** One issue over time. Times are wall-clock milliseconds, since they outlive the process. */
export interface Alert {
  key: string
  id: IssueId
  subject: string | null
  severity: AlertSeverity
  text: string
  cost: string
  remedy: string
  sources: readonly SourceName[]
  /**
   * `held`: seen, and not yet long enough. `firing`: it lasts. `clearing`: no longer seen, and not
   * yet long enough. `over`: kept for a while, because an issue that returns soon is flapping.
   */
  phase: 'held' | 'firing' | 'clearing' | 'over'
  /** When it was first seen. */
  sinceMs: number
  /** Start of the current phase. */
  phaseMs: number
  /** The last time that somebody was told; null: never, since a silence covers it. */
  toldMs: number | null
  /** The worst severity that was told since it was raised. */
  toldSeverity: AlertSeverity | null
  /** Notices since it was raised. */
  told: number
  acknowledged: boolean
  /** Times at which it was raised within the last {@link FLAP_WINDOW_MS}. */
  raisedMs: readonly number[]
}

export interface Notice {
  type: NoticeType
  alert: Alert
  atMs: number
}

/** What is not to be told. */
export interface Silence {
  rule: IssueId
  /** Null: of every subject. */
  subject: string | null
  untilMs: number
}

export interface AlertInput {
  report: HealthReport
  choices: AlertChoices
  silences: readonly Silence[]
  nowMs: number
}

/** Issues that return within it are flapping: each return doubles the time that they must be gone. */
export const FLAP_WINDOW_MS = 4 * 60 * 60_000
/** Six returns reach it: an issue that flaps for a day is told less than 96 times, where 2,400 were possible. */
const CLEAR_MOST_MS = 30 * 60_000

/**
 * The alerts after one report, and the notices that it causes. Deciding twice on the same report
 * tells nothing twice.
 */
export function decideAlerts(
  before: readonly Alert[],
  input: AlertInput,
): {alerts: Alert[]; notices: Notice[]} {
  const known = new Map(before.map((alert) => [alert.key, notLater(alert, input.nowMs)]))
  const seen = alertable(input)
  const notices: Notice[] = []
  const alerts: Alert[] = []
  const keep = (step: Step | null) => {
    if (!step) return
    alerts.push(step.alert)
    if (step.type) notices.push({type: step.type, alert: step.alert, atMs: input.nowMs})
  }
  for (const [key, issue] of seen) keep(whileSeen(known.get(key), key, issue, input))
  for (const [key, alert] of known) if (!seen.has(key)) keep(whileUnseen(alert, input))
  return {alerts, notices}
}

interface Step {
  alert: Alert
  type?: NoticeType
}

type Seen = Issue & {severity: AlertSeverity}

/** The issues that are alerts by the operator's choices. */
export function alertable({report, choices}: AlertInput): Map<string, Seen> {
  const found = new Map<string, Seen>()
  for (const issue of report.issues) {
    const {severity: chosen, off = false} = choices[issue.id] ?? {}
    const severity = chosen ?? issue.severity
    if (off || severity === 'info') continue
    found.set(keyOf(issue), {...issue, severity})
  }
  return found
}

/** A clock that was set back must not stop reminders until it has caught up. */
function notLater(alert: Alert, nowMs: number): Alert {
  return {
    ...alert,
    sinceMs: Math.min(alert.sinceMs, nowMs),
    phaseMs: Math.min(alert.phaseMs, nowMs),
    toldMs: alert.toldMs === null ? null : Math.min(alert.toldMs, nowMs),
    raisedMs: alert.raisedMs.filter((atMs) => atMs > nowMs - FLAP_WINDOW_MS && atMs <= nowMs),
  }
}

function whileSeen(known: Alert | undefined, key: string, issue: Seen, input: AlertInput): Step {
  const {nowMs} = input
  const {id, subject, severity, text, cost, remedy, sources} = issue
  const facts = {key, id, subject, severity, text, cost, remedy, sources}
  if (!known || known.phase === 'over') {
    const fresh: Alert = {
      ...{...facts, phase: 'held', sinceMs: nowMs, phaseMs: nowMs, acknowledged: false},
      ...{toldMs: null, toldSeverity: null, told: 0, raisedMs: known?.raisedMs ?? []},
    }
    return raiseIfLasting(fresh, input)
  }
  const alert: Alert = {...known, ...facts}
  if (alert.phase === 'held') return raiseIfLasting(alert, input)
  const firing: Alert =
    alert.phase === 'firing' ? alert : {...alert, phase: 'firing', phaseMs: nowMs}
  return remind(firing, input)
}

function raiseIfLasting(alert: Alert, {choices, silences, nowMs}: AlertInput): Step {
  const {holdMs} = timesOf(choiceOf(choices, alert), alert.severity)
  if (nowMs - alert.sinceMs < holdMs) return {alert}
  const raised: Alert = {
    ...alert,
    ...{phase: 'firing', phaseMs: nowMs, raisedMs: [...alert.raisedMs, nowMs]},
  }
  return isSilenced(raised, silences, nowMs) ? {alert: raised} : tell(raised, 'raised', nowMs)
}

function remind(alert: Alert, {choices, silences, nowMs}: AlertInput): Step {
  if (isSilenced(alert, silences, nowMs)) return {alert}
  // Raised under a silence that is over now.
  if (alert.toldMs === null) return tell(alert, 'raised', nowMs)
  if (alert.severity === 'critical' && alert.toldSeverity === 'warn')
    return tell({...alert, acknowledged: false}, 'escalated', nowMs)
  const {repeatMs} = timesOf(choiceOf(choices, alert), alert.severity)
  const isDue = repeatMs !== null && nowMs - alert.toldMs >= repeatMs
  return isDue && !alert.acknowledged ? tell(alert, 'repeated', nowMs) : {alert}
}

/** Null: there is nothing left to remember. */
function whileUnseen(alert: Alert, input: AlertInput): Step | null {
  const {report, choices, nowMs} = input
  const choice = choiceOf(choices, alert)
  // It did not last. An earlier alert of the same issue still counts as flapping.
  if (alert.phase === 'held') return remember({...alert, phase: 'over', phaseMs: nowMs})
  if (alert.phase === 'over') return remember(alert)
  const over: Alert = {...alert, phase: 'over', phaseMs: nowMs}
  // Turned off while it fires: whoever was told waits for its end.
  if (choice.off) return endOf(over, nowMs)
  // An issue of a source that no longer responds has not ended just because it cannot be seen.
  if (isOutOfSight(alert, report)) return alert.phase === 'firing' ? remind(alert, input) : {alert}
  if (alert.phase === 'firing') return {alert: {...alert, phase: 'clearing', phaseMs: nowMs}}
  if (nowMs - alert.phaseMs < clearMsOf(alert, choice)) return {alert}
  return endOf(over, nowMs)
}

/** The end of something that nobody was told of is no news; the end of anything else is, silence or not. */
function endOf(over: Alert, nowMs: number): Step | null {
  return over.toldMs === null ? remember(over) : tell(over, 'cleared', nowMs)
}

function remember(alert: Alert): Step | null {
  return alert.raisedMs.length === 0 ? null : {alert}
}

/** Doubles with each time that it was raised within the window. */
function clearMsOf(alert: Alert, choice: AlertChoice): number {
  const {clearMs} = timesOf(choice, alert.severity)
  const doubled = clearMs * 2 ** Math.max(0, alert.raisedMs.length - 1)
  return Math.max(clearMs, Math.min(doubled, CLEAR_MOST_MS))
}

function tell(alert: Alert, type: NoticeType, nowMs: number): Step {
  const isWorse = alert.severity === 'critical' || alert.toldSeverity === null
  const toldSeverity = isWorse ? alert.severity : alert.toldSeverity
  return {type, alert: {...alert, toldMs: nowMs, toldSeverity, told: alert.told + 1}}
}

function choiceOf(choices: AlertChoices, {id}: Pick<Alert, 'id'>): AlertChoice {
  return choices[id] ?? {}
}

export function isSilenced(
  {id, subject}: Pick<Alert, 'id' | 'subject'>,
  silences: readonly Silence[],
  nowMs: number,
): boolean {
  return silences.some(
    (silence) =>
      silence.rule === id &&
      (silence.subject === null || silence.subject === subject) &&
      nowMs < silence.untilMs,
  )
}

/** True while something is wrong, told or not. */
export function isActive({phase}: Pick<Alert, 'phase'>): boolean {
  return phase === 'firing' || phase === 'clearing'
}
