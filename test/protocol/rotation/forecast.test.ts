import type {Address} from 'viem'
import {describe, expect, test} from 'vitest'

import type {Epoch} from '../../../src/protocol/epoch.ts'
import {
  backTest,
  confidenceOf,
  forecastRotation,
  replayDraw,
  stakeShares,
  type ForecastInput,
  type ReplayedSpan,
} from '../../../src/protocol/rotation/forecast.ts'
import {selectProducers, type Candidate} from '../../../src/protocol/span.ts'
import vectors from '../../fixtures/go-rand-vectors.json' with {type: 'json'}

const sets: Candidate[][] = vectors.sets.map((set) =>
  set.map(({signer, power, startBatch, endBatch, jailed}) => ({
    ...{signer: signer as Address, power, jailed},
    ...{startBatch: BigInt(startBatch), endBatch: BigInt(endBatch)},
  })),
)
const [candidates = []] = sets
const signer = candidates[0]!.signer
const other = candidates[1]!.signer

const epochOf = (number: number, by: Address, blocks = 10): Epoch => ({
  number: BigInt(number),
  signer: by,
  startBlock: BigInt(number * 10),
  endBlock: BigInt(number * 10 + blocks - 1),
})

const input = (changed: Partial<ForecastInput> = {}): ForecastInput => ({
  current: epochOf(4, signer),
  committed: [epochOf(3, other), epochOf(4, signer)],
  epochLength: 10n,
  plan: {latest: epochOf(5, other), candidates, l1Batch: 0n},
  confidence: 'proven',
  ...changed,
})

test('draws equal those of an independent Go program', () => {
  const drawn = vectors.selections.filter(({set, spanId, l1Batch, producerCount}) => {
    return set === 0 && Number(spanId) > 5 && Number(l1Batch) === 0 && producerCount === 1
  })
  expect(drawn.length).toBeGreaterThan(40)
  const forecast = forecastRotation(input(), 100)
  for (const {spanId, producers} of drawn) {
    const epoch = forecast.find(({number}) => number === BigInt(spanId))
    expect(epoch).toMatchObject({signer: producers[0]!.signer, label: 'exact', basis: 'selection'})
  }
})

test('the epoch in progress, a committed and a planned one come before the draws, without a gap', () => {
  const forecast = forecastRotation(input(), 5)
  expect(forecast.map(({number, basis, label}) => [Number(number), basis, label])).toEqual([
    [4, 'committed', 'exact'],
    [5, 'planned', 'exact'],
    [6, 'selection', 'exact'],
    [7, 'selection', 'exact'],
    [8, 'selection', 'exact'],
  ])
  for (const [at, epoch] of forecast.entries()) {
    if (at > 0) expect(epoch.startBlock).toBe(forecast[at - 1]!.endBlock! + 1n)
  }
})

test('a respanned epoch of another length moves all later ones', () => {
  const long = {...epochOf(4, signer), endBlock: 75n}
  const forecast = forecastRotation(input({current: long, committed: [long], plan: null}), 3)
  expect(forecast.map(({startBlock, endBlock}) => [startBlock, endBlock])).toEqual([
    [40n, 75n],
    [76n, 85n],
    [86n, 95n],
  ])
})

test('what is on L2 wins over the plan', () => {
  const committed = [epochOf(4, signer), epochOf(5, signer)]
  expect(forecastRotation(input({committed}), 2)[1]).toMatchObject({
    ...{basis: 'committed', signer},
  })
})

describe('labels', () => {
  const later = (changed: Partial<ForecastInput>) => forecastRotation(input(changed), 4)[3]

  test('an untested draw is probable', () => {
    expect(later({confidence: 'unproven'})).toMatchObject({label: 'probable', basis: 'selection'})
  })
  test('a draw that was wrong before leaves shares of the stake', () => {
    const refuted = {label: 'probable', basis: 'stake-share', signer: null}
    expect(later({confidence: 'refuted'})).toMatchObject(refuted)
  })
  test('without a plan nothing is known', () => {
    expect(later({plan: null, confidence: 'none'})).toMatchObject({label: 'unknown', signer: null})
  })
  test('without anybody to draw nothing is known', () => {
    const plan = {latest: epochOf(5, other), candidates: [], l1Batch: 0n}
    expect(later({plan})).toMatchObject({label: 'unknown', signer: null})
  })
  test('fixed epochs stay exact whatever the draws are worth', () => {
    const labels = forecastRotation(input({confidence: 'refuted'}), 3).map(({label}) => label)
    expect(labels).toEqual(['exact', 'exact', 'probable'])
  })
})

