import type {Address} from 'viem'
import {expect, test} from 'vitest'

import {blocksLeft, epochAt, epochBlocks, type Epoch} from '../../src/protocol/epoch.ts'

const signer: Address = '0x1111111111111111111111111111111111111111'
const epochs: Epoch[] = [
  {number: 0n, signer, startBlock: 5n, endBlock: 9n},
  {number: 1n, signer, startBlock: 10n, endBlock: 19n},
  // Recommitted while epoch 1 still claimed block 18.
  {number: 2n, signer, startBlock: 18n, endBlock: 40n},
]

test.each([
  [4n, undefined],
  [5n, 0n],
  [9n, 0n],
  [10n, 1n],
  [17n, 1n],
  [18n, 2n],
  [40n, 2n],
  [41n, undefined],
])('block %d lies in epoch %s: the newest one that contains it', (block, expected) => {
  expect(epochAt(epochs, block)?.number).toBe(expected)
})

test('no epochs contain nothing', () => expect(epochAt([], 1n)).toBeUndefined())

test.each([
  [3n, 5n],
  [4n, 5n],
  [5n, 4n],
  [8n, 1n],
  [9n, 0n],
  [100n, 0n],
])('head %d: %d blocks of epoch 0 are left', (head, left) => {
  expect(blocksLeft(epochs[0]!, head)).toBe(left)
})

test('an epoch has both its ends; one that was trimmed to nothing has none', () => {
  expect(epochBlocks(epochs[0]!)).toBe(5n)
  expect(epochBlocks({number: 1n, signer, startBlock: 10n, endBlock: 9n})).toBe(0n)
})
