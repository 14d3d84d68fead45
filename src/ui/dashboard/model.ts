import type {HealthReport} from '../../health/issue.ts'
import type {Movement, Now, Setting} from '../../health/snapshot.ts'
import type {OperatorEvent} from '../../services/live/events.ts'
import type {Feeds} from '../../services/live/live.ts'

export type {Now} from '../../health/snapshot.ts'

/** How bad a line is. Always said in words too; colour only repeats it. */
export type Tone = 'plain' | 'ok' | 'warn' | 'critical' | 'mine' | 'dim'

export interface Row {
  label: string
  value: string
  tone: Tone
}

/** Everything a frame is made of, taken at one moment. */
export interface DashboardSnapshot {
  setting: Setting
  feeds: Feeds
  /** The report before this frame, for how long issues last; null before the first. */
  health: HealthReport | null
  /** Milliseconds a block usually takes; null while too few are known. */
  blockMs: number | null
  /** How the head of L2 was seen to move; null before the first time. */
  moved: Movement | null
  events: OperatorEvent[]
}

/** What the rows of a panel may look at beside their own source. */
export interface Around {
  snapshot: DashboardSnapshot
  /** As of this frame. */
  health: HealthReport
  now: Now
}
