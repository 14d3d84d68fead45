/** Alerts as an operator asks for them: which last, what was told, what is silenced. */
import {
  isActive,
  isSilenced,
  type Alert,
  type NoticeType,
  type Silence,
} from '../../health/alerts/decide.ts'
import {isIssueId, type AlertSeverity} from '../../health/alerts/settings.ts'
import type {IssueId} from '../../health/issue.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import type {
  AlertStore,
  DeliveryState,
  OutputRecord,
  StoredSilence,
} from '../../store/alert-store.ts'
import type {Context} from '../context.ts'
import {openAlerts, openExistingAlerts, toAlert} from './alert-home.ts'

export interface ListedAlert {
  /** For `alert ack`: the rule, and its subject where there are several. */
  alert: string
  rule: IssueId
  subject: string | null
  severity: AlertSeverity
  text: string
  remedy: string
  sinceMs: number
  /** Since when the issue is gone; its end is told once that has lasted. Null while it is there. */
  goneMs: number | null
  /** Null: nobody was told, since a silence covers it. */
  toldMs: number | null
  told: number
  acknowledged: boolean
  silenced: boolean
}

/** How often a monitor writes the time of its last look. */
export const LOOKED_MS = 30_000
/** Three looks are missing: nobody watches. */
const NOBODY_LOOKS_MS = 3 * LOOKED_MS

export interface AlertList {
  /** When a monitor last looked; null: never. */
  lookedMs: number | null
  /** False when no monitor has looked lately: what began since is not in the list. */
  isWatched: boolean
  alerts: ListedAlert[]
  silences: Silence[]
  outputs: OutputRecord[]
}

const nothing: AlertList = {
  ...{lookedMs: null, isWatched: false},
  ...{alerts: [], silences: [], outputs: []},
}

/** As of the monitor's last look. */
export function listAlerts(context: Context, nowMs: number): AlertList {
  return reading(context, nothing, (store) => {
    const silences = store.silences(nowMs).flatMap(toSilence)
    const acknowledged = new Set(store.acknowledged())
    const lookedMs = store.lookedMs()
    return {
      lookedMs,
      // A look from the future was made before the clock was set back: it proves nothing.
      isWatched: lookedMs !== null && Math.abs(nowMs - lookedMs) < NOBODY_LOOKS_MS,
      alerts: activeIn(store).map((alert) => toListed(alert, acknowledged, silences, nowMs)),
      silences,
      outputs: store.outputs(),
    }
  })
}

function toListed(
  alert: Alert,
  acknowledged: ReadonlySet<string>,
  silences: readonly Silence[],
  nowMs: number,
): ListedAlert {
  const {key, id, subject, severity, text, remedy, sinceMs, toldMs, told, phase, phaseMs} = alert
  return {
    ...{alert: key, rule: id, subject, severity, text, remedy, sinceMs, toldMs, told},
    goneMs: phase === 'clearing' ? phaseMs : null,
    acknowledged: alert.acknowledged || acknowledged.has(key),
    silenced: isSilenced(alert, silences, nowMs),
  }
}

function activeIn(store: AlertStore): Alert[] {
  return store
    .alerts()
    .map(toAlert)
    .filter(isActive)
    .toSorted((a, b) => Number(a.severity === 'warn') - Number(b.severity === 'warn'))
}

/** Silences a rule from now on. @returns the silence */
export function silenceRule(context: Context, {rule, subject, untilMs}: Silence): Silence {
  writing(context, (store) => store.silence({rule, subject, untilMs}))
  return {rule, subject, untilMs}
}

/** Ends a silence. @returns false when there was none */
export function endSilence(
  context: Context,
  {rule, subject}: Pick<Silence, 'rule' | 'subject'>,
  nowMs: number,
): boolean {
  return reading(context, false, (store) => {
    const was = store.silences(nowMs).some((each) => each.rule === rule && each.subject === subject)
    if (was) store.silence({rule, subject, untilMs: nowMs})
    return was
  })
}

/**
 * No reminders of an alert, until it is over or becomes critical.
 *
 * @throws {MetisSeqError} ALERT_NOT_ACTIVE
 */
export function acknowledgeAlert(context: Context, name: string): Alert {
  const active = reading(context, [], activeIn)
  const found = active.find(({key}) => key === name)
  if (!found) {
    throw new MetisSeqError({
      code: 'ALERT_NOT_ACTIVE',
      message: 'No alert with this name is active.',
      facts: {alert: name.slice(0, 100), active: active.map(({key}) => key).join(', ') || 'none'},
      hints: [
        ...active.slice(0, 3).map(({key}) => `Run \`metis-seq alert ack ${quoted(key)}\`.`),
        'Run `metis-seq alert list`.',
      ],
    })
  }
  writing(context, (store) => store.acknowledge(found.key))
  return found
}

function quoted(key: string): string {
  return key.includes(' ') ? `'${key}'` : key
}

export interface ToldNotice {
  atMs: number
  type: NoticeType
  alert: string
  severity: AlertSeverity
  text: string
  deliveries: {output: string; state: DeliveryState; atMs: number | null}[]
}

/** Newest first. */
export function alertHistory(context: Context, most: number): ToldNotice[] {
  return reading(context, [], (store) =>
    store.history(most).map(({atMs, type, document, deliveries}) => {
      const {key, severity, text} = toAlert({document})
      return {atMs, type: type as NoticeType, alert: key, severity, text, deliveries}
    }),
  )
}

function toSilence({rule, ...rest}: StoredSilence): Silence[] {
  return isIssueId(rule) ? [{rule, ...rest}] : []
}

/** A store that nothing has created yet is empty, and reading creates none. */
function reading<T>(context: Context, empty: T, read: (store: AlertStore) => T): T {
  const store = openExistingAlerts(context)
  if (!store) return empty
  try {
    return read(store)
  } finally {
    store.close()
  }
}

function writing(context: Context, write: (store: AlertStore) => void): void {
  const store = openAlerts(context)
  try {
    write(store)
  } finally {
    store.close()
  }
}
