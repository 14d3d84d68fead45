import type {Address} from 'viem'

import {epochAt, type Epoch} from '../epoch.ts'
import {eligibleValidators, selectRespanProducer} from '../span.ts'
import {isSame, type RespanRecord} from './records.ts'
import type {RotationPlan} from './forecast.ts'

/** One attempt of a respan: who takes over if the ones before fail. */
export interface SuccessorAttempt {
  /** From 0. Attempts of this epoch that were carried out count. */
  attempt: bigint
  /** Null without another candidate: then nobody takes over. */
  signer: Address | null
}

export interface Succession {
  /** Producer of the next block, who would be replaced; of the head, where no epoch covers the next block. */
  current: Address
  /** No epoch covers the next block: nobody may produce it, and nobody is silent. */
  isHalted: boolean
  /** First block of the successor: production has stopped at the one before. */
  startBlock: bigint
  /** In the order in which they are tried. */
  attempts: SuccessorAttempt[]
  /** Validators that can be drawn, without the current producer. */
  candidates: number
}

/**
 * Who takes over if the producer stops at the head. Pure.
 *
 * Every other validator has the same probability, whatever its stake; the height and the number of
 * the attempt are the seed, so another head gives another successor.
 *
 * - Source: Themis `bridge/setu/processor/span.go`, checkReSpan.
 *
 * @returns undefined when no epoch covers the head or the next block
 */
export function successionAt(options: {
  head: bigint
  /** The newest epochs on L2, oldest first. */
  epochs: readonly Epoch[]
  plan: Pick<RotationPlan, 'candidates' | 'l1Batch'>
  /** Respans that were carried out: where failed ones are not reported, they are all that counts. */
  respans: readonly RespanRecord[]
  /** Reported by the consensus layer, failed ones included; null where it reports none. */
  attempts?: {epoch: bigint; count: bigint} | null
  /** Producers that this consensus layer passes over; Themis passes over none. */
  excluded?: readonly Address[]
  count: number
}): Succession | undefined {
  const {head, epochs, plan, respans, attempts: reported = null, excluded = [], count} = options
  const next = epochAt(epochs, head + 1n)
  const inProgress = next ?? epochAt(epochs, head)
  const newest = epochs.at(-1)
  if (!inProgress || !newest) return undefined
  // An epoch whose first block never came is replaced as the successor of the one before.
  const isNotBegun = newest.startBlock === head + 1n
  const l2Epoch = isNotBegun ? newest.number - 1n : inProgress.number
  const carriedOut = BigInt(respans.filter((respan) => respan.l2Epoch === l2Epoch).length)
  const first = reported ? (reported.epoch === l2Epoch ? reported.count : 0n) : carriedOut
  const draw = (attempt: bigint) =>
    selectRespanProducer({
      ...{current: inProgress.signer, height: head, attempt},
      ...{validators: plan.candidates, l1Batch: plan.l1Batch},
    })?.signer ?? null
  return {
    current: inProgress.signer,
    isHalted: next === undefined,
    startBlock: head + 1n,
    attempts: attemptsFrom(first, count, draw, excluded),
    candidates: eligibleValidators(plan.candidates, plan.l1Batch).filter(
      ({signer}) => !isSame(signer, inProgress.signer),
    ).length,
  }
}

/** Tries that are passed over: the chance to miss one of two candidates is 1 in 2^32. */
const TRIES = 32n

function attemptsFrom(
  first: bigint,
  count: number,
  draw: (attempt: bigint) => Address | null,
  excluded: readonly Address[],
): SuccessorAttempt[] {
  const attempts: SuccessorAttempt[] = []
  for (let attempt = first; attempts.length < count && attempt < first + TRIES; attempt++) {
    const signer = draw(attempt)
    if (signer !== null && excluded.some((each) => isSame(each, signer))) continue
    attempts.push({attempt, signer})
    if (signer === null) break
  }
  return attempts
}
