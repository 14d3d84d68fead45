import {expect, test} from 'vitest'

import {withInterest} from '../../src/protocol/defi/interest.ts'

const WAD = 10n ** 18n

test('a day of interest, and two units for what the contracts round', () => {
  // 36.5 % a year is a thousandth a day.
  expect(withInterest(1000n * WAD, 365n * 10n ** 15n)).toBe(1001n * WAD + 2n)
  expect(withInterest(5n, WAD)).toBe(7n)
})

test('nothing on top of no debt, or where no interest is charged', () => {
  expect(withInterest(0n, WAD)).toBe(0n)
  expect(withInterest(1000n, 0n)).toBe(1000n)
})
