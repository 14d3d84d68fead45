import type {HealthReport, HealthState} from '../../health/issue.ts'
import type {Dashboard} from '../../services/live/dashboard.ts'
import {extraFeedsOf} from '../../services/live/extras.ts'
import {staleAfterMs, type Feed} from '../../services/live/feeds.ts'
import {assessSources} from '../../services/health/sources.ts'
import {feedsOf, sourcesOf} from '../../services/live/live.ts'
import {stateWords} from '../presenters/health.ts'
import {rotationIn, windowOf} from './data.ts'
import {hasLst, lstRows} from './panels/lst.ts'
import type {Around, DashboardSnapshot, Now, Row, Tone} from './model.ts'
import type {PanelName} from './layout.ts'
import {dutyRows} from './panels/duty.ts'
import {eventRows} from './panels/events.ts'
import {hostRows} from './panels/host.ts'
import {productionRows} from './panels/production.ts'
import {rewardRows} from './panels/rewards.ts'
import {rotationRows} from './panels/rotation.ts'
import {noOwnerRows, stakeRows} from './panels/stake.ts'
import {syncRows} from './panels/sync.ts'
import {walletRows} from './panels/wallets.ts'
import {windowRows} from './panels/window.ts'
import {row} from './rows.ts'
import {sourceRows} from './source-rows.ts'

export interface Panel {
  title: string
  /** `4 s ago`, `stale 42 s`, `no response yet`. */
  age: string
  rows: Row[]
}

export interface DashboardView {
  title: string
  /** UTC. */
  clock: string
  /** The same time on this machine's clock. */
  localClock: string
  /** Worst state in words. */
  state: {word: 'OK' | 'WARN' | 'CRIT' | 'WAIT'; text: string; tone: Tone}
  nextAction: string
  health: HealthReport
  /** Every source with its age and its last error. */
  sources: Row[]
  /** Every issue with its cost and its command. */
  issues: Row[]
  /** Null: not for this operator. */
  panels: Record<PanelName, Panel | null>
}

export function takeSnapshot(dashboard: Dashboard): DashboardSnapshot {
  const {setting, pollers, heads, health, blockMs, yields, extras, series, events} = dashboard
  return {
    setting,
    feeds: feedsOf(pollers),
    heads: heads(),
    health: health.get(),
    blockMs: blockMs.get(),
    yields: yields.get(),
    extras: extraFeedsOf(extras),
    series: series.get(),
    events: events.get(),
    moved: dashboard.moved(),
  }
}

/** The whole dashboard as text. Pure; the screen and the text frame both draw it. */
export function toDashboardView(snapshot: DashboardSnapshot, now: Now): DashboardView {
  const {setting, feeds} = snapshot
  const health = assessSources(setting, sourcesOf(feeds), snapshot.health, now, snapshot.moved)
  const around: Around = {snapshot, health, now}
  return {
    title: `metis-seq  ${setting.network}  ${setting.profile ?? 'no profile'}`,
    clock: `${new Date(now.wallMs).toISOString().slice(11, 19)} UTC`,
    localClock: new Date(now.wallMs).toTimeString().slice(0, 8),
    state: toState(health),
    nextAction: health.remedy ?? 'nothing to do',
    health,
    sources: sourceRows(snapshot, now),
    issues: explainedIssues(health),
    panels: panelsOf(around),
  }
}

function panelsOf(around: Around): DashboardView['panels'] {
  const {snapshot, health, now} = around
  const {feeds, extras, setting, events} = snapshot
  return {
    production: panel('Production', feeds.l2, now, (value) => productionRows(value, around)),
    rotation: rotationPanel(around),
    window: windowPanel(around),
    sync: syncPanel(around),
    duty: setting.signer === null ? null : panel('Duty', extras.duty, now, dutyRows),
    stake: setting.hasOwner
      ? panel('Stake', feeds.money, now, (value) => stakeRows(value, around))
      : {title: 'Stake', age: '', rows: noOwnerRows()},
    // Without a sequencer there are none, which is no fault of a source.
    rewards:
      setting.hasOwner && feeds.money.value?.stake !== null
        ? panel('Rewards', extras.rewards, now, (value) => rewardRows(value, around))
        : null,
    wallets: panel('Wallets', extras.wallets, now, (value) => walletRows(value, around)),
    host: panel('Host', extras.host, now, (value) => hostRows(value, around)),
    events: {
      title: 'Events',
      age: '',
      rows: [...issueRows(health, now), ...eventRows(events, now)],
    },
    lst: hasLst(snapshot)
      ? panel('Liquid staking', feeds.lst, now, (value) => lstRows(value, around))
      : null,
  }
}

