import {MetisSeqError, messageOf, systemErrorCode} from '../lib/errors.ts'

const gone = new AbortController()
let failure: unknown

/** Aborted when our output has no reader, or cannot be written. Read-only commands then end. */
export const readerGone: AbortSignal = gone.signal

/**
 * Keeps the program alive when its output fails: a sending command must complete, and reports the
 * failure afterwards.
 */
export function watchStdout(): void {
  // oclif ends the program on every error except EPIPE.
  process.stdout.removeAllListeners('error')
  process.stdout.on('error', (error) => {
    // The reader is gone (`| head -1`), or the terminal is: end quietly, like other tools.
    if (!['EPIPE', 'EIO'].includes(systemErrorCode(error) ?? '')) failure ??= error
    gone.abort()
  })
  // Remarks that cannot be written, for example to a full disk, are no reason to abort the command.
  process.stderr.on('error', () => {})
}

/** Why the output was not written; undefined when it was, or when its reader is gone. */
export function outputFailure(): MetisSeqError | undefined {
  if (failure === undefined) return undefined
  const code = systemErrorCode(failure)
  const isFull = code === 'ENOSPC' || code === 'EDQUOT'
  return new MetisSeqError({
    code: isFull ? 'DISK_FULL' : 'OUTPUT_FAILED',
    message: isFull
      ? 'There is no space left to write the output.'
      : `The output cannot be written: ${messageOf(failure)}.`,
    hints: ['Only the output is lost; `metis-seq tx list` shows what was sent.'],
    cause: failure,
  })
}
