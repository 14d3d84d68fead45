import {createHash} from 'node:crypto'

import {getAddress, type Address, type Hex} from 'viem'

import {MetisSeqError} from '../lib/errors.ts'
import {createGoRand} from './go-rand.ts'

/** Producers per span on every published network. Source: Themis genesis, `producer_count`. */
export const PRODUCER_COUNT = 1

const MAX_UINT64 = (1n << 64n) - 1n

/**
 * A validator of the consensus layer: one record per signer.
 *
 * Source: Themis `types/validator.go`.
 */
export interface Validator {
  /** Sequencer id in LockingPool, from 1. */
  id: bigint
  /** Lower case. */
  signer: Address
  /** 65 bytes, `0x04…`. */
  pubKey: Hex
  /** Whole METIS locked, rounded down. In a selection result: the number of times the validator was drawn. */
  power: number
  /** First reward batch in which it counts. */
  startBatch: bigint
  /** First reward batch in which it no longer counts. 0 while it is not leaving. */
  endBatch: bigint
  /** Operation nonce of the last applied L1 event. */
  nonce: bigint
  /** Replay key of the last applied L1 event in decimal; empty when there was none. */
  lastUpdated: string
  jailed: boolean
  /** Proposer priority. It does not influence who produces on L2. */
  accum: number
}

/**
 * A planned epoch. Its id is the number of the epoch it becomes on L2.
 *
 * Source: Themis `types/span.go`.
 */
export interface Span {
  id: bigint
  /** Inclusive. */
  startBlock: bigint
  /** Inclusive. */
  endBlock: bigint
  /** The validators at the time the span was planned, by signer. */
  validators: Validator[]
  /** The first one is the epoch's signer on L2. Never empty. */
  producers: [Validator, ...Validator[]]
}

/** Whole METIS: a hundred times the supply, so that no number of validators exceeds 64 bits together. */
export const MOST_POWER = 1_000_000_000

/** The fields of a validator that a selection needs. */
export type Candidate = Pick<Validator, 'signer' | 'power' | 'startBatch' | 'endBatch' | 'jailed'>

/**
 * The seed of a span: sha256 of its id in minimal big-endian form (empty for 0).
 *
 * No L1 randomness is included, so every future seed is known today.
 *
 * Source: Themis `metis/keeper.go`, next span seed.
 */
export function nextSpanSeed(id: bigint): Hex {
  return `0x${seedBytes(id).toString('hex')}`
}

function seedBytes(id: bigint): Buffer {
  const digits = id === 0n ? '' : id.toString(16)
  const bytes = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex')
  return createHash('sha256').update(bytes).digest()
}

/**
 * True when the validator belongs to the set of a reward batch.
 *
 * Source: Themis `types/validator.go`, `IsCurrentValidator`.
 *
 * @param l1Batch the consensus layer's copy of LockingPool's batch id
 */
export function isCurrent(validator: Omit<Candidate, 'signer'>, l1Batch: bigint): boolean {
  const batch = l1Batch + 1n
  return (
    !validator.jailed &&
    validator.startBatch <= batch &&
    (validator.endBatch === 0n || validator.endBatch > batch) &&
    validator.power > 0
  )
}

/** Current and not leaving, by signer address: the candidates of a span. */
export function eligibleValidators<T extends Candidate>(
  validators: readonly T[],
  l1Batch: bigint,
): T[] {
  return validators
    .filter((validator) => validator.endBatch === 0n && isCurrent(validator, l1Batch))
    .sort(bySigner)
}

/**
 * The producers of a span, by signer address. With more candidates than places, they are drawn with
 * replacement, weighted by power, and `power` in the result is the number of draws; otherwise all
 * candidates are returned with their own power.
 *
 * Source: Themis `metis/keeper.go` SelectNextProducers, `metis/selection.go`.
 *
 * @returns empty when nobody is eligible
 * @throws {MetisSeqError} IMPOSSIBLE_AMOUNT for powers above {@link MOST_POWER} that do not fit in 64 bits together
 */
