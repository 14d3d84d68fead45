import type {Address} from 'viem'
import {expect, test} from 'vitest'

import {
  expectReward,
  medianOf,
  shareOf,
  yearlyRatePercent,
} from '../../src/protocol/reward-forecast.ts'
import {rewardPerBlockForMrr} from '../../src/protocol/reward.ts'
import {forecastProducers, type Candidate} from '../../src/protocol/span.ts'

const RATE = 761_000_000_000_000n
const EPOCHS = 2000
const LENGTH = 1000
const METIS = 10n ** 18n

const validator = (index: number, power: number): Candidate => ({
  signer: `0x${String(index).repeat(40)}` as Address,
  power,
  startBatch: 1n,
  endBatch: 0n,
  jailed: false,
})
const validators = [validator(1, 20_000), validator(2, 60_000), validator(3, 100_000)]

/** Wei credited to a signer for the spans from `first` on, as the real selection draws them. */
function simulate(signer: Address, first: bigint, epochs: number, among = validators): bigint {
  const drawn = forecastProducers(first, epochs, among, 1n)
  return BigInt(drawn.filter((span) => span.signer === signer).length * LENGTH) * RATE
}

test.each(validators)('2,000 simulated epochs pay $signer within 2 % of the mean', ({signer}) => {
  const share = shareOf(signer, validators)
  const rate = {epochBlocks: LENGTH, rewardPerBlockMetisWei: RATE}
  const {meanMetisWei} = expectReward({share, epochs: EPOCHS, ...rate})
  // The span id is the seed of a draw. The average over ten stretches of 2,000 epochs.
  const stretches = Array.from({length: 10}, (_, index) =>
    simulate(signer, 1n + BigInt(index * EPOCHS), EPOCHS),
  )

  const average = stretches.reduce((sum, wei) => sum + wei, 0n) / 10n

  expect(Math.abs(Number(average) / Number(meanMetisWei) - 1)).toBeLessThan(0.02)
})

test('one stretch of 2,000 epochs lies within three spreads, and for five sixths of the stake within 2 %', () => {
  const rate = {epochs: EPOCHS, epochBlocks: LENGTH, rewardPerBlockMetisWei: RATE}
  for (const {signer} of validators) {
    const {meanMetisWei, spreadMetisWei} = expectReward({
      share: shareOf(signer, validators),
      ...rate,
    })
    const distance = simulate(signer, 1n, EPOCHS) - meanMetisWei
    expect(distance < 3n * spreadMetisWei && -distance < 3n * spreadMetisWei, signer).toBe(true)
  }
  // With a smaller share chance alone moves 2,000 epochs by more than 2 %.
  const two = [validators[0]!, validators[2]!]
  const {signer} = two[1]!
  const {meanMetisWei} = expectReward({share: shareOf(signer, two), ...rate})
  const paid = simulate(signer, 1n, EPOCHS, two)
  expect(Math.abs(Number(paid) / Number(meanMetisWei) - 1)).toBeLessThan(0.02)
})

test('the spread is that of the draws: two thirds of stretches of 100 epochs lie within it', () => {
  const {signer} = validators[1]!
  const share = shareOf(signer, validators)
  const options = {share, epochs: 100, epochBlocks: LENGTH, rewardPerBlockMetisWei: RATE}
  const {meanMetisWei, spreadMetisWei} = expectReward(options)

  const stretches = Array.from({length: 150}, (_, index) =>
    simulate(signer, 1n + BigInt(index * 100), 100),
  )

  const squares = stretches.map((wei) => (Number(wei - meanMetisWei) / Number(METIS)) ** 2)
  const deviation = Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / squares.length)
  expect(deviation / (Number(spreadMetisWei) / Number(METIS))).toBeGreaterThan(0.85)
  expect(deviation / (Number(spreadMetisWei) / Number(METIS))).toBeLessThan(1.15)
})

test('alone there is no spread; without a share there is nothing', () => {
  const rate = {epochs: 3, epochBlocks: 200, rewardPerBlockMetisWei: RATE}
  expect(expectReward({share: 1, ...rate})).toEqual({
    epochs: 3,
    ownEpochs: 3,
    meanMetisWei: 600n * RATE,
    spreadMetisWei: 0n,
    chanceOfNone: 0,
  })
  expect(expectReward({share: 0, ...rate})).toMatchObject({meanMetisWei: 0n, chanceOfNone: 1})
  expect(() => expectReward({share: 1.1, ...rate})).toThrow(RangeError)
  expect(shareOf(`0x${'9'.repeat(40)}`, validators)).toBe(0)
})

test('the yearly rate is the target of governance, the other way round', () => {
  const totalLockedMetisWei = 60_000n * METIS
  const target = {totalLockedWei: totalLockedMetisWei, ratePercent: 20, blockIntervalSeconds: 8}
  const rewardPerBlockMetisWei = rewardPerBlockForMrr(target)
  const locked = {totalLockedMetisWei, rewardPerBlockMetisWei}
  expect(yearlyRatePercent({...locked, blockIntervalSeconds: 8})).toBeCloseTo(20, 6)
  expect(yearlyRatePercent({...locked, blockIntervalSeconds: 2})).toBeCloseTo(80, 6)
  const published = {totalLockedMetisWei, rewardPerBlockMetisWei: RATE, blockIntervalSeconds: 2}
  expect(yearlyRatePercent(published)).toBeCloseTo(20, 1)
})

test('median', () => {
  expect(medianOf([])).toBeUndefined()
  expect(medianOf([9n, 1n, 5n])).toBe(5n)
  expect(medianOf([4n, 1n])).toBe(4n)
})
