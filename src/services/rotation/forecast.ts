import {getAddress, type Address} from 'viem'

import {stallLimitSeconds} from '../../health/stall.ts'
import {MetisSeqError, messageOf} from '../../lib/errors.ts'
import {counted} from '../../lib/units.ts'
import {
  backTest,
  confidenceOf,
  forecastRotation,
  MOST_CHANCE,
  stakeShares,
  type BackTest,
  type Confidence,
  type ForecastEpoch,
  type StakeShare,
} from '../../protocol/rotation/forecast.ts'
import {isSame} from '../../protocol/rotation/records.ts'
import {eligibleValidators} from '../../protocol/span.ts'
import type {Context} from '../context.ts'
import {settingOf} from '../health/setting.ts'
import {createBlockTimes} from '../network/block-times.ts'
import {readActiveStakes, type ActiveStakes} from './active-stakes.ts'
import {rotationOnL2, type RotationNow} from './epochs.ts'
import {readPlan, type PlanLook} from './plan.ts'
import {readRecords, replayedSpans, type Records, type ScanOptions} from './records.ts'

/** Spans that are replayed before a forecast. */
export const BACK_TESTED_SPANS = 200

export interface TimedEpoch extends ForecastEpoch {
  /** True when its signer is the one asked for; null where its signer is unknown. */
  mine: boolean | null
  /** Probability that it is the one asked for, 0 to 1; null where nothing is known. */
  chance: number | null
  /** Expected time of its first block, milliseconds since 1970; null while blocks do not arrive. */
  startsAtMs: number | null
  /** Expected time of its last block. */
  endsAtMs: number | null
}

export interface RotationForecast {
  headBlock: bigint
  headTimestampSeconds: bigint
  /** False when no epoch covers the next block, so nobody may produce. */
  hasEpoch: boolean
  /** Signer asked for; null without one. */
  signer: Address | null
  /** The current epoch first. */
  epochs: TimedEpoch[]
  /** Null without a consensus layer that is up to date. */
  backTest: BackTest | null
  confidence: Confidence
  /** Why epochs after the planned ones are not exact; null when they are. */
  doubt: string | null
  /**
   * False when the signer asked for cannot be drawn: the consensus layer does not know it, and L1 has
   * no stake of it that is on its way.
   */
  isCandidate: boolean
  /** Everybody who can be drawn, the largest first; empty without a plan. */
  shares: StakeShare[]
  /** Median of recent blocks in milliseconds; null while too few are known. */
  blockMs: number | null
  epochLength: bigint
}

export interface ForecastOptions extends ScanOptions {
  /** Epochs, with the current one. */
  count: number
  /** Null: nobody's turns are marked. */
  signer: Address | null
  /** Wall clock, milliseconds since 1970. */
  nowMs?: number
}

/**
 * The next epochs with their producers, as far as they are known, after a replay of the newest spans.
 *
 * @throws {MetisSeqError} those of the L2 endpoint, INTERRUPTED; a consensus layer that does not
 *   respond only makes the later epochs unknown
 */
export async function readForecast(
  context: Context,
  options: ForecastOptions,
): Promise<RotationForecast> {
  // The first replay of old spans can take minutes, so the head is read after it.
  const records = await readRecords(context, BACK_TESTED_SPANS, options)
  const {drawing, rotation} = await readDrawingAndRotation(context)
  const blockMs = await createBlockTimes(context).usualMs(rotation)
  const stallSeconds = stallLimitSeconds(settingOf(context))
  return composeForecast({rotation, records, drawing, blockMs, stallSeconds}, options)
}

/** What the consensus layer draws from, and what speaks against it. */
export interface Drawing {
  plan: PlanLook | null
  /** Why there is no plan; null with one. */
  missing: string | null
  /** Why its validators may change soon; null when they agree with L1. */
  pending: string | null
  /** Signers with an active stake on L1, in lower case; null while it cannot be read. */
  active: ReadonlySet<string> | null
}

