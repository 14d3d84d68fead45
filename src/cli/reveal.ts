import {MetisSeqError} from '../lib/errors.ts'

/**
 * A secret leaves its encryption only when that was said in so many words; `--yes` says something else.
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
