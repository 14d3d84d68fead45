import type {PosClient} from '../../chain/themis-client.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import type {RotationPlan} from '../../protocol/rotation/forecast.ts'
import {candidateOf, epochOfSpan, wholeOf} from '../../protocol/themis.ts'

/** The plan of the consensus layer, as it answers now. */
export interface PlanLook extends Omit<RotationPlan, 'latest'> {
  /** Null when the newest span is not usable as an epoch. */
  latest: RotationPlan['latest'] | null
  latestNumber: bigint
  /** Null if not reported. */
  syncing: boolean | null
}

/**
 * Reads the newest span and everything that the next draws depend on.
 *
 * @throws {MetisSeqError} POS_UNREACHABLE, POS_ERROR, POS_ANSWER_WRONG
 */
export async function readPlan(pos: PosClient): Promise<PlanLook> {
  const [validators, batch, span, syncing] = await Promise.all([
    pos.validators(),
    pos.batchId(),
    pos.latestSpan(),
    pos.syncing().catch(() => null),
  ])
  const number = wholeOf(span?.id ?? null)
  const l1Batch = wholeOf(batch)
  if (!span || number === undefined || l1Batch === undefined) throw wrongAnswer()
  return {
    latest: epochOfSpan(span) ?? null,
    latestNumber: BigInt(number),
    candidates: validators.flatMap((validator) => candidateOf(validator) ?? []),
    l1Batch: BigInt(l1Batch),
    syncing,
  }
}

function wrongAnswer(): MetisSeqError {
  return new MetisSeqError({
    code: 'POS_ANSWER_WRONG',
    message: 'The consensus layer gave no span or no batch.',
  })
}