/**
 * The plan and the rotation of one moment. L1 is read before: one that is down takes its time, after
 * which the head would be old, and L2 would pass for stalled.
 *
 * @param readStakes of L1, never calmer than its newest block
 * @throws {MetisSeqError} those of the L2 endpoint
 */
export async function readDrawingAndRotation(
  context: Context,
  readStakes: () => Promise<ActiveStakes> = () => readActiveStakes(context),
): Promise<{drawing: Drawing; rotation: RotationNow}> {
  const onL1 = context.pos() ? await readStakes() : null
  const [drawing, rotation] = await Promise.all([readDrawing(context, onL1), rotationOnL2(context)])
  return {drawing, rotation}
}

/** The plan, and whether L1 has stakes that it does not know yet. Never throws for a source that is down. */
async function readDrawing(context: Context, onL1: ActiveStakes): Promise<Drawing> {
  const pos = context.pos()
  const none = (missing: string): Drawing => ({plan: null, missing, pending: null, active: null})
  if (!pos) return none('the network has no consensus layer that can be asked')
  try {
    const plan = await readPlan(pos, context.network.l2.chainId)
    const active = onL1 && new Set(onL1.keys())
    return {plan, missing: null, pending: pendingChange(onL1, plan), active}
  } catch (error) {
    if (error instanceof MetisSeqError && error.code === 'INTERRUPTED') throw error
    return none(`the consensus layer cannot be read (${messageOf(error)})`)
  }
}

/** The cap on updates of a stake. Source: Themis `staking/side_handler.go`, MaxVotingPower. */
const MAX_VOTING_POWER = 100_000

/** Stakes on L1 reach the consensus layer confirmations later; until then the draws are of the old ones. */
function pendingChange(onL1: ActiveStakes, plan: PlanLook): string | null {
  if (!onL1) return 'L1 cannot be read, so changes of stakes that are on their way are unknown'
  const known = eligibleValidators(plan.candidates, plan.l1Batch)
  const agrees = ({signer, power}: {signer: Address; power: number}) => {
    const locked = onL1.get(signer.toLowerCase())
    return (
      locked !== undefined && (locked === power || power === Math.min(locked, MAX_VOTING_POWER))
    )
  }
  if (known.length === onL1.size && known.every(agrees)) return null
  return 'a change of stakes on L1 has not reached the consensus layer yet'
}

interface Readings {
  rotation: RotationNow
  records: Records
  drawing: Drawing
  blockMs: number | null
  /** Seconds without a block after which L2 counts as stalled. */
  stallSeconds: number
}

/** The forecast of these readings. Pure. */
export function composeForecast(
  {rotation, records, drawing, blockMs, stallSeconds}: Readings,
  {count, signer, nowMs = Date.now()}: Omit<ForecastOptions, keyof ScanOptions>,
): RotationForecast {
  const {headBlock, headTimestampSeconds, epoch, newest} = rotation
  const missing =
    drawing.missing ??
    outdated(drawing.plan, newest.at(-1)?.number) ??
    (records.respans === null ? 'the spans of the consensus layer cannot be read' : null)
  const look = missing === null ? drawing.plan : null
  const plan = look?.latest ? {...look, latest: look.latest} : null
  const tested = plan ? backTest(replayedSpans(records, BACK_TESTED_SPANS)) : null
  const shares = plan
    ? stakeShares(plan).map((each) => ({...each, signer: getAddress(each.signer)}))
    : []
  const confidence = confidenceWith(tested, shares.length, drawing.pending)
  const {epochLength} = records
  const epochs = forecastRotation(
    {current: epoch, committed: newest, epochLength, plan, confidence},
    count,
  )
  const arrival = arrivalOf({headBlock, headTimestampSeconds, blockMs, nowMs, stallSeconds})
  const share = shares.find((each) => isSame(each.signer, signer))?.share ?? 0
  const isOnL1 = signer !== null && (drawing.active?.has(signer.toLowerCase()) ?? true)
  return {
    ...{headBlock, headTimestampSeconds, signer, backTest: tested, confidence, shares, blockMs},
    hasEpoch: epoch !== null,
    isCandidate: share > 0 || isOnL1,
    ...{epochLength, doubt: missing ?? doubtOf(tested, confidence, drawing.pending)},
    epochs: epochs.map((each) => ({
      ...each,
      signer: each.signer && getAddress(each.signer),
      mine: each.signer === null ? null : isSame(each.signer, signer),
      chance: chanceOf(each, signer, share),
      startsAtMs: arrival(each.startBlock),
      endsAtMs: arrival(each.endBlock),
    })),
  }
}

