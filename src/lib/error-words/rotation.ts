import type {rotationCodes} from '../error-codes/rotation.ts'
import type {WordsOf} from './words.ts'

export const rotationWords: WordsOf<ReturnType<typeof rotationCodes>> = {
  BLOCK_RANGE_EMPTY: [
    'The chain has no block in the range.',
    'Pass a range between 1 and the head; `metis-seq epoch current` shows it.',
  ],
  DUTY_WAIT_ENDED: [
    'No window opened within the time. Nothing was stopped or changed.',
    'Run `metis-seq duty next` to see the next windows, then wait longer.',
  ],
  EPOCH_MISSING: [
    'No epoch is committed for the next block, so L2 makes none.',
    'Run `metis-seq pos status`.',
  ],
  NO_WINDOW: [
    'The turns of the signer are too close to each other: no window in the forecast is long enough.',
    'Run `metis-seq duty next` to see the widest one, and ask for less.',
    'Add `--now` to the command that stops the node; it says what that costs.',
  ],
  ON_DUTY: [
    'The signer may have to produce blocks soon, so nothing was stopped or changed.',
    'Run `metis-seq duty wait --idle 2m`, then the same command again.',
  ],
  ROTATION_UNKNOWN: [
    'Future producers cannot be foretold without a consensus layer that is up to date.',
    'Run `metis-seq pos status`.',
  ],
}
