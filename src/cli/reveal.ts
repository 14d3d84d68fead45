import {MetisSeqError} from '../lib/errors.ts'

/**
 * A secret is only decrypted for output when explicitly requested; `--yes` is not enough.
 *
 * @throws {MetisSeqError} REVEAL_NEEDED
 */
export function assertReveal(reveal: boolean, consequence: string): void {
  if (reveal) return
  throw new MetisSeqError({
    code: 'REVEAL_NEEDED',
    message: `Nothing was written: ${consequence}.`,
    hints: [
      'Pass `--reveal` to do so.',
      'For a copy to keep, use `metis-seq key backup NAME --output FILE`, which is encrypted.',
    ],
  })
}
