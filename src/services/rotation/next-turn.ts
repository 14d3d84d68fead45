import type {Address} from 'viem'

import {forecastRotation, type ForecastBasis} from '../../protocol/rotation/forecast.ts'
import {isSame} from '../../protocol/rotation/records.ts'
import type {Answer} from '../../health/snapshot.ts'
import {withPlan, type EpochView, type RotationNow} from './epochs.ts'
import type {PlanLook} from './plan.ts'
import {outdated} from './forecast.ts'

/** The next own epoch, the current one included. */
export interface NextTurn {
  number: bigint
  /** How it is known; a drawn one holds while no stake changes and no producer falls silent. */
  basis: ForecastBasis
  startBlock: bigint
  endBlock: bigint
  /** Blocks until its first one; 0 while it runs. */
  blocksAway: bigint
}

/**
 * Why epochs beyond those committed on L2 are unknown now; null while the plan of the consensus layer
 * can be used. Pure.
 */
export function planDoubt(
  pos: Answer<{plan: PlanLook}>,
  {newest}: Pick<RotationNow, 'newest'>,
): string | null {
  if (pos.known) return outdated(pos.value.plan, newest.at(-1)?.number)
  if (pos.why === 'absent') return 'the network has no consensus layer that can be asked'
  if (pos.why === 'asking') return 'the consensus layer was not read yet'
  return 'the consensus layer does not respond'
}

/**
 * The rotation with the epoch that the consensus layer plans. Of one that is silent, behind or syncing
 * nothing is shown: what it planned may be over. Pure.
 */
export function withCurrentPlan(
  rotation: RotationNow,
  pos: Answer<{plan: PlanLook; planned: EpochView | null}>,
): RotationNow {
  if (!pos.known || planDoubt(pos, rotation) !== null) return rotation
  return withPlan(rotation, pos.value.planned)
}

/** Epochs that are searched, as far as anybody plans a day. */
const SEARCHED_EPOCHS = 65
const NEAR_EPOCHS = 8

/**
 * The next own turn by one look at L2 and at the consensus layer. Pure.
 *
 * @param plan null when it does not respond
 * @returns null when none is known
 */
export function nextTurnOf(
  rotation: RotationNow,
  plan: PlanLook | null,
  own: Address | null,
): NextTurn | null {
  const {epoch, newest, headBlock, epochLength} = rotation
  const isUsable = plan !== null && outdated(plan, newest.at(-1)?.number) === null
  const usable = isUsable && plan.latest ? {...plan, latest: plan.latest} : null
  const input = {
    ...{current: epoch, committed: newest, plan: usable},
    epochLength,
    // Which epoch it is does not depend on how often the draws came true.
    confidence: usable ? ('unproven' as const) : ('none' as const),
  }
  const find = (count: number) =>
    forecastRotation(input, count).find(
      ({signer, endBlock}) => isSame(signer, own) && endBlock !== null && endBlock > headBlock,
    )
  // A draw costs some fifty microseconds, and most turns are near.
  const turn = find(NEAR_EPOCHS) ?? find(SEARCHED_EPOCHS)
  if (!turn || turn.startBlock === null || turn.endBlock === null) return null
  const {number, basis, startBlock, endBlock} = turn
  const away = startBlock - headBlock - 1n
  return {number, basis, startBlock, endBlock, blocksAway: away > 0n ? away : 0n}
}
