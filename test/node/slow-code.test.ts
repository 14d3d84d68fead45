import {expect, test} from 'vitest'

import {SLOW_CODE_KEPT_MS} from '../../src/node/limits.ts'
import {SlowCode} from '../../src/node/mempool/slow-code.ts'

const SLOT_MS = 2_000
const sender = `0x${'5e'.repeat(20)}` as const

function transaction(to: number | null, gas: number) {
  return {
    hash: `0x${'ab'.repeat(32)}` as const,
    to: to === null ? null : (`0x${String(to).repeat(40)}` as const),
    sender,
    gasLimit: BigInt(gas),
    intrinsicGas: 21_000n,
  }
}

test('after a block that was slow by its code, its contract may declare what fits a slot, for a while', () => {
  const slow = new SlowCode(SLOT_MS)
  const block = [transaction(1, 100_000), transaction(2, 30_000_000)]
  const seen = slow.executed(block, {gasUsed: 30_000_000, ms: 4_000}, 0)
  expect(seen).toMatchObject({to: block[1]!.to, gasPerMs: 7_500})

  const refusal = {reason: 'slow-code', message: expect.stringMatching(/at 7500 gas per ms/)}
  expect(() => slow.assertFits(transaction(2, 30_000_000), 0)).toThrow(
    expect.objectContaining(refusal),
  )
  expect(() => slow.assertFits(transaction(2, 6_000_000), 0)).not.toThrow()
  expect(() => slow.assertFits(transaction(1, 30_000_000), 0)).not.toThrow()
  expect(() => slow.assertFits(transaction(2, 30_000_000), SLOW_CODE_KEPT_MS)).not.toThrow()
})

test('who created slow code may not create more of it', () => {
  const slow = new SlowCode(SLOT_MS)
  slow.executed([transaction(null, 30_000_000)], {gasUsed: 30_000_000, ms: 4_000}, 0)
  expect(() => slow.assertFits(transaction(null, 30_000_000), 0)).toThrow(/contracts you deployed/)
})

test.each([
  ['a block in time', {gasUsed: 3_000_000, ms: 700}],
  ['a large block at ordinary speed', {gasUsed: 100_000_000, ms: 1_000}],
  ['a machine that stood still', {gasUsed: 1_000_000, ms: 5_000}],
])('%s tells nothing about code', (_name, block) => {
  const slow = new SlowCode(SLOT_MS)
  expect(slow.executed([transaction(1, 30_000_000)], block, 0)).toBeUndefined()
  expect(() => slow.assertFits(transaction(1, 30_000_000), 0)).not.toThrow()
})

test('a busy machine does not make a contract slower than the slowest code', () => {
  const slow = new SlowCode(SLOT_MS)
  slow.executed([transaction(1, 3_000_000)], {gasUsed: 3_000_000, ms: 2_500}, 0)
  expect(() => slow.assertFits(transaction(1, 2_500_000), 0)).not.toThrow()
  expect(() => slow.assertFits(transaction(1, 3_000_000), 0)).toThrow(/gas per ms/)
})
