import {randomBytes} from 'node:crypto'

import type {Hex} from 'viem'
import {expect, test} from 'vitest'

import {BatchReader} from '../../src/node/inbox/batch-reader.ts'
import {BATCH_PART_BLOCKS} from '../../src/node/limits.ts'
import {encodeBatch} from '../../src/protocol/batch-codec.ts'
import {splitBatch} from '../../src/protocol/batch-parts.ts'

function batchOf(batchIndex: bigint, startBlock: number, blocks = 1, bytes = 100): Hex {
  const seqSign: Hex = `0x${'00'.repeat(65)}`
  return encodeBatch({
    ...{batchIndex, startBlock},
    blocks: Array.from({length: blocks}, () => ({
      ...{timestamp: 1, l1BlockNumber: 0n},
      transactions: [{raw: `0x${randomBytes(bytes).toString('hex')}`, seqSign}],
    })),
  })
}

const newReader = () => new BatchReader({batchIndex: 0, l2Block: 100})

test('of two batches with one number the first on L1 counts', () => {
  const reader = newReader()
  expect(reader.take(1, batchOf(1n, 101, 2))?.blocks).toHaveLength(2)
  expect(reader.take(1, batchOf(1n, 101, 3))).toBeUndefined()
  // Made behind the one that came too late: it leaves a gap.
  expect(reader.take(2, batchOf(2n, 104))).toBeUndefined()
  expect(reader.take(2, batchOf(3n, 103))).toBeUndefined()
  expect(reader.take(2, '0x00')).toBeUndefined()
  expect(reader.take(3, batchOf(2n, 103))).toBeDefined()
  expect(reader.position).toEqual({batchIndex: 2, l2Block: 103})
})

test('pieces make a batch in any order, also when two senders send theirs at the same time', () => {
  const [ours, theirs] = [0, 1].map(() => splitBatch(batchOf(1n, 101, 1, 900), 300))
  const reader = newReader()
  const mixed = ours!.flatMap((piece, index) => [piece, theirs![index]!]).toReversed()
  const found = mixed.map((piece, index) => reader.take(index, piece))
  expect(found.filter((batch) => batch !== undefined)).toHaveLength(1)
  expect(reader.position).toEqual({batchIndex: 1, l2Block: 101})
  expect(reader.isWaiting).toBe(true)
  // What is left of the other one never becomes whole, and is forgotten in time.
  reader.enter(mixed.length + BATCH_PART_BLOCKS)
  expect(reader.isWaiting).toBe(false)
})

test('pieces that are too far apart are no batch; sent again, they are', () => {
  const [first, ...rest] = splitBatch(batchOf(1n, 101, 1, 900), 300)
  const reader = newReader()
  reader.take(1, first!)
  reader.enter(1 + BATCH_PART_BLOCKS)
  for (const piece of rest) expect(reader.take(1 + BATCH_PART_BLOCKS, piece)).toBeUndefined()
  expect(reader.take(2 + BATCH_PART_BLOCKS, first!)).toBeDefined()
})

test('a fork reads on without changing the one it comes from', () => {
  const reader = newReader()
  const [first, ...rest] = splitBatch(batchOf(1n, 101, 1, 500), 300)
  reader.take(1, first!)
  const fork = reader.fork()
  for (const piece of rest) fork.take(2, piece)
  expect(fork.position.batchIndex).toBe(1)
  expect(reader.position.batchIndex).toBe(0)
  for (const piece of rest) reader.take(2, piece)
  expect(reader.position.batchIndex).toBe(1)
})
