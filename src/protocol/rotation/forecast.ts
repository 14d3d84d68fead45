import type {Address} from 'viem'

import type {Epoch} from '../epoch.ts'
import {
  eligibleValidators,
  forecastProducers,
  PRODUCER_COUNT,
  selectProducers,
  type Candidate,
} from '../span.ts'
import {isSame} from './records.ts'

/**
 * `exact`: fixed, or drawn as the consensus layer will draw it while its validators stay the same.
 * `probable`: a draw that was not proven yet, or shares of the stake. `unknown`: no source.
 */
export const forecastLabels = ['exact', 'probable', 'unknown'] as const
export type ForecastLabel = (typeof forecastLabels)[number]

/** Origin of a predicted epoch, from binding to none. */
export const forecastBases = [
  ...(['committed', 'planned', 'selection', 'stake-share', 'none'] as const),
] as const
export type ForecastBasis = (typeof forecastBases)[number]

/** What the consensus layer has planned, and what it draws from next. */
export interface RotationPlan {
  /** The newest span as an epoch. */
  latest: Epoch
  candidates: readonly Candidate[]
  l1Batch: bigint
}

/** An old span against the replay of its own draw. */
export interface ReplayedSpan {
  number: bigint
  /** Producer in the span. */
  producer: Address
  /** Drawn from the validators stored in the span; null when nobody was eligible. */
  drawn: Address | null
  /** False where a respan or a recovery has set the producer. */
  isDrawn: boolean
  /** Whole METIS of everybody who could be drawn. */
  powers: ReadonlyMap<Address, number>
}

/** How often the replay of a draw was right. */
export interface BackTest {
  tested: number
  hits: number
  /** Numbers of the spans that the replay got wrong, newest first, at most {@link MOST_MISSES}. */
  misses: bigint[]
  /** Spans whose producer was set by a respan or a recovery, and not drawn. */
  set: number
  /** Probability that guesses, weighted by stake, would have been right as often: 1 without a hit. */
  chance: number
}

const MOST_MISSES = 20
/**
 * Hits that guesses reach with a probability of this or more prove nothing. Seven draws of three equal
 * stakes are below it, ten of two, and those of a validator with nearly all the stake never.
 */
export const MOST_CHANCE = 1e-3

export interface ForecastEpoch {
  number: bigint
  label: ForecastLabel
  basis: ForecastBasis
  /** Null where only shares of the stake are known, or nothing. */
  signer: Address | null
  /** Null while the epochs before it are unknown. */
  startBlock: bigint | null
  /** Inclusive. */
  endBlock: bigint | null
}

export interface StakeShare {
  signer: Address
  /** Whole METIS. */
  power: number
  /** Probability to be drawn for any one epoch, 0 to 1. */
  share: number
}

/**
 * Confidence in the draws after the planned epochs. `sole`: one validator can be drawn, so nothing
 * depends on the draw. `none`: no source that is up to date.
 */
export const confidences = ['proven', 'sole', 'unproven', 'refuted', 'none'] as const
export type Confidence = (typeof confidences)[number]

/**
 * A replay that was wrong once proves that the draw is not understood, so shares are all that is left,
 * even where one validator is. Right ones prove something once guesses would hardly be right as often.
 *
 * @param candidates who can be drawn next
 */
export function confidenceOf({tested, hits, chance}: BackTest, candidates: number): Confidence {
  if (candidates === 0) return 'none'
  if (hits < tested) return 'refuted'
  if (candidates <= PRODUCER_COUNT) return 'sole'
  return chance < MOST_CHANCE ? 'proven' : 'unproven'
}

export function backTest(spans: readonly ReplayedSpan[]): BackTest {
  const drawn = spans.filter(({isDrawn}) => isDrawn)
  const wrong = drawn.filter(({producer, drawn: by}) => !isSame(producer, by))
  return {
    tested: drawn.length,
    hits: drawn.length - wrong.length,
    misses: wrong
      .map(({number}) => number)
      .toSorted((a, b) => (a > b ? -1 : 1))
      .slice(0, MOST_MISSES),
    set: spans.length - drawn.length,
    chance: drawn.reduce((product, span) => product * chanceOfHit(span), 1),
  }
}

/** The stake of the drawn one among all who could be; 1 for a miss. */
function chanceOfHit({producer, drawn, powers}: ReplayedSpan): number {
  const power = drawn === null ? undefined : powers.get(drawn)
  if (power === undefined || !isSame(producer, drawn)) return 1
  return power / [...powers.values()].reduce((sum, each) => sum + each, 0)
}

