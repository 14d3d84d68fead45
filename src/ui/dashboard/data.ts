import type {HealthReport} from '../../health/issue.ts'
import {answerOf} from '../../health/snapshot.ts'
import type {NodeStatus} from '../../protocol/node-status.ts'
import {assessSources} from '../../services/health/sources.ts'
import type {L1Money} from '../../services/health/money.ts'
import {RESTART_SECONDS} from '../../services/duty/guard.ts'
import type {DutyPeriod} from '../../services/duty/history.ts'
import {windowIn, type DutyWindow} from '../../services/duty/window.ts'
import type {OperatorEvent} from '../../services/live/events.ts'
import {staleAfterMs, toSource, type Feed} from '../../services/live/feeds.ts'
import type {HostLook} from '../../services/live/host.ts'
import {sourcesOf} from '../../services/live/live.ts'
import type {RewardDays} from '../../services/live/reward-days.ts'
import type {Series} from '../../services/live/series.ts'
import type {WalletsLook} from '../../services/live/wallets.ts'
import type {EpochView, RotationNow} from '../../services/rotation/epochs.ts'
import type {RotationForecast, TimedEpoch} from '../../services/rotation/forecast.ts'
import {
  nextTurnOf,
  planDoubt,
  withCurrentPlan,
  type NextTurn,
} from '../../services/rotation/next-turn.ts'
import type {SuccessorView} from '../../services/rotation/successor.ts'
import {isSame, type EpochRecord} from '../../protocol/rotation/records.ts'
import type {DashboardSnapshot, Mode, Now} from './model.ts'
import {headsOf} from './source-rows.ts'

/** How one source answers. */
export interface SourceLook {
  name: string
  /** `stale`: the last answer is older than three periods. */
  state: 'absent' | 'asking' | 'answered' | 'stale' | 'failing'
  /** Age of the last good value; null without one. */
  ageMs: number | null
  periodMs: number
  tookMs: number | null
  /** Of the last failure; null while it answers. */
  code: string | null
  reason: string | null
  /** How new blocks of its chain are noticed; null for a source that is read for other reasons. */
  heads: HeadsState | null
}

export interface HeadsState {
  /** `pushed`: a WebSocket announces them, and each is read at once. */
  state: 'pushed' | 'polled'
  /** The address: scheme and host; null where none announces them. */
  endpoint: string | null
  /** Why an address announces none; null while it does, and where there is none. */
  code: string | null
  reason: string | null
}

/** What the dashboard shows, as values: the last good one of each source, whose age is in `sources`. */
export interface DashboardData {
  /** `replay`: of a recording, at `atMs`. */
  mode: 'live' | 'replay'
  atMs: number
  network: string
  profile: string | null
  health: HealthReport
  sources: SourceLook[]
  rotation: RotationNow | null
  /** Why epochs beyond the committed ones are unknown; null when they are known, or nothing is. */
  planDoubt: string | null
  /** The same as in `status`. */
  nextTurn: NextTurn | null
  forecast: RotationForecast | null
  successor: SuccessorView | null
  /** The newest epochs on L2, oldest first. */
  past: EpochRecord[]
  /** Null without a signer, and while the forecast is too old to conclude from. */
  window: DutyWindow | null
  duty: DutyPeriod[] | null
  money: L1Money | null
  rewards: RewardDays | null
  wallets: WalletsLook | null
  host: HostLook | null
  node: NodeStatus | null
  /** Usual milliseconds per block; null while unknown. */
  blockMs: number | null
  series: Series
  /** Newest first. */
  events: OperatorEvent[]
}

