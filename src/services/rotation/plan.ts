import type {PosClient} from '../../chain/themis-client.ts'
import {cleanText} from '../../lib/clean-text.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import {MOST_EPOCH_NUMBER} from '../../protocol/epoch.ts'
import type {RotationPlan} from '../../protocol/rotation/forecast.ts'
import {candidateOf, chainOfSpan, epochOfSpan, wholeOf} from '../../protocol/themis.ts'

/** The plan of the consensus layer, as it answers now. */
export interface PlanLook extends Omit<RotationPlan, 'latest'> {
  /** Null when the newest span is not usable as an epoch. */
  latest: RotationPlan['latest'] | null
  latestNumber: bigint
  /** Validators with unusable values: without them the draws are others. */
  unreadValidators: number
  /** Null if not reported. */
  syncing: boolean | null
}

/**
 * Reads the newest span and everything that the next draws depend on.
 *
 * @param l2ChainId that its spans must name, if they name one
 * @throws {MetisSeqError} POS_UNREACHABLE, POS_ERROR, POS_ANSWER_WRONG
 */
export async function readPlan(pos: PosClient, l2ChainId: number): Promise<PlanLook> {
  const [validators, batch, span, syncing] = await Promise.all([
    pos.validators(),
    pos.batchId(),
    pos.latestSpan(),
    pos.syncing().catch(() => null),
  ])
  const number = wholeOf(span?.id ?? null)
  const l1Batch = wholeOf(batch)
  const isWhole = (value: number | undefined): value is number => value !== undefined && value >= 0
  if (!span || !isWhole(number) || !isWhole(l1Batch)) throw wrongAnswer()
  if (l1Batch > Number(MOST_EPOCH_NUMBER)) throw wrongAnswer()
  const chain = chainOfSpan(span)
  if (chain !== null && String(chain) !== String(l2ChainId)) throw otherChain(chain, l2ChainId)
  const candidates = validators.flatMap((validator) => candidateOf(validator) ?? [])
  const signers = new Set(candidates.map(({signer}) => signer.toLowerCase()))
  return {
    latest: epochOfSpan(span) ?? null,
    latestNumber: BigInt(number),
    candidates,
    // One record per signer.
    unreadValidators: validators.length - signers.size,
    l1Batch: BigInt(l1Batch),
    syncing,
  }
}

function otherChain(chain: string | number, expected: number): MetisSeqError {
  return new MetisSeqError({
    code: 'POS_ANSWER_WRONG',
    message: `The consensus layer is of another network: its spans are for L2 chain ${cleanText(String(chain))}, expected ${expected}.`,
    hints: ['Run `metis-seq network check`.'],
  })
}

function wrongAnswer(): MetisSeqError {
  return new MetisSeqError({
    code: 'POS_ANSWER_WRONG',
    message: 'The consensus layer gave no span or no batch.',
  })
}
