/** How each rule is reported: what an operator chose, on top of the defaults. Pure. */
import {issueIds, type IssueId} from '../issue.ts'

/** Severity of an alert. Advice (`info`) is no alert unless the operator raises it. */
export type AlertSeverity = 'warn' | 'critical'

/** Choice for one rule; fields without a value follow the defaults. */
export interface AlertChoice {
  severity?: AlertSeverity
  off?: boolean
  holdSeconds?: number
  repeatSeconds?: number
}

export type AlertChoices = Readonly<Partial<Record<IssueId, AlertChoice>>>

/** What holds for one rule at one severity. Milliseconds. */
export interface AlertTimes {
  /** An issue that lasts less is not reported. */
  holdMs: number
  /** Interval of the reminders; null: none. */
  repeatMs: number | null
  /** An alert whose issue is gone for less is not over. */
  clearMs: number
}

/**
 * Two slots and the time to read them are 8 s: a single missed reading raises nothing. Issues of
 * money and machines last for hours, so the same short time costs them nothing.
 */
const HOLD_SECONDS = 10

/** A person who was woken and went on working is reminded twice an hour; a warning can wait for the next shift. */
const REPEAT_SECONDS: Record<AlertSeverity, number> = {critical: 30 * 60, warn: 6 * 60 * 60}

/** Longer than a restart of a node, which must not read as good news. */
const CLEAR_MS = 60_000

/** The times of a rule at a severity. */
export function timesOf(
  {holdSeconds, repeatSeconds}: AlertChoice,
  severity: AlertSeverity,
): AlertTimes {
  const holdMs = (holdSeconds ?? HOLD_SECONDS) * 1000
  const repeat = repeatSeconds ?? REPEAT_SECONDS[severity]
  return {
    holdMs,
    repeatMs: repeat === 0 ? null : repeat * 1000,
    clearMs: Math.max(CLEAR_MS, holdMs),
  }
}

export function isIssueId(text: string): text is IssueId {
  return (issueIds as readonly string[]).includes(text)
}
