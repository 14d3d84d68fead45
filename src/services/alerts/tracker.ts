/** Decides on each report, and keeps the decision. In: reports. Out: notices in the store. */
import {decideAlerts, type Alert, type Notice, type Silence} from '../../health/alerts/decide.ts'
import {isIssueId, type AlertChoices, type AlertSeverity} from '../../health/alerts/settings.ts'
import type {HealthReport} from '../../health/issue.ts'
import type {AlertStore, NewNotice} from '../../store/alert-store.ts'
import {toAlert} from './alert-home.ts'

export interface Recipient {
  name: string
  minSeverity: AlertSeverity
}

export class AlertTracker {
  readonly #store: AlertStore
  #alerts: readonly Alert[]
  /** What is on disk, so that an unchanged alert costs no write. */
  #saved: Map<string, string>

  constructor(store: AlertStore) {
    this.#store = store
    const stored = store.alerts()
    this.#saved = new Map(stored.map(({key, document}) => [key, document]))
    // Times of an earlier process are not times during which somebody watched.
    this.#alerts = stored.map(toAlert).flatMap((alert): Alert[] => {
      if (alert.phase === 'held')
        return alert.raisedMs.length === 0 ? [] : [{...alert, phase: 'over'}]
      return [alert.phase === 'clearing' ? {...alert, phase: 'firing'} : alert]
    })
  }

  get alerts(): readonly Alert[] {
    return this.#alerts
  }

  /** Those in force. @throws {MetisSeqError} STORE_BUSY, STORE_DAMAGED */
  silences(nowMs: number): Silence[] {
    return this.#store
      .silences(nowMs)
      .flatMap(({rule, ...rest}): Silence[] => (isIssueId(rule) ? [{rule, ...rest}] : []))
  }

  /**
   * The notices are on disk, with their deliveries, when this returns.
   *
   * @throws {MetisSeqError} DISK_FULL, STORE_BUSY; the next call decides the same again
   */
  decide(
    report: HealthReport,
    choices: AlertChoices,
    recipients: readonly Recipient[],
    nowMs: number,
  ): Notice[] {
    const acknowledged = new Set(this.#store.acknowledged())
    const before = this.#alerts.map((alert) =>
      acknowledged.has(alert.key) ? {...alert, acknowledged: true} : alert,
    )
    const silences = this.silences(nowMs)
    const {alerts, notices} = decideAlerts(before, {report, choices, silences, nowMs})
    const documents = new Map(alerts.map((alert) => [alert.key, JSON.stringify(alert)]))
    this.#store.record({
      saved: [...documents]
        .filter(([key, document]) => this.#saved.get(key) !== document)
        .map(([key, document]) => ({key, document})),
      removed: [...this.#saved.keys()].filter((key) => !documents.has(key)),
      notices: notices.map(toNewNotice),
      outputsOf: (notice) => recipientsOf(notice, recipients),
    })
    // Only now: an acknowledgement must not be lost with a decision that could not be written.
    this.#store.forgetAcknowledged([...acknowledged])
    this.#alerts = alerts
    this.#saved = documents
    return notices
  }
}

function toNewNotice({type, alert, atMs}: Notice): NewNotice {
  return {key: alert.key, type, atMs, document: JSON.stringify(alert)}
}

/** A channel for critical alerts hears of the end of those that it was told of. */
function recipientsOf({document}: NewNotice, recipients: readonly Recipient[]): string[] {
  const {severity, toldSeverity} = toAlert({document})
  const isCritical = severity === 'critical' || toldSeverity === 'critical'
  return recipients
    .filter(({minSeverity}) => minSeverity === 'warn' || isCritical)
    .map(({name}) => name)
}
