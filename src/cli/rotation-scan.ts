import type {ScanOptions} from '../services/rotation/records.ts'
import {rotationProgressText} from '../ui/presenters/rotation.ts'

/** A scan of fewer is over before anybody reads of it. */
const SHORT_SCAN = 100

/** Options of a scan over epochs or blocks: Ctrl-C ends it, and a long one tells how far it is. */
export function scanWith(signal: AbortSignal, tell: (text: string) => void): ScanOptions {
  return {
    signal,
    onProgress: (progress) => {
      if (progress.total > SHORT_SCAN) tell(rotationProgressText(progress))
    },
  }
}
