/** Tells a service elsewhere that the monitor works, so that somebody notices when it does not. */
import type {Clock} from '../../lib/clock.ts'
import type {Logger} from '../../lib/log.ts'
import type {DeadManSettings} from './document.ts'
import {ping} from './outputs/http-output.ts'
import {DeliveryError} from './output-port.ts'

const EVERY_SECONDS = 60

export interface DeadManOptions {
  /** Read each time; undefined while there is none. */
  settings(): DeadManSettings | undefined
  /** No ping while the monitor does not look, or tells nobody: that is what it is for. */
  isWorking(): boolean
  /** Null: there is none to send now. */
  onPing(isReached: boolean | null): void
  clock: Clock
  logger: Logger
  signal: AbortSignal
}

/** Runs until the signal. A ping says that the monitor works, not that all is well. */
export async function runDeadMan(options: DeadManOptions): Promise<void> {
  const {settings, isWorking, onPing, clock, logger, signal} = options
  let wasReached = true
  while (!signal.aborted) {
    const now = settings()
    // Until it looks for the first time, it is asked again soon.
    let waitMs = 1_000
    if (!now || !isWorking()) onPing(null)
    else {
      waitMs = (now.everySeconds ?? EVERY_SECONDS) * 1000
      const reason = await ping(now.url, signal).then(
        () => undefined,
        (error: unknown) =>
          error instanceof DeliveryError ? error.message : 'it fails unexpectedly',
      )
      if (signal.aborted) return
      if (reason !== undefined && wasReached) logger.warn('dead-man ping failed', {reason})
      wasReached = reason === undefined
      onPing(wasReached)
    }
    await clock.sleep(waitMs, signal).catch(() => {})
  }
}
