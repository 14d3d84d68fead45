import {MetisSeqError, messageOf, systemErrorCode} from '../lib/errors.ts'

const gone = new AbortController()
let failure: unknown

/** Aborted when nobody reads what we print any more, or nothing can take it. Who only shows things ends then. */
export const readerGone: AbortSignal = gone.signal

/**
 * Keeps the program alive when its output fails: a command that is sending has to come to its end, and says so
 * afterwards.
 */
export function watchStdout(): void {
  // The library of the commands ends the program at every error but EPIPE.
  process.stdout.removeAllListeners('error')
  process.stdout.on('error', (error) => {
    // The reader has gone (`| head -1`), or the terminal has: that ends quietly, as in other tools.
    if (!['EPIPE', 'EIO'].includes(systemErrorCode(error) ?? '')) failure ??= error
    gone.abort()
  })
  // Remarks that nobody can read, on a full disk, are no reason to end what they are about.
  process.stderr.on('error', () => {})
}

/** Why what was printed did not arrive; undefined when it did, or when nobody wanted it. */
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
