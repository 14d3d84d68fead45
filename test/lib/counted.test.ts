import {expect, test} from 'vitest'

import {counted, formatCount} from '../../src/lib/units.ts'

test('counts have separators and their plural', () => {
  expect([0, 1, 2, 12_345].map((count) => counted(count, 'block'))).toEqual([
    '0 blocks',
    '1 block',
    '2 blocks',
    '12,345 blocks',
  ])
  expect(counted(1n, 'reward batch', 'reward batches')).toBe('1 reward batch')
  expect(counted(3n, 'reward batch', 'reward batches')).toBe('3 reward batches')
  expect([999, '129600.0', 1_000_000n].map(formatCount)).toEqual(['999', '129,600.0', '1,000,000'])
})
