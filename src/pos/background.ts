import type {Clock} from '../lib/clock.ts'
import type {Failures} from './failures.ts'

/** Longest pause after failures, milliseconds. Source: Themis `root_poll_interval`, 15 s. */
const MAX_BACKOFF_MS = 15_000

/** Background work, one run at a time, that may be slow or fail without blocking the loop. */
export interface Background {
  /** Starts a run unless one is in progress or the pause after the last one is not over. */
  poke(): void
  /** Resolves when no run is in progress. */
  idle(): Promise<void>
}

/**
 * @param options.run resolves to true when there is more to do immediately
 * @param options.intervalMs pause after a run; doubled with each failure in a row
 */
export function createBackground(options: {
  name: string
  intervalMs: number
  clock: Clock
  failures: Failures
  /** After a stop, a failure is caused by the stop and not an issue. */
  signal: AbortSignal
  run(): Promise<boolean>
}): Background {
  const {name, intervalMs, clock, failures, signal, run} = options
  let underWay: Promise<void> | undefined
  let inARow = 0
  let dueAtMs = 0

  async function once(): Promise<void> {
    try {
      const more = await run()
      inARow = 0
      dueAtMs = clock.monotonicMs() + (more ? 0 : intervalMs)
      failures.clear(name)
    } catch (error) {
      if (signal.aborted) return
      inARow++
      dueAtMs = clock.monotonicMs() + Math.min(intervalMs * 2 ** inARow, MAX_BACKOFF_MS)
      failures.set(name, error)
    }
  }

  return {
    poke() {
      if (underWay || clock.monotonicMs() < dueAtMs) return
      underWay = once().finally(() => (underWay = undefined))
    },
    idle: async () => underWay,
  }
}
