import {expect, test} from 'vitest'

import {medianBlockMs} from '../../src/services/network/block-times.ts'

test('one gap of three minutes moves nothing; a pace that changed for good does', () => {
  const steady = [0n, 8n, 16n, 24n, 32n, 40n, 48n, 56n, 64n]
  const gap = [0n, 8n, 16n, 24n, 204n, 212n, 220n, 228n, 236n]
  const slower = [0n, 8n, 16n, 24n, 40n, 56n, 72n, 88n, 104n]

  expect(medianBlockMs(steady)).toBe(2000)
  expect(medianBlockMs(gap)).toBe(2000)
  expect(medianBlockMs(slower)).toBe(4000)
  expect(medianBlockMs([5n])).toBeNull()
  expect(medianBlockMs([0n, 8n, 20n])).toBe(2500)
})
