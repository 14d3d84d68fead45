import {getAddress} from 'viem'
import {expect, test} from 'vitest'

import {looksLikeAddress, readAddress} from '../../src/protocol/address-text.ts'

const address = getAddress('0xbf578472333179247657a6023d7418d6dc792ef3')
const lower = address.toLowerCase()

test.each([
  [address, null],
  [lower, null],
  [`0x${address.slice(2).toUpperCase()}`, null],
  [lower.toUpperCase(), null],
  [` ${address}\t`, null],
  [`${address}\r\n`, null],
  [`eth:${address}`, 1],
  [`ETH:${lower}`, 1],
  [`sep:${address}`, 11_155_111],
  [`metis-andromeda:${address}`, 1088],
  [`metis-sepolia:${address}`, 59_902],
  [`eip155:31337:${address}`, 31_337],
])('%j is an address, of chain %s', (text, chainId) =>
  expect(readAddress(text)).toEqual({address, chainId}),
)

test.each([
  [address.replace('B', 'b'), 'an invalid checksum'],
  [`eth:${address.replace('B', 'b')}`, 'an invalid checksum'],
  [`gor:${address}`, 'an unknown chain'],
  [`constructor:${address}`, 'an unknown chain'],
  [`eip155:0:${address}`, 'an unknown chain'],
  [lower.slice(0, -1), 'has 39 hex digits'],
  [`${lower}0`, 'has 41 hex digits'],
  ['0x', 'has 0 hex digits'],
  [lower.slice(2), 'the leading 0x is missing'],
  ['vitalik.eth', 'names are not resolved'],
  [`${address} ${address}`, 'is not an address'],
  ['', 'is not an address'],
  ['0xＢf578472333179247657a6023d7418d6dc792ef3', 'is not an address'],
])('%j is refused: %s', (text, words) =>
  expect(readAddress(text)).toMatchObject({fault: expect.stringContaining(words)}),
)

test('what was meant as an address is told from a name', () => {
  for (const text of [address, 'eth:0x12', '0X', ` ${lower} `])
    expect(looksLikeAddress(text), text).toBe(true)
  for (const text of ['owner', '0xyz', 'eth:owner', 'constructor'])
    expect(looksLikeAddress(text), text).toBe(false)
})
