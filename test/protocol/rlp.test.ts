/** RLP as it is, and nothing that is nearly RLP. Source: Ethereum Yellow Paper, appendix B. */
import {hexToBytes, toRlp, type Hex} from 'viem'
import {expect, test} from 'vitest'

import {
  decodeRlpList,
  encodeInteger,
  integerOf,
  listHeader,
  RlpError,
} from '../../src/protocol/rlp.ts'

const listOf = (item: Hex) => decodeRlpList(hexToBytes(toRlp([item])))
const hex = (bytes: Uint8Array): Hex => `0x${Buffer.from(bytes).toString('hex')}`

test.each([0n, 1n, 127n, 128n, 255n, 256n, 2n ** 48n - 1n, 2n ** 48n, 2n ** 53n, 2n ** 256n - 1n])(
  'the integer %s is read as it was written',
  (value) => {
    const encoded = encodeInteger(value)
    const digits = value.toString(16)
    const bytes =
      value === 0n
        ? '0x'
        : (`0x${digits.padStart(digits.length + (digits.length % 2), '0')}` as const)
    expect(hex(encoded)).toBe(toRlp(bytes))
    expect(integerOf(listOf(bytes)[0])).toBe(value)
  },
)

test.each([0, 1, 55, 56, 255, 256, 70_000])('the header of a list of %s bytes', (length) => {
  const payload = hexToBytes(`0x${'01'.repeat(length)}`)
  const whole = Uint8Array.of(...listHeader(length), ...payload)
  expect(decodeRlpList(whole)).toHaveLength(length)
  const items: Hex[] = Array.from({length}, () => '0x01')
  expect(hex(whole)).toBe(toRlp(items))
})

test.each<[string, Hex]>([
  ['no list', '0x820102'],
  ['bytes after it', '0xc10101'],
  ['an item that ends too early', '0xc18201'],
  ['a payload that ends too early', '0xc201'],
  ['nothing at all', '0x'],
  ['a byte with a needless length', '0xc28101'],
  ['a long length for a short list', '0xf80101'],
  ['a length with a leading zero', `0xf90038${'01'.repeat(56)}`],
  ['a length of five bytes', '0xfc0000000001'],
  ['a length that ends too early', '0xf9'],
])('refused: %s', (_name, bytes) => {
  expect(() => decodeRlpList(hexToBytes(bytes))).toThrow(RlpError)
})

test('numbers: no leading zero, no list, none longer than allowed', () => {
  expect(() => integerOf(listOf('0x00ff')[0])).toThrow(/leading zero/)
  expect(() => integerOf(decodeRlpList(hexToBytes('0xc1c0'))[0])).toThrow(/missing/)
  expect(() => integerOf(undefined)).toThrow(/missing/)
  expect(integerOf(listOf(`0x${'ff'.repeat(8)}`)[0], 8)).toBe(2n ** 64n - 1n)
  expect(() => integerOf(listOf(`0x01${'00'.repeat(8)}`)[0], 8)).toThrow(/too large/)
})
