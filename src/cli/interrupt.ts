import {systemClock} from '../lib/clock.ts'
import {MetisSeqError} from '../lib/errors.ts'

/**
 * The library that writes the settings also listens to signals, and sends each one to the process
 * again. Such an immediate echo is not a second Ctrl-C by a person.
 */
const ECHO_MS = 300

/**
 * Turns SIGINT and SIGTERM into an abort, so that a command can report where it stopped. A second
 * signal ends a hanging process immediately.
 *
 * @returns restores the default signal handling
 */
export function onSignals(controller: AbortController): () => void {
  let firstMs: number | undefined
  const handler = (signal: 'SIGINT' | 'SIGTERM') => {
    const exit = signal === 'SIGINT' ? 'sigint' : 'sigterm'
    const nowMs = systemClock.monotonicMs()
    firstMs ??= nowMs
    if (controller.signal.aborted) {
      if (nowMs - firstMs > ECHO_MS) process.exit(exit === 'sigint' ? 130 : 143)
      return
    }
    controller.abort(new MetisSeqError({code: 'INTERRUPTED', message: 'Interrupted.', exit}))
  }
  process.on('SIGINT', handler)
  process.on('SIGTERM', handler)
  return () => {
    process.off('SIGINT', handler)
    process.off('SIGTERM', handler)
  }
}
