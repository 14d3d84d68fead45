import type {HealthReport} from '../../health/issue.ts'
import type {Movement, Now, Setting} from '../../health/snapshot.ts'
import type {OperatorEvent} from '../../services/live/events.ts'
import type {ExtraFeeds} from '../../services/live/extras.ts'
import type {Feeds, HeadLooks} from '../../services/live/live.ts'
import type {Series} from '../../services/live/series.ts'
import type {Yields} from '../../services/live/yields.ts'

export type {Now} from '../../health/snapshot.ts'

/** Whether a screen shows the present or a recording. */
export type Mode = 'LIVE' | 'REPLAY'

/** Severity of a line. Always stated in words too; color only repeats it. */
export type Tone = 'plain' | 'ok' | 'warn' | 'critical' | 'mine' | 'dim'

export interface Row {
  label: string
  value: string
  tone: Tone
  /** One letter per epoch, for the eye. */
  isTimeline?: true
}

/** Everything a frame shows, captured at one time. */
export interface DashboardSnapshot {
  setting: Setting
  feeds: Feeds
  /** How new blocks of each chain are noticed. */
  heads: HeadLooks
  /** The previous report, which says when issues began; null before the first. */
  health: HealthReport | null
  /** Typical block time in milliseconds; null while too few blocks are known. */
  blockMs: number | null
  /** Observed movement of the L2 head; null before the first observation. */
  moved: Movement | null
  yields: Yields
  /** Sources that no rule of health reads. */
  extras: ExtraFeeds
  series: Series
  events: OperatorEvent[]
}

/** Context for the rows of a panel, beside their own source. */
export interface Around {
  snapshot: DashboardSnapshot
  /** As of this frame. */
  health: HealthReport
  now: Now
}
