import {MetisSeqError} from '../lib/errors.ts'

/**
 * Turns SIGINT and SIGTERM into an abort, so that a command can say where it stopped. A second signal
 * ends the process at once, for a command that hangs.
 *
 * @returns gives the signals back to the system
 */
export function onSignals(controller: AbortController): () => void {
  const handler = (signal: 'SIGINT' | 'SIGTERM') => {
    const exit = signal === 'SIGINT' ? 'sigint' : 'sigterm'
    if (controller.signal.aborted) process.exit(exit === 'sigint' ? 130 : 143)
    controller.abort(
      new MetisSeqError({code: 'INTERRUPTED', message: 'Interrupted.', exit, retryable: true}),
    )
  }
  process.on('SIGINT', handler)
  process.on('SIGTERM', handler)
  return () => {
    process.off('SIGINT', handler)
    process.off('SIGTERM', handler)
  }
}