export function selectProducers<T extends Candidate>(options: {
  spanId: bigint
  validators: readonly T[]
  l1Batch: bigint
  producerCount?: number
}): T[] {
  const {spanId, validators, l1Batch, producerCount = PRODUCER_COUNT} = options
  return drawProducers(spanId, eligibleValidators(validators, l1Batch), producerCount)
}

/** @param eligible sorted by signer */
function drawProducers<T extends Candidate>(
  spanId: bigint,
  eligible: readonly T[],
  producerCount: number,
): T[] {
  if (eligible.length <= producerCount) return [...eligible]
  const rand = createGoRand(seedBytes(spanId).readBigInt64BE(0))
  const total = eligible.reduce((sum, {power}) => sum + BigInt(power), 0n)
  // Themis adds in 64 bits; drawing from a total that does not fit would never end.
  if (total > MAX_UINT64) throw powerImpossible(total)
  const picks = new Map<number, number>()
  for (let place = 0; place < producerCount; place++) {
    const target = drawFromOne(rand.uint64, total)
    let sum = 0n
    const index = eligible.findIndex(({power}) => (sum += BigInt(power)) >= target)
    picks.set(index, (picks.get(index) ?? 0) + 1)
  }
  return eligible.flatMap((validator, index) => {
    const power = picks.get(index)
    return power === undefined ? [] : [{...validator, power}]
  })
}

function powerImpossible(total: bigint): MetisSeqError {
  const amountWei = total * 10n ** 18n
  return new MetisSeqError({
    code: 'IMPOSSIBLE_AMOUNT',
    message: `The validators lock ${total} METIS together, more than METIS exists.`,
    facts: {amountWei: `${amountWei}`},
  })
}

/** Uniform from 1 to `total`. Values above the last whole multiple are drawn again, against bias. */
function drawFromOne(nextUint64: () => bigint, total: bigint): bigint {
  if (total <= 1n) return total
  const limit = MAX_UINT64 - (MAX_UINT64 % total) - 1n
  let value = nextUint64()
  while (value >= limit) value = nextUint64()
  return 1n + (value % total)
}

/**
 * The signer of each span from `fromSpanId` on, assuming that the validator set does not change.
 *
 * @returns empty when nobody is eligible
 */
export function forecastProducers(
  fromSpanId: bigint,
  count: number,
  validators: readonly Candidate[],
  l1Batch: bigint,
): {spanId: bigint; signer: Address}[] {
  const eligible = eligibleValidators(validators, l1Batch)
  if (eligible.length === 0) return []
  return Array.from({length: count}, (_, offset) => {
    const spanId = fromSpanId + BigInt(offset)
    return {spanId, signer: drawProducers(spanId, eligible, PRODUCER_COUNT)[0]!.signer}
  })
}

/**
 * The replacement of a producer that stopped. Every other eligible validator has the same
 * probability, regardless of its power.
 *
 * Source: Themis `helper/config.go` CalcMetisSequencerWithSeed. The original panics without another
 * candidate; this one returns undefined.
 *
 * @param options.attempt number of earlier respans attempted in this epoch
 * @returns undefined without another candidate
 */
export function selectRespanProducer<T extends Candidate>(options: {
  current: Address
  /** L2 head at which production stopped. */
  height: bigint
  validators: readonly T[]
  l1Batch: bigint
  attempt: bigint
}): T | undefined {
  const {current, height, validators, l1Batch, attempt} = options
  // Sorted as EIP-55 text, where upper case sorts before lower case: not the byte order.
  const candidates = eligibleValidators(validators, l1Batch)
    .filter(({signer}) => signer.toLowerCase() !== current.toLowerCase())
    .map((validator) => ({validator, text: getAddress(validator.signer)}))
    .sort((a, b) => (a.text < b.text ? -1 : 1))
  if (candidates.length === 0) return undefined
  return candidates[createGoRand(height + attempt).intn(candidates.length)]!.validator
}

function bySigner(a: Candidate, b: Candidate): number {
  const [left, right] = [a.signer.toLowerCase(), b.signer.toLowerCase()]
  return left < right ? -1 : left > right ? 1 : 0
}