test('without an epoch for the next block, blocks are unknown until one is planned', () => {
  const plan = {latest: epochOf(4, other), candidates, l1Batch: 0n}
  const forecast = forecastRotation(input({current: null, plan}), 3)
  expect(forecast.map(({number, startBlock}) => [number, startBlock])).toEqual([
    [5n, null],
    [6n, null],
    [7n, null],
  ])
})

describe('back-test', () => {
  const span = (number: bigint, changed: Partial<ReplayedSpan> = {}): ReplayedSpan => {
    const drawn = replayDraw(number, candidates)!
    const powers = new Map(candidates.map((each) => [each.signer, each.power]))
    return {number, producer: drawn, drawn, isDrawn: true, powers, ...changed}
  }

  test('the replay of a draw is the selection itself', () => {
    for (let id = 1n; id < 200n; id++) {
      const [selected] = selectProducers({spanId: id, validators: candidates, l1Batch: 0n})
      expect(replayDraw(id, candidates)).toBe(selected!.signer)
    }
  })

  test('one wrong replay of two hundred refutes it, and is named', () => {
    const spans = Array.from({length: 200}, (_, at) => span(BigInt(at + 1)))
    expect(confidenceOf(backTest(spans), 4)).toBe('proven')
    const {producer} = spans[17]!
    spans[17] = span(18n, {producer: candidates.find((each) => each.signer !== producer)!.signer})
    expect(backTest(spans)).toMatchObject({tested: 200, hits: 199, misses: [18n], set: 0})
    expect(confidenceOf(backTest(spans), 4)).toBe('refuted')
  })

  test('a span that a respan has set is no draw, right or wrong', () => {
    const set = span(2n, {producer: '0x00000000000000000000000000000000000000aa', isDrawn: false})
    expect(backTest([span(1n), set])).toMatchObject({tested: 1, hits: 1, set: 1})
    expect(confidenceOf(backTest([set]), 4)).toBe('unproven')
  })

  describe('right draws prove something once chance would hardly give them', () => {
    /** Right draws of validators with these stakes; the first one is drawn each time. */
    const right = (draws: number, stakes: readonly number[]) =>
      backTest(
        Array.from({length: draws}, (_, at) => ({
          ...{number: BigInt(at + 1), producer: signer, drawn: signer, isDrawn: true},
          powers: new Map(stakes.map((power, index) => [candidates[index]!.signer, power])),
        })),
      )
    const confidence = (draws: number, stakes: readonly number[]) =>
      confidenceOf(right(draws, stakes), stakes.length)

    test('two equal stakes: a guess is right every second time, so it takes ten', () => {
      expect(right(9, [20, 20]).chance).toBe(2 ** -9)
      expect(confidence(1, [20, 20])).toBe('unproven')
      expect(confidence(9, [20, 20])).toBe('unproven')
      expect(confidence(10, [20, 20])).toBe('proven')
    })
    test('three equal stakes: seven', () => {
      expect(confidence(6, [20, 20, 20])).toBe('unproven')
      expect(confidence(7, [20, 20, 20])).toBe('proven')
    })
    test('nearly all the stake in one hand: its draws never prove anything', () => {
      expect(confidence(200, [99_999, 1])).toBe('unproven')
    })
    test('a draw that hardly anybody would have guessed is enough', () => {
      expect(confidence(1, [1, 99_999])).toBe('proven')
    })
    test('one validator: nothing is drawn, and each epoch is its own', () => {
      expect(confidence(0, [20])).toBe('sole')
      const plan = {latest: epochOf(5, other), candidates: [candidates[0]!], l1Batch: 0n}
      const epoch = forecastRotation(input({plan, confidence: 'sole'}), 4)[3]
      expect(epoch).toMatchObject({label: 'exact', signer})
    })
    test('one validator is no excuse for a draw that was foretold wrong', () => {
      const [span] = [{...right(1, [20]), hits: 0}]
      expect(confidenceOf(span, 1)).toBe('refuted')
    })
    test('nobody to draw', () => {
      expect(confidenceOf(right(200, [20, 20]), 0)).toBe('none')
    })
  })
})

test('shares of the stake add up to one, the largest first; one who leaves has none', () => {
  const leaving = {...candidates[0]!, endBatch: 3n}
  const shares = stakeShares({candidates: [leaving, ...candidates.slice(1)], l1Batch: 0n})
  expect(shares.map((each) => each.signer)).not.toContain(leaving.signer)
  expect(shares.reduce((sum, {share}) => sum + share, 0)).toBeCloseTo(1, 12)
  expect(shares).toEqual(shares.toSorted((a, b) => b.power - a.power))
})