/** The values behind a frame. Pure. */
export function toDashboardData(
  snapshot: DashboardSnapshot,
  now: Now,
  mode: Mode = 'LIVE',
): DashboardData {
  const {setting, feeds, extras, blockMs, series, events} = snapshot
  const look = extras.rotation.value
  const rotation = rotationIn(snapshot, now)
  return {
    ...{atMs: now.wallMs, network: setting.network, profile: setting.profile},
    mode: mode === 'REPLAY' ? 'replay' : 'live',
    health: assessSources(setting, sourcesOf(feeds), snapshot.health, now, snapshot.moved),
    sources: Object.entries({...feeds, ...extras}).map(([name, feed]) =>
      sourceLook(name, feed, headsState(snapshot, name), now),
    ),
    rotation,
    planDoubt: rotation && planDoubt(answerOf(toSource(feeds.pos), now), rotation),
    nextTurn: turnIn(snapshot, now),
    forecast: look?.forecast ?? null,
    successor: look?.successor ?? null,
    past: look?.past ?? [],
    window: windowOf(snapshot, now),
    duty: extras.duty.value?.periods ?? null,
    ...{money: feeds.money.value, rewards: extras.rewards.value, wallets: extras.wallets.value},
    ...{host: extras.host.value, node: feeds.node.value?.status ?? null, blockMs, series, events},
  }
}

/** The last rotation that L2 has told, with what the consensus layer plans now; null before the first. */
export function rotationIn({feeds}: DashboardSnapshot, now: Now): RotationNow | null {
  return feeds.l2.value && withCurrentPlan(feeds.l2.value, answerOf(toSource(feeds.pos), now))
}

/** The next own turn by the sources as they answer now: the same rule as `status`. */
export function turnIn({setting, feeds}: DashboardSnapshot, now: Now): NextTurn | null {
  // The last epochs of a dead endpoint are over, and it does not say so.
  const l2 = answerOf(toSource(feeds.l2), now)
  if (!l2.known) return null
  const pos = answerOf(toSource(feeds.pos), now)
  return nextTurnOf(l2.value, pos.known ? pos.value.plan : null, setting.signer)
}

/**
 * Decided anew with each frame, at the newest head: time closes a window too. From an old forecast,
 * from one that L2 has overtaken, or without L2 nothing is concluded.
 */
export function windowOf({setting, feeds, extras}: DashboardSnapshot, now: Now): DutyWindow | null {
  const {signer} = setting
  const look = answerOf(toSource(extras.rotation), now)
  const l2 = answerOf(toSource(feeds.l2), now)
  if (signer === null || !look.known || !l2.known) return null
  const {forecast} = look.value
  const {headBlock, headTimestampSeconds, epoch, newest} = l2.value
  if (isOvertaken(forecast.epochs, epoch ? [...newest, epoch] : newest)) return null
  return windowIn(setting, forecast, {
    ...{signer, needSeconds: RESTART_SECONDS, nowMs: now.wallMs},
    head: {
      // An endpoint that falls back to an older block gives no time back.
      headBlock: headBlock > forecast.headBlock ? headBlock : forecast.headBlock,
      headTimestampSeconds,
      hasEpoch: epoch !== null,
    },
  })
}

/** L2 has other epochs than foretold, as after a respan, until the next look at the rotation. */
function isOvertaken(forecast: readonly TimedEpoch[], onL2: readonly EpochView[]): boolean {
  const [first] = forecast
  return onL2.some(({number, signer, startBlock, endBlock}) => {
    if (first === undefined || number < first.number) return false
    const foretold = forecast[Number(number - first.number)]
    return (
      foretold?.startBlock !== startBlock ||
      foretold.endBlock !== endBlock ||
      !isSame(signer, foretold.signer)
    )
  })
}

function headsState(snapshot: DashboardSnapshot, source: string): HeadsState | null {
  const heads = headsOf(snapshot, source)
  if (heads === null) return null
  if (heads.state === 'none') return {state: 'polled', endpoint: null, code: null, reason: null}
  return {code: null, reason: null, ...heads}
}

function sourceLook(
  name: string,
  feed: Feed<unknown>,
  heads: HeadsState | null,
  now: Now,
): SourceLook {
  const {atMs, error, periodMs, tookMs} = feed
  const ageMs = atMs === null ? null : Math.max(0, Math.round(now.monotonicMs - atMs))
  const took = tookMs === null ? null : Math.round(tookMs)
  const about = {name, ageMs, periodMs, tookMs: took, heads}
  if (periodMs === 0) return {...about, state: 'absent', code: null, reason: null}
  if (error) return {...about, state: 'failing', code: error.code, reason: error.reason}
  if (ageMs === null) return {...about, state: 'asking', code: null, reason: null}
  const state = ageMs > staleAfterMs(periodMs) ? 'stale' : 'answered'
  return {...about, state, code: null, reason: null}
}
