import {statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {afterEach, expect, test} from 'vitest'

import {silentLogger} from '../../src/lib/log.ts'
import {systemClock} from '../../src/lib/clock.ts'
import {PEER_RECORD_MS} from '../../src/node/peer-limits.ts'
import {openPeerKey} from '../../src/node/peers/peer-key.ts'
import {isGenuine, parseRecord, type PeerRecord} from '../../src/node/peers/peer-record.ts'
import {PeerScores} from '../../src/node/peers/peer-scores.ts'
import {RecordBook} from '../../src/node/peers/record-book.ts'
import {duplicateVerdict} from '../../src/node/peers/duplicate-signer.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {until} from '../helpers/node-cluster.ts'
import {
  lowerAddress,
  namesOf,
  PEER_CHAIN,
  peerFingerprint,
  sampleBlock,
  TestPeers,
  type TestPeer,
} from '../helpers/peer-exchange.ts'
import {signRecord} from '../helpers/sign-block.ts'

const peers = new TestPeers()

afterEach(() => peers.stopAll())

const isTwin = ({exchange}: TestPeer) => {
  try {
    exchange.assertAlone()
    return false
  } catch (error) {
    expect(error).toMatchObject({code: 'SIGNER_IN_USE', exit: 'interlock'})
    return true
  }
}

/** Gossip opens a moment after two nodes know each other, so one block after the other is announced. */
async function hearsBlocks(
  listener: TestPeer,
  from: {exchange: TestPeer['exchange']; name: string},
) {
  let number = 200
  await until('it hears blocks', () => {
    from.exchange.announce(sampleBlock(from.name, number++))
    return listener.blocks.length > 0
  })
}

const twinWarnings = ({warnings}: TestPeer) =>
  warnings.filter(({event}) => event === 'another node uses our signer key')

test('a second node with the same key, met directly, stops; the first goes on and says so once', async () => {
  const first = await peers.start('one')
  const other = await peers.start('two', {bootnodes: [first.exchange.peerAddress]})
  const twin = await peers.start('one', {bootnodes: [first.exchange.peerAddress]})
  await until('the younger stops', () => isTwin(twin))
  await until('the older says so', () => twinWarnings(first).length === 1)
  expect(isTwin(first)).toBe(false)
  expect(twin.exchange.peers()).toEqual([])
  await until('the older has its peers', () => namesOf(first).length === 1)
  expect(namesOf(other)).toEqual([lowerAddress('one')])
  expect(twinWarnings(first)).toHaveLength(1)
})

test('a second node with the same key that only a third one knows stops too', async () => {
  const third = await peers.start('three')
  const bootnodes = [third.exchange.peerAddress]
  const first = await peers.start('one', {bootnodes})
  await until('the first is known', () => namesOf(third).length === 1)
  const twin = await peers.start('one', {bootnodes})
  // Before the records are signed again by themselves.
  await until('the younger stops', () => isTwin(twin), PEER_RECORD_MS * 0.75)
  await until('the older says so', () => twinWarnings(first).length === 1)
  expect(isTwin(first)).toBe(false)
})

test('a node that is restarted with its directory is no twin of itself', async () => {
  const third = await peers.start('three')
  const bootnodes = [third.exchange.peerAddress]
  const first = await peers.start('one', {bootnodes})
  const id = first.exchange.peerAddress.split('/p2p/')[1]
  await until('it is known', () => namesOf(third).length === 1)
  await first.exchange.stop()
  const again = await peers.start('one', {bootnodes, dir: first.dir})
  expect(again.exchange.peerAddress.split('/p2p/')[1]).toBe(id)
  await until('it is known again', () => namesOf(again).length === 1)
  await until('the third sees it', () => namesOf(third).length === 1)
  await hearsBlocks(again, {exchange: third.exchange, name: 'three'})
  expect(isTwin(again)).toBe(false)
  expect(twinWarnings(third)).toEqual([])
})

const record = (changed: Partial<PeerRecord> = {}): PeerRecord => ({
  signer: lowerAddress('one'),
  ...{peerId: 'a', chainId: PEER_CHAIN, fingerprint: peerFingerprint, addresses: []},
  ...{startedAtMs: 1_000, sequence: 1_500},
  ...changed,
})
const unseen = {direct: false, advances: 0}

test.each([
  ['another signer', record({signer: lowerAddress('two'), peerId: 'b'}), {direct: true}, 'none'],
  ['ourselves', record(), {direct: true}, 'none'],
  ['what is left of an earlier run', record({startedAtMs: 500, sequence: 2_000}), {}, 'none'],
  [
    'what is left of an earlier run, first the older part of it',
    record({startedAtMs: 500}),
    {advances: 1},
    'none',
  ],
  ['a copy of our directory that runs', record({startedAtMs: 500}), {advances: 2}, 'yield'],
  [
    'an older record of a node that may be gone',
    record({peerId: 'b', startedAtMs: 1, sequence: 999}),
    {},
    'none',
  ],
  [
    'one signed since we started',
    record({peerId: 'b', startedAtMs: 1, sequence: 1_001}),
    {},
    'yield',
  ],
  [
    'one that lives with a slow clock',
    record({peerId: 'b', startedAtMs: 1, sequence: 9}),
    {advances: 1},
    'yield',
  ],
  [
    'a connected older one',
    record({peerId: 'b', startedAtMs: 1, sequence: 2}),
    {direct: true},
    'yield',
  ],
  [
    'a connected younger one',
    record({peerId: 'b', startedAtMs: 2_000, sequence: 2_000}),
    {direct: true},
    'stay',
  ],
  ['one of the same age with a higher id', record({peerId: 'b'}), {direct: true}, 'stay'],
  ['one of the same age with a lower id', record({peerId: 'A'}), {direct: true}, 'yield'],
])('twin: %s', (_name, theirs, seen, verdict) => {
  expect(duplicateVerdict(record(), theirs, {...unseen, ...seen})).toBe(verdict)
})

test('a record is bound to everything it says', () => {
  const signed = signRecord(
    record({
      peerId: '12D3KooWCdTj7UJyTJexeAqM3Txh8E5wtGqsw1kPwHd4mx8HCEBF',
      addresses: ['/ip4/127.0.0.1/tcp/1'],
    }),
    accountOf('one'),
  )
  expect(parseRecord(JSON.parse(JSON.stringify(signed)))).toEqual(signed)
  expect(isGenuine(signed)).toBe(true)
  for (const changed of [
    {chainId: 1},
    {addresses: ['/ip4/127.0.0.1/tcp/2']},
    {sequence: 1_501},
    {startedAtMs: 1},
    {signer: lowerAddress('two')},
  ]) {
    expect(isGenuine({...signed, ...changed})).toBe(false)
  }
  expect(() => parseRecord({...signed, addresses: ['http://x']})).toThrow('address')
  expect(() =>
    parseRecord({...signed, addresses: Array.from({length: 9}, () => '/ip4/1.1.1.1/tcp/1')}),
  ).toThrow('8')
})

test('the book of records is bounded, keeps the newest, and forgets what is old', () => {
  const book = new RecordBook()
  const signed = (changed: Partial<PeerRecord>) => ({
    ...record(changed),
    signature: '0x00' as const,
  })
  expect(book.note(signed({}), 0)).toBe('new')
  expect(book.note(signed({sequence: 1_400}), 1)).toBe('known')
  expect(book.note(signed({sequence: 1_600}), 2)).toBe('newer')
  expect(book.advances(signed({}))).toBe(1)
  expect(book.note(signed({startedAtMs: 2_000}), 3)).toBe('new')
  expect(book.all()).toHaveLength(1)
  expect(['b', 'c', 'd'].map((peerId) => book.note(signed({peerId}), 4))).toEqual([
    'new',
    'new',
    'full',
  ])
  book.evict(80_004)
  expect(book.all()).toHaveLength(2)
  book.evict(80_005)
  expect(book.all()).toEqual([])
})

test('what several peers still have of a node that ended is no sign of life; what comes as it is signed is', () => {
  const book = new RecordBook()
  const signed = (sequence: number) => ({...record({sequence}), signature: '0x00' as const})
  book.note(signed(20_000), 500)
  book.note(signed(60_000), 1_200)
  expect(book.advances(signed(0))).toBe(0)
  book.note(signed(80_000), 21_000)
  book.note(signed(100_000), 41_000)
  expect(book.advances(signed(0))).toBe(2)
})

test('followers on the list read blocks, and nothing they say counts', async () => {
  const sample = sampleBlock('one', 101)
  const members = [lowerAddress('one')]
  const isMember = (address: string) => Promise.resolve(members.includes(address as never))
  const one = await peers.start('one', {
    ...{chain: [sample], handlers: {isMember}},
    followers: [lowerAddress('reader')],
  })
  const bootnodes = [one.exchange.peerAddress]
  const reader = await peers.start('reader', {bootnodes, handlers: {isMember}})
  const stranger = await peers.start('stranger', {bootnodes, handlers: {isMember}})
  await until('it follows', () => namesOf(reader).length === 1)
  await until('the stranger has tried', () => stranger.exchange.hasGreeted)
  expect(namesOf(stranger)).toEqual([])
  const peer = reader.exchange.peers()[0]!
  expect(await reader.exchange.fetchBlocks(peer, 101, 10)).toEqual([sample])
  await expect(reader.exchange.sendTransactions(peer, ['0x01'])).rejects.toThrow()
  expect([one.transactions, one.exchange.peers()]).toEqual([[], []])
  await hearsBlocks(reader, {exchange: one.exchange, name: 'one'})

  members.push(lowerAddress('reader'))
  await until('it counts once it is registered', () => namesOf(one).length === 1)
})

test('the peer key is made once, for its owner alone, and a damaged one is named', async () => {
  const file = join(peers.directory(), 'peer.key')
  const key = await openPeerKey(file)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect((await openPeerKey(file)).equals(key)).toBe(true)
  writeFileSync(file, 'x')
  await expect(openPeerKey(file)).rejects.toMatchObject({code: 'PEER_KEY_DAMAGED'})
})

test('offences add up, fade, and cost more each time', () => {
  let nowMs = 0
  const scores = new PeerScores({...systemClock, monotonicMs: () => nowMs}, silentLogger)
  expect(scores.offend('a', 'slow reader')).toBe(false)
  expect(scores.offend('a', 'slow reader')).toBe(true)
  expect(scores.isBanned('a')).toBe(true)
  nowMs = 10_001
  expect(scores.isBanned('a')).toBe(false)
  expect(scores.offend('a', 'garbage')).toBe(true)
  nowMs = 20_002
  expect(scores.isBanned('a')).toBe(false)
  expect(scores.offend('a', 'garbage')).toBe(true)
  nowMs = 40_001
  expect(scores.isBanned('a')).toBe(true)
  expect(scores.offend('b', 'slow reader')).toBe(false)
  nowMs = 140_001
  expect(scores.offend('b', 'slow reader')).toBe(false)
})

test('a peer that does not respond is not asked for a while, and stays', () => {
  let nowMs = 0
  const scores = new PeerScores({...systemClock, monotonicMs: () => nowMs}, silentLogger)
  for (const _ of [1, 2]) expect(scores.offend('a', 'no answer in time')).toBe(false)
  expect(scores.isResting('a')).toBe(false)
  expect(scores.offend('a', 'no answer in time')).toBe(false)
  expect([scores.isResting('a'), scores.isBanned('a')]).toEqual([true, false])
  nowMs = 10_001
  expect(scores.isResting('a')).toBe(false)
})