function chanceOf(
  {label, signer}: ForecastEpoch,
  own: Address | null,
  share: number,
): number | null {
  if (own === null || label === 'unknown') return null
  if (signer === null) return share
  if (label === 'exact') return isSame(signer, own) ? 1 : 0
  return null
}

/**
 * Why a plan is not to be used; null when it is. A consensus layer that lags draws from validators
 * of the past.
 */
export function outdated(plan: PlanLook | null, newestEpoch: bigint | undefined): string | null {
  if (!plan) return null
  if (plan.syncing === true) return 'the consensus layer is still syncing'
  if (!plan.latest) return 'the newest span of the consensus layer cannot be read as an epoch'
  if (plan.unreadValidators > 0)
    return `${counted(plan.unreadValidators, 'validator')} of the consensus layer cannot be read`
  if (newestEpoch === undefined) return null
  const behind = newestEpoch - plan.latestNumber
  if (behind > 0n) return `the consensus layer is ${counted(behind, 'epoch')} behind L2`
  // It plans an epoch when the one before is in progress.
  if (-behind > MOST_PLANNED)
    return `the L2 endpoint is ${-behind} epochs behind the consensus layer, or one of them is of another network`
  return null
}

/** Epochs that the consensus layer can be ahead of those committed on L2. */
const MOST_PLANNED = 2n

function confidenceWith(
  tested: BackTest | null,
  candidates: number,
  pending: string | null,
): Confidence {
  if (!tested) return 'none'
  const confidence = confidenceOf(tested, candidates)
  const isCertain = confidence === 'proven' || confidence === 'sole'
  return isCertain && pending !== null ? 'unproven' : confidence
}

function doubtOf(
  tested: BackTest | null,
  confidence: Confidence,
  pending: string | null,
): string | null {
  if (!tested) return null
  if (confidence === 'none') return 'the consensus layer has no validator that can be drawn'
  if (confidence === 'refuted') {
    return `only ${tested.hits} of the last ${tested.tested} draws came true, so shares of the stake are shown instead`
  }
  if (pending !== null || confidence !== 'unproven') return pending
  if (tested.tested === 0) return 'there is no span yet to test the draws against'
  return `guesses by stake would be right as often with a probability of ${percentOf(tested.chance)}; below ${percentOf(MOST_CHANCE)} the draws count as proven`
}

function percentOf(chance: number): string {
  return `${Number((chance * 100).toPrecision(2))} %`
}

/** Expected time of a block at the measured rate; null while blocks do not arrive. */
function arrivalOf(options: {
  headBlock: bigint
  headTimestampSeconds: bigint
  blockMs: number | null
  nowMs: number
  stallSeconds: number
}): (block: bigint | null) => number | null {
  const {headBlock, headTimestampSeconds, blockMs, nowMs, stallSeconds} = options
  const headMs = Number(headTimestampSeconds) * 1000
  const isStalled = nowMs - headMs > stallSeconds * 1000
  return (block) => {
    if (block === null || blockMs === null || isStalled) return null
    return Math.round(headMs + Number(block - headBlock) * blockMs)
  }
}
