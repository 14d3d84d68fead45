import type {
  DashboardEvent,
  Production,
  RotationForecast,
  SyncState,
} from '../../services/dashboard.ts'
import type {Feed} from '../../services/feeds.ts'
import type {L1Money} from '../../services/status.ts'

/** How bad a line is. Always said in words too; colour only repeats it. */
export type Tone = 'plain' | 'ok' | 'warn' | 'critical' | 'mine' | 'dim'

export interface Row {
  label: string
  value: string
  tone: Tone
}

/** Everything a frame is made of, taken at one moment. */
export interface DashboardSnapshot {
  network: string
  profile: string | null
  slotMs: number
  respanDelaySeconds: number
  /** False: nobody's stake can be shown, which is no trouble. */
  hasOwner: boolean
  production: Feed<Production>
  rotation: Feed<RotationForecast>
  sync: Feed<SyncState>
  money: Feed<L1Money>
  events: DashboardEvent[]
}

/** Time now: wall clock for people, monotonic for ages. */
export interface Now {
  wallMs: number
  monotonicMs: number
}

/** Seconds since the last block of L2, or null while none is known. */
export function silentSeconds({production}: DashboardSnapshot, now: Now): number | null {
  if (!production.value) return null
  return Math.max(0, Math.floor(now.wallMs / 1000) - Number(production.value.headTimestampSeconds))
}
