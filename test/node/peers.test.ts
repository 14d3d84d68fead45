import {afterEach, expect, test} from 'vitest'

import {keccak256} from 'viem'

import {until} from '../helpers/node-cluster.ts'
import {lowerAddress, namesOf, sampleBlock, TestPeers} from '../helpers/peer-exchange.ts'

const peers = new TestPeers()
const sample = sampleBlock('one', 101)

afterEach(() => peers.stopAll())

test('nodes find each other through one bootnode, and blocks and transactions travel', async () => {
  const one = await peers.start('one', {chain: [sample]})
  const bootnodes = [one.exchange.peerAddress]
  const two = await peers.start('two', {bootnodes, chain: [sample]})
  const three = await peers.start('three', {bootnodes, chain: [sample]})
  await until('all know all', () => [one, two, three].every((peer) => namesOf(peer).length === 2))
  expect(namesOf(one)).toEqual([lowerAddress('two'), lowerAddress('three')].sort())

  let number = 101
  await until('blocks arrive', () => {
    one.exchange.announce(sampleBlock('one', number++))
    return [two, three].every(({blocks}) => blocks.length > 0)
  })
  const heard = two.blocks[0]!
  expect(heard).toEqual(sampleBlock('one', heard.number))
  const peer = two.exchange.peers().find(({address}) => address === lowerAddress('three'))!
  await two.exchange.sendTransactions(peer, ['0x01', '0x02'])
  expect(three.transactions).toEqual(['0x01', '0x02'])
  expect(await two.exchange.fetchBlocks(peer, 101, 10)).toEqual([sample])
  await expect(two.exchange.fetchBlocks(peer, 102, 10)).rejects.toThrow('does not have')
})

test('twelve nodes that hear of each other at once all find each other', async () => {
  const first = await peers.start('node 0')
  const bootnodes = [first.exchange.peerAddress]
  const rest = Array.from({length: 11}, (_, index) => peers.start(`node ${index + 1}`, {bootnodes}))
  const all = [first, ...(await Promise.all(rest))]
  await until('all know all', () => all.every((peer) => namesOf(peer).length === 11), 150_000)
  // On a busy machine a dial may be late, which is told and tried again.
  const told = all.flatMap(({warnings}) => warnings.map(({event}) => event))
  expect(told.filter((event) => event !== 'peer unreachable')).toEqual([])
})

test('two that dial each other at once have two connections, and are told as met once', async () => {
  // A first run gives both their addresses, which the other needs before it starts.
  const places = [peers.directory(), peers.directory()] as const
  const first = await Promise.all(places.map((dir, at) => peers.start(`node ${at}`, {dir})))
  const addresses = first.map(({exchange}) => exchange.peerAddress)
  await Promise.all(first.map(({exchange}) => exchange.stop()))
  const again = await Promise.all(
    places.map((dir, at) => {
      const port = Number(/\/tcp\/(\d+)\//.exec(addresses[at]!)![1])
      return peers.start(`node ${at}`, {dir, port, bootnodes: [addresses[1 - at]!]})
    }),
  )
  await until('they know each other', () => again.every((peer) => namesOf(peer).length === 1))
  for (const {news} of again) {
    expect(news.filter(({event}) => event === 'peer met')).toHaveLength(1)
  }
})

test('another genesis and a stranger are no peers, and the operator is told once', async () => {
  const stranger = lowerAddress('stranger')
  const handlers = {isMember: (address: string) => Promise.resolve(address !== stranger)}
  const one = await peers.start('one', {handlers})
  const bootnodes = [one.exchange.peerAddress]
  const fingerprint = keccak256('0x09')
  const other = await peers.start('two', {bootnodes, fingerprint})
  const foreign = await peers.start('stranger', {bootnodes})
  const good = await peers.start('three', {bootnodes})
  await until('the good one is there', () => namesOf(good).length === 1)
  expect(namesOf(one)).toEqual([lowerAddress('three')])
  for (const peer of [other, foreign]) {
    await until('it has tried', () => peer.exchange.hasGreeted)
    expect(namesOf(peer)).toEqual([])
  }
  const said = one.warnings.filter(({event}) => event === 'peer of another network')
  expect(said).toHaveLength(1)
  expect(said[0]!.facts).toMatchObject({theirFingerprint: fingerprint, peer: lowerAddress('two')})
  const told = other.warnings.filter(({event}) => event === 'peer of another network')
  expect(told).toHaveLength(1)
})
