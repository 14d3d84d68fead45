import {expect, test} from 'vitest'

import {formatPeerAddress, parsePeerAddress} from '../../src/protocol/peer-address.ts'

const id = '12D3KooWCdTj7UJyTJexeAqM3Txh8E5wtGqsw1kPwHd4mx8HCEBF'

test.each([
  ['/ip4/127.0.0.1/tcp/30303', '/ip4/127.0.0.1/tcp/30303'],
  [`/ip4/192.0.2.1/tcp/1/p2p/${id}`, `/ip4/192.0.2.1/tcp/1/p2p/${id}`],
  ['/ip6/2001:DB8::1/tcp/30303', '/ip6/2001:db8::1/tcp/30303'],
  ['/dns4/seq.example/tcp/30303', '/dns4/seq.example/tcp/30303'],
  ['/dns/seq.example/tcp/65535', '/dns/seq.example/tcp/65535'],
  ['192.0.2.1:30303', '/ip4/192.0.2.1/tcp/30303'],
  ['seq.example:30303', '/dns/seq.example/tcp/30303'],
  ['localhost:30303', '/dns/localhost/tcp/30303'],
  ['[::1]:30303', '/ip6/::1/tcp/30303'],
])('%s is %s', (text, address) => {
  expect(parsePeerAddress(text)).toBe(address)
})

test.each([
  ...['', 'x', '30303', ':30303', 'http://127.0.0.1:30303', 'seq.example', '256.0.0.1:1'],
  ...['/ip4/1.2.3/tcp/1', '/ip4/127.0.0.1', '/ip4/127.0.0.1/udp/1', '/ip4/127.0.0.1/tcp/0'],
  ...['/ip4/127.0.0.1/tcp/65536', '/ip4/127.0.0.1/tcp/1/p2p/x', '/ip6/::g/tcp/1', 'a b:1', '-a:1'],
])('%s is no address', (text) => {
  expect(parsePeerAddress(text)).toBeUndefined()
})

test('host and port make an address', () => {
  expect(formatPeerAddress('127.0.0.1', 1)).toBe('/ip4/127.0.0.1/tcp/1')
  expect(formatPeerAddress('::', 0)).toBe('/ip6/::/tcp/0')
})
