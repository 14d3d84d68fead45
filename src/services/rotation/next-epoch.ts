import {answerOf} from '../../health/snapshot.ts'
import type {Context} from '../context.ts'
import {posReader} from '../health/consensus.ts'
import {askOnce, nowOf} from '../health/look-once.ts'
import {rotationOnL2, type RotationNow} from './epochs.ts'
import {planDoubt, withCurrentPlan} from './next-turn.ts'

export interface NextEpoch {
  rotation: RotationNow
  /** Why an epoch that is not committed is unknown; null while the plan of the consensus layer is known. */
  planDoubt: string | null
}

/**
 * The epoch after the current one, by the same rule as `status`.
 *
 * @throws {MetisSeqError} those of the L2 endpoint; without a consensus layer only the plan is unknown
 */
export async function readNextEpoch(context: Context): Promise<NextEpoch> {
  const [onL2, pos] = await Promise.all([rotationOnL2(context), askOnce(posReader(context))])
  const answer = answerOf(pos, nowOf())
  return {rotation: withCurrentPlan(onL2, answer), planDoubt: planDoubt(answer, onL2)}
}