/**
 * The draw of a span, replayed from the validators stored in it. They were all current when it was
 * planned, so no reward batch is needed.
 *
 * - Source: Themis `metis/keeper.go`, FreezeSet.
 *
 * @returns null when nobody was eligible
 */
export function replayDraw(spanId: bigint, validators: readonly Candidate[]): Address | null {
  const l1Batch = validators.reduce(
    (most, {startBatch}) => (startBatch > most ? startBatch : most),
    0n,
  )
  return selectProducers({spanId, validators, l1Batch})[0]?.signer ?? null
}

/** Shares of everybody who can be drawn, the largest first. */
export function stakeShares({candidates, l1Batch}: Omit<RotationPlan, 'latest'>): StakeShare[] {
  const eligible = eligibleValidators(candidates, l1Batch)
  const total = eligible.reduce((sum, {power}) => sum + power, 0)
  return eligible
    .map(({signer, power}) => ({signer, power, share: power / total}))
    .toSorted((a, b) => b.power - a.power)
}

export interface ForecastInput {
  /** The epoch of the next block; null when none covers it. */
  current: Epoch | null
  /** The newest committed epochs, oldest first. */
  committed: readonly Epoch[]
  /** Blocks of an epoch that no respan changes. */
  epochLength: bigint
  /** Null without a consensus layer that is up to date. */
  plan: RotationPlan | null
  confidence: Confidence
}

/**
 * The current epoch and those after it. Pure.
 *
 * A committed epoch binds the nodes, a planned one will be committed, and both change only by a
 * respan. Later ones are the draws of the consensus layer, whose seed is the number of the span.
 *
 * @param count of epochs, with the current one
 */
export function forecastRotation(input: ForecastInput, count: number): ForecastEpoch[] {
  const {current, committed, plan, confidence} = input
  const newest = committed.at(-1)
  const first = current?.number ?? (newest === undefined ? undefined : newest.number + 1n)
  if (first === undefined) return []
  const drawnFrom = later(newest?.number, plan?.latest.number)
  const draws = drawsFor(input, drawnFrom, first + BigInt(count))
  let nextStart = current?.startBlock ?? null
  return Array.from({length: count}, (_, offset) => {
    const number = first + BigInt(offset)
    const fixed = fixedEpoch(input, number)
    const startBlock = fixed?.startBlock ?? nextStart
    const endBlock =
      fixed?.endBlock ?? (startBlock === null ? null : startBlock + input.epochLength - 1n)
    nextStart = endBlock === null ? null : endBlock + 1n
    const range = {number, startBlock, endBlock}
    if (fixed) return {...range, label: 'exact', basis: fixed.basis, signer: fixed.signer}
    return {...range, ...drawnAs(confidence, draws.get(number))}
  })
}

function drawnAs(
  confidence: Confidence,
  drawn: Address | undefined,
): Pick<ForecastEpoch, 'label' | 'basis' | 'signer'> {
  if (confidence === 'refuted') return {label: 'probable', basis: 'stake-share', signer: null}
  if (confidence === 'none' || drawn === undefined)
    return {label: 'unknown', basis: 'none', signer: null}
  const isCertain = confidence === 'proven' || confidence === 'sole'
  return {label: isCertain ? 'exact' : 'probable', basis: 'selection', signer: drawn}
}

/** A screen asks four times a second for the same draws, which cost some milliseconds. */
const drawn = new WeakMap<
  readonly Candidate[],
  {key: string; draws: ReadonlyMap<bigint, Address>}
>()

function drawsFor(
  {plan}: ForecastInput,
  after: bigint | undefined,
  until: bigint,
): ReadonlyMap<bigint, Address> {
  if (!plan || after === undefined) return new Map()
  const count = Number(until - after - 1n)
  if (count <= 0) return new Map()
  const {candidates, l1Batch} = plan
  const key = `${after} ${count} ${l1Batch}`
  const kept = drawn.get(candidates)
  if (kept?.key === key) return kept.draws
  const draws = new Map(
    forecastProducers(after + 1n, count, candidates, l1Batch).map(({spanId, signer}) => [
      spanId,
      signer,
    ]),
  )
  drawn.set(candidates, {key, draws})
  return draws
}

/** What is on L2 wins over the plan: nodes obey the contract. */
function fixedEpoch(
  {current, committed, plan}: ForecastInput,
  number: bigint,
): (Epoch & {basis: 'committed' | 'planned'}) | undefined {
  const onL2 = [...(current ? [current] : []), ...committed].find(
    (epoch) => epoch.number === number,
  )
  if (onL2) return {...onL2, basis: 'committed'}
  return plan?.latest.number === number ? {...plan.latest, basis: 'planned'} : undefined
}

function later(a: bigint | undefined, b: bigint | undefined): bigint | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return a > b ? a : b
}
