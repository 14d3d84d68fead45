import {deflateSync} from 'node:zlib'

import type {Hex} from 'viem'
import {expect, test} from 'vitest'

import {
  decodeBatch,
  encodeBatch,
  encodeLargeBatch,
  InvalidBatchError,
  payloadBytes,
  type TxBatch,
} from '../../src/protocol/batch-codec.ts'

const sign: Hex = `0x${'11'.repeat(64)}01`
const batch: TxBatch = {
  batchIndex: 42_647n,
  startBlock: 16_500_000,
  blocks: [
    {timestamp: 1_700_000_000, l1BlockNumber: 0n, transactions: []},
    {
      timestamp: 1_700_000_002,
      l1BlockNumber: 19_438_451n,
      transactions: [
        {raw: '0xaabbcc', seqSign: sign},
        {raw: `0x${'dd'.repeat(300)}`, seqSign: sign},
      ],
    },
  ],
}

/** The header is written by hand, field by field, as the layout in the protocol has it. */
function header(compression: string, count: string): string {
  const index = (42_647).toString(16).padStart(64, '0')
  const start = (16_500_000).toString(16).padStart(64, '0')
  return `00${compression}${index}${start}${count}`
}

test('what was encoded decodes to the same', async () => {
  expect(decodeBatch(encodeBatch(batch))).toEqual(batch)
  expect(await encodeLargeBatch(batch)).toBe(encodeBatch(batch))
})

test('the layout: an uncompressed header of 70 bytes, then blocks with fixed fields', () => {
  const only = {...batch, blocks: [batch.blocks[1]!]}
  expect(encodeBatch(only).slice(2, 142)).toBe(header('0b', '00000001'))
  const l1Block = (19_438_451).toString(16).padStart(64, '0')
  const body = [
    '000002',
    (1_700_000_002).toString(16).padStart(10, '0'),
    l1Block,
    ...['00', '000003', 'aabbcc', '000041', sign.slice(2)],
    ...['00', '00012c', 'dd'.repeat(300), '000041', sign.slice(2)],
  ].join('')
  expect(payloadBytes(only.blocks)).toBe(body.length / 2)
  expect(decodeBatch(`0x${header('00', '00000001')}${body}`)).toEqual(only)
})

const deflated = (bytes: Buffer) => deflateSync(bytes).toString('hex')
const oneEmptyBlock = Buffer.alloc(40)

test.each([
  ['nothing', '0x'],
  ['half a header', `0x${header('0b', '00000001').slice(0, 100)}`],
  ['blob data', `0x03${header('0b', '00000001').slice(2)}`],
  ['an unknown compression', `0x${header('07', '00000001')}`],
  ['damaged zlib', `0x${header('0b', '00000001')}deadbeef`],
  ['no blocks', `0x${header('00', '00000000')}`],
  ['fewer blocks than it says', `0x${header('0b', '00000002')}${deflated(oneEmptyBlock)}`],
  ['more bytes than it says', `0x${header('0b', '00000001')}${deflated(Buffer.alloc(41))}`],
  ['a zlib bomb', `0x${header('0b', '00000001')}${deflated(Buffer.alloc(65 * 1024 * 1024))}`],
  ['an enqueue transaction', `0x${header('00', '00000001')}000001${'00'.repeat(37)}01000000`],
  [
    'an empty transaction',
    `0x${header('00', '00000001')}000001${'00'.repeat(37)}00000000000041${'11'.repeat(65)}`,
  ],
  ['a short signature', `0x${header('00', '00000001')}000001${'00'.repeat(37)}00000001aa000001bb`],
])('not a batch: %s', (_name, calldata) => {
  expect(() => decodeBatch(calldata as Hex)).toThrow(InvalidBatchError)
})

test('fields that do not fit are refused, not cut', () => {
  expect(() => encodeBatch({...batch, batchIndex: 1n << 256n})).toThrow(RangeError)
  const block = {timestamp: 2 ** 41, l1BlockNumber: 0n, transactions: []}
  expect(() => encodeBatch({...batch, blocks: [block]})).toThrow(RangeError)
  const short = {
    timestamp: 1,
    l1BlockNumber: 0n,
    transactions: [{raw: '0xaa' as Hex, seqSign: '0x' as Hex}],
  }
  expect(() => encodeBatch({...batch, blocks: [short]})).toThrow(RangeError)
})
