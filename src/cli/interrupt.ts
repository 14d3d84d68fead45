import {systemClock} from '../lib/clock.ts'
import {MetisSeqError} from '../lib/errors.ts'

/**
 * The library that writes the settings listens to signals as well, and sends each one to the process once
 * more. An echo that soon is not a second Ctrl-C of a person.
 */
const ECHO_MS = 300

/**
 * Turns SIGINT and SIGTERM into an abort, so that a command can say where it stopped. A second signal
 * ends the process at once, for a command that hangs.
 *
 * @returns gives the signals back to the system
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
