import {describe, expect, test} from 'vitest'

import {afterDays, heldThroughProvider, rateOfLock} from '../../src/protocol/lst/compare.ts'
import {providerOfOwner} from '../../src/protocol/lst/registry.ts'
import {rateBefore, yieldBetween, type RateChange} from '../../src/protocol/lst/yield.ts'

const ONE = 10n ** 18n
const DAY = 86_400
const sample = (timeSeconds: number, rate: bigint) => ({blockNumber: 1n, timeSeconds, rate})

describe('yield', () => {
  test('a tenth in half a year is a fifth a year, or 21 percent compounded', () => {
    const grown = yieldBetween(sample(0, ONE), sample(182.5 * DAY, (11n * ONE) / 10n))!
    expect(grown.aprPercent).toBeCloseTo(20, 9)
    expect(grown.apyPercent).toBeCloseTo(21, 9)
    expect(grown.isShort).toBe(false)
  })

  test('a short window says so and is not compounded', () => {
    const grown = yieldBetween(sample(0, ONE), sample(60, ONE + ONE / 100n), 'events')!
    expect(grown).toMatchObject({isShort: true, apyPercent: null, method: 'events'})
    expect(Number.isFinite(grown.aprPercent)).toBe(true)
  })

  test('a rate that fell is a negative yield; no time or no rate is none', () => {
    expect(yieldBetween(sample(0, ONE), sample(30 * DAY, ONE / 2n))!.aprPercent).toBeLessThan(0)
    expect(yieldBetween(sample(5, ONE), sample(5, ONE))).toBeNull()
    expect(yieldBetween(sample(0, 0n), sample(5, ONE))).toBeNull()
  })
})

describe('an earlier rate from the changes since', () => {
  // A pool is played forward, and every rate on the way has to come out again.
  const steps: Omit<RateChange, 'blockNumber'>[] = [
    {metisWei: 100n * ONE, sharesWei: 100n * ONE},
    {metisWei: 7n * ONE, sharesWei: 0n},
    {metisWei: -30n * ONE, sharesWei: -28n * ONE},
    {metisWei: 11n, sharesWei: 3n},
    {metisWei: ONE, sharesWei: 0n},
  ]
  const changes = steps.map((step, index) => ({...step, blockNumber: BigInt(10 * (index + 1))}))
  const totalsAt = (block: bigint) => {
    const past = changes.filter(({blockNumber}) => blockNumber <= block)
    return {
      totalDepositsMetisWei: past.reduce((sum, {metisWei}) => sum + metisWei, 0n),
      supplyWei: past.reduce((sum, {sharesWei}) => sum + sharesWei, 0n),
    }
  }

  test.each([10n, 19n, 20n, 30n, 45n, 50n, 99n])('after block %i', (block) => {
    const {totalDepositsMetisWei, supplyWei} = totalsAt(block)
    const rate = rateBefore(totalsAt(1000n), changes, block)
    expect(rate).toBe((totalDepositsMetisWei * ONE) / supplyWei)
  })

  test('before the first share there is none', () => {
    expect(rateBefore(totalsAt(1000n), changes, 9n)).toBeUndefined()
  })
})

describe('comparison, against a calculation with fractions', () => {
  test('METIS after a time', () => {
    expect(afterDays(1000n * ONE, 10, 365)).toBe(1100n * ONE)
    expect(Number(afterDays(1000n * ONE, 7.3, 100)) / 1e18).toBeCloseTo(
      1000 * (1 + 0.073 * (100 / 365)),
      9,
    )
  })

  test('a provider keeps its exit fee of what the tokens became', () => {
    const end = heldThroughProvider({
      ...{amountWei: 1000n * ONE, days: 365, aprPercent: 20},
      // 900 tokens for 1,000 METIS, each worth 10/9.
      ...{tokensWei: 900n * ONE, rate: (10n * ONE) / 9n, exitFeeRate: ONE / 100n},
    })
    expect(Number(end) / 1e18).toBeCloseTo(900 * (10 / 9) * 1.2 * 0.99, 6)
  })

  test('a lock shares the blocks with those that are there', () => {
    const blocks = 31_536_000 / 10
    const rate = rateOfLock({
      ...{amountWei: 20_000n * ONE, totalLockedWei: 80_000n * ONE},
      ...{rewardPerBlockWei: ONE / 1000n, blockIntervalSeconds: 10},
    })
    expect(rate).toBeCloseTo(((blocks * 0.001) / 100_000) * 100, 9)
    const nothing = {amountWei: 0n, totalLockedWei: 0n, rewardPerBlockWei: ONE}
    expect(rateOfLock({...nothing, blockIntervalSeconds: 10})).toBe(0)
  })
})

test('the owner of a sequencer leads to its provider, whatever the case of the address', () => {
  const owner = '0x735Aad08c5eF7620b6422E85613f8335Ec07b573'
  const registry = {
    artemis: {
      status: 'chosen' as const,
      vote: null,
      l1Owners: [owner] as `0x${string}`[],
      l1Holders: [],
    },
  }
  expect(providerOfOwner(registry, owner.toLowerCase() as `0x${string}`)).toBe('artemis')
  expect(providerOfOwner(registry, '0x1111111111111111111111111111111111111111')).toBeNull()
  expect(providerOfOwner(undefined, owner)).toBeNull()
})
