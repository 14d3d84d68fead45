import type {Address} from 'viem'
import {describe, expect, test} from 'vitest'

import {
  forecastProducers,
  isCurrent,
  MOST_POWER,
  nextSpanSeed,
  selectProducers,
  selectRespanProducer,
  type Candidate,
} from '../../src/protocol/span.ts'
import vectors from '../fixtures/go-rand-vectors.json' with {type: 'json'}

const sets: Candidate[][] = vectors.sets.map((set) =>
  set.map(({signer, power, startBatch, endBatch, jailed}) => ({
    signer: signer as Address,
    power,
    startBatch: BigInt(startBatch),
    endBatch: BigInt(endBatch),
    jailed,
  })),
)

test('selections equal those of an independent Go program', () => {
  expect(vectors.selections.length).toBeGreaterThan(150)
  for (const {spanId, set, l1Batch, producerCount, seed, producers} of vectors.selections) {
    expect(nextSpanSeed(BigInt(spanId))).toBe(seed)
    const selected = selectProducers({
      spanId: BigInt(spanId),
      // The order in which validators arrive must not matter.
      validators: sets[set]!.toReversed(),
      l1Batch: BigInt(l1Batch),
      producerCount,
    })
    expect(selected.map(({signer, power}) => ({signer, power}))).toEqual(producers)
  }
})

test('successors equal those of an independent Go program; nobody else is undefined, not a crash', () => {
  expect(vectors.respans.length).toBeGreaterThan(80)
  for (const {set, l1Batch, current, height, attempt, next} of vectors.respans) {
    const successor = selectRespanProducer({
      current: current as Address,
      height: BigInt(height),
      validators: sets[set]!.toReversed(),
      l1Batch: BigInt(l1Batch),
      attempt: BigInt(attempt),
    })
    expect(successor?.signer ?? '').toBe(next)
  }
})

test('the forecast is what the selections will be', () => {
  const three = sets[0]!
  const forecast = forecastProducers(1n, 59, three, 0n)
  expect(forecast).toEqual(
    vectors.selections
      .filter(({set, spanId}) => set === 0 && spanId !== '0')
      .map(({spanId, producers}) => ({spanId: BigInt(spanId), signer: producers[0]!.signer})),
  )
  expect(forecastProducers(1n, 5, [], 0n)).toEqual([])
})

describe('isCurrent', () => {
  const base = {power: 1, startBatch: 1n, endBatch: 0n, jailed: false}
  test.each([
    ['joined in the batch that runs', base, 0n, true],
    ['joins one batch later', {...base, startBatch: 2n}, 0n, false],
    ['leaves in the batch that runs: out at once', {...base, endBatch: 1n}, 0n, false],
    ['leaves later', {...base, endBatch: 5n}, 3n, true],
    ['its end has come', {...base, endBatch: 5n}, 4n, false],
    ['jailed', {...base, jailed: true}, 0n, false],
    ['no power', {...base, power: 0}, 0n, false],
  ])('%s', (_name, validator, l1Batch, expected) => {
    expect(isCurrent(validator, l1Batch)).toBe(expected)
  })
})

test('one that is leaving is current until its end but never selected', () => {
  const [first, second] = sets[0]!
  const leaving = {...first!, endBatch: 100n}
  expect(isCurrent(leaving, 0n)).toBe(true)
  const selected = forecastProducers(0n, 50, [leaving, second!], 0n)
  expect(new Set(selected.map(({signer}) => signer))).toEqual(new Set([second!.signer]))
})

test('powers that do not fit in 64 bits are a failure with a code, and the most that is read fits', () => {
  const many = (count: number, power: number) =>
    Array.from({length: count}, (_, at) => ({
      signer: `0x${(at + 1).toString(16).padStart(40, '0')}` as const,
      ...{power, startBatch: 0n, endBatch: 0n, jailed: false},
    }))
  const draw = (count: number, power: number) => forecastProducers(7n, 1, many(count, power), 0n)
  expect(() => draw(2049, 2 ** 53 - 1)).toThrow(
    expect.objectContaining({code: 'IMPOSSIBLE_AMOUNT', message: expect.stringContaining('METIS')}),
  )
  expect(draw(10_000, MOST_POWER)).toHaveLength(1)
})