function windowPanel(around: Around): Panel | null {
  const {snapshot, now} = around
  const {setting, extras} = snapshot
  if (setting.signer === null) return null
  const window = windowOf(snapshot, now)
  return panel('Restart window', extras.rotation, now, () =>
    window
      ? windowRows(window, around)
      : [row('restart', 'UNKNOWN: L2 or the forecast is too old', 'warn')],
  )
}

const tones: Record<HealthState, Tone> = {
  ok: 'ok',
  unknown: 'dim',
  warn: 'warn',
  critical: 'critical',
}

function toState({state, headline, issues}: HealthReport): DashboardView['state'] {
  const others = issues.filter(({severity}) => severity !== 'info').length - 1
  const more = others > 0 ? ` (and ${others} more)` : ''
  return {word: stateWords[state], text: `${headline}${more}`, tone: tones[state]}
}

/** Active issues come before past events, so that no event can push them off the screen. */
function issueRows({issues}: HealthReport, now: Now): Row[] {
  return issues
    .filter(({severity}) => severity !== 'info')
    .map(({severity, text, sinceMs}) => ({
      label:
        sinceMs === null
          ? 'now'
          : `for ${Math.max(0, Math.round((now.wallMs - sinceMs) / 1000))} s`,
      value: `${severity === 'critical' ? 'CRIT' : 'WARN'} ${text}`,
      tone: severity === 'critical' ? 'critical' : 'warn',
    }))
}

function explainedIssues({issues}: HealthReport): Row[] {
  if (issues.length === 0) return [row('', 'Nothing is wrong.', 'dim')]
  const tone = {critical: 'critical', warn: 'warn', info: 'plain'} as const
  return issues.flatMap((issue) => [
    row(issue.severity, issue.text, tone[issue.severity]),
    row('cost', issue.cost),
    row('do', issue.remedy),
    row('rule', `${issue.id}, see docs/health.md`, 'dim'),
  ])
}

function panel<T>(title: string, feed: Feed<T>, now: Now, rows: (value: T) => Row[]): Panel {
  if (feed.value === null) {
    const reason = feed.error?.reason ?? 'asking…'
    const tone: Tone = feed.error ? 'critical' : 'dim'
    return {
      title,
      age: 'no response yet',
      rows: [{label: feed.error ? 'down' : '', value: reason, tone}],
    }
  }
  const shown = rows(feed.value)
  // First, because a small terminal shows only the first rows.
  if (feed.error) shown.unshift({label: 'down', value: feed.error.reason, tone: 'critical'})
  return {title, age: ageOf(feed, now), rows: shown}
}

/** Epochs come from L2 and from the consensus layer; each is shown as far as it responds. */
function rotationPanel(around: Around): Panel {
  const {feeds} = around.snapshot
  const title = 'Rotation'
  const rotation = rotationIn(around.snapshot, around.now)
  if (rotation === null) return panel(title, feeds.l2, around.now, () => [])
  const rows = rotationRows(rotation, around)
  const ages = [feeds.l2, feeds.pos].map((feed) =>
    feed.value === null ? '' : ageOf(feed, around.now),
  )
  const reasons = [feeds.l2, feeds.pos].flatMap(({error}) => error?.reason ?? [])
  const down = [...new Set(reasons)].map((reason) => row('down', reason, 'critical'))
  return {title, age: ages.find((age) => age !== '') ?? '', rows: [...down, ...rows]}
}

/** Three sources, each with its own age; none waits for another. */
function syncPanel(around: Around): Panel {
  return {title: 'Sync', age: '', rows: syncRows(around)}
}

/** Data older than three periods is stale; older than ten, it counts as missing. */
export function ageOf({atMs, periodMs}: Feed<unknown>, now: Now): string {
  if (atMs === null) return 'no response yet'
  const ageMs = Math.max(0, now.monotonicMs - atMs)
  const seconds = Math.floor(ageMs / 1000)
  if (ageMs > periodMs * 10 + 1000) return `no data for ${seconds} s`
  if (ageMs > staleAfterMs(periodMs)) return `stale ${seconds} s`
  return ''
}
