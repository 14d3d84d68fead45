import {randomBytes} from 'node:crypto'

import type {Hex} from 'viem'
import {expect, test} from 'vitest'

import {encodeBatch, InvalidBatchError} from '../../src/protocol/batch-codec.ts'
import {decodePart, isBatchPart, joinParts, splitBatch} from '../../src/protocol/batch-parts.ts'

const LIMIT = 10_000

/** Random bytes, which do not shrink. */
function batchOf(bytes: number): Hex {
  const raw: Hex = `0x${randomBytes(bytes).toString('hex')}`
  const seqSign: Hex = `0x${'ab'.repeat(65)}`
  const block = {timestamp: 1_700_000_000, l1BlockNumber: 0n, transactions: [{raw, seqSign}]}
  return encodeBatch({batchIndex: 7n, startBlock: 101, blocks: [block]})
}

test('a batch that fits stays as it is', () => {
  const calldata = batchOf(5_000)
  expect(splitBatch(calldata, LIMIT)).toEqual([calldata])
  expect(isBatchPart(calldata)).toBe(false)
})

test('a longer one comes in pieces that fit, and is whole again from them', () => {
  const calldata = batchOf(45_000)
  const pieces = splitBatch(calldata, LIMIT)
  expect(pieces).toHaveLength(5)
  for (const piece of pieces) {
    expect(isBatchPart(piece)).toBe(true)
    expect(piece.length / 2 - 1).toBeLessThanOrEqual(LIMIT)
  }
  expect(joinParts(pieces.map(decodePart))).toBe(calldata)
})

test('pieces of two batches do not make a third', () => {
  const [ours, theirs] = [batchOf(25_000), batchOf(25_000)].map((calldata) =>
    splitBatch(calldata, LIMIT).map(decodePart),
  )
  const mixed = ours!.map((piece, index) => (index === 1 ? theirs![1]! : piece))
  expect(() => joinParts(mixed)).toThrow(InvalidBatchError)
  expect(() => joinParts(ours!.slice(1))).toThrow(InvalidBatchError)
  expect(() => joinParts([])).toThrow(InvalidBatchError)
})

test('what is no piece is refused', () => {
  const [piece] = splitBatch(batchOf(25_000), LIMIT)
  expect(() => decodePart(`0x80${'00'.repeat(20)}`)).toThrow(InvalidBatchError)
  expect(() => decodePart(batchOf(10))).toThrow(InvalidBatchError)
  const beyond = `${piece!.slice(0, 2 + 2 * 102)}00090003${piece!.slice(2 + 2 * 106)}` as Hex
  expect(() => decodePart(beyond)).toThrow('above the count')
})
