import {expect, test} from 'vitest'

import {basisPointsText, discountOf} from '../../src/protocol/lst/peg.ts'

const ONE = 10n ** 18n

test('a discount is positive below the rate and negative above it', () => {
  expect(discountOf(ONE, ONE)).toBe(0)
  expect(discountOf((98n * ONE) / 100n, ONE)).toBe(200)
  expect(discountOf((103n * ONE) / 100n, ONE)).toBe(-300)
  expect(discountOf(0n, 2n * ONE)).toBe(10_000)
  // Less than a basis point is none, on either side.
  expect([discountOf(ONE - 1n, ONE), discountOf(ONE + 1n, ONE)]).toEqual([0, 0])
  expect(discountOf(ONE, 0n)).toBe(0)
})

test('as words before the rate', () => {
  const words = [0, 1, 125, -40].map(basisPointsText)
  expect(words).toEqual(['at', '0.01 % below', '1.25 % below', '0.4 % above'])
})
