import {connect, type Socket} from 'node:net'

import type {Stream} from '@libp2p/interface'
import {multiaddr} from '@multiformats/multiaddr'
import {keccak256, type Hex} from 'viem'
import {afterEach, beforeEach, expect, test} from 'vitest'

import {
  decodeTransactions,
  encodeBlock,
  encodeHeader,
  encodeTransactions,
} from '../../src/node/peers/block-codec.ts'
import {listenToFrames, withLength} from '../../src/node/peers/frames.ts'
import {PEER_UPGRADE_MS} from '../../src/node/peer-limits.ts'
import {headerOf} from '../../src/protocol/block.ts'
import {BadPeer} from '../helpers/bad-peer.ts'
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

const network = {chainId: PEER_CHAIN, fingerprint: peerFingerprint}
const peers = new TestPeers()
const chain = [sampleBlock('one', 101), sampleBlock('one', 102)]
let one: TestPeer
let two: TestPeer
let bad: BadPeer
let sockets: Socket[] = []

beforeEach(async () => {
  const members = [lowerAddress('one'), lowerAddress('two'), lowerAddress('bad')]
  const handlers = {
    isMember: (address: string) => Promise.resolve(members.includes(address as never)),
  }
  one = await peers.start('one', {handlers, chain})
  two = await peers.start('two', {handlers, chain, bootnodes: [one.exchange.peerAddress]})
  await until(
    'the honest ones know each other',
    () => namesOf(one).length + namesOf(two).length === 2,
  )
  bad = await BadPeer.create('bad', network)
})

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await bad.stop()
  await peers.stopAll()
})

const offences = (peer: TestPeer) =>
  peer.warnings
    .filter(({event}) => event === 'peer misbehaves')
    .map(({facts}) => `${String(facts['peer'])} ${String(facts['offence'])}`)

/** What is left when an attack is over: the attacker is named once and gone, the others work. */
async function isRefused(offence: string, who = lowerAddress('bad')): Promise<void> {
  await until(`${offence} is named`, () => offences(one).includes(`${who} ${offence}`))
  expect(offences(one).filter((line) => line === `${who} ${offence}`)).toHaveLength(1)
  await until('it is dropped', () => !bad.isConnected)
  await honestWork()
}

let height = 500
async function honestWork(): Promise<void> {
  const heard = two.blocks.length
  await until('honest blocks travel', () => {
    one.exchange.announce(sampleBlock('one', ++height))
    return two.blocks.length > heard
  })
  const peer = two.exchange.peers().find(({address}) => address === lowerAddress('one'))!
  expect(await two.exchange.fetchBlocks(peer, 101, 2)).toEqual(chain)
}

const encodeHanded = (transactions: readonly Hex[]) =>
  encodeTransactions({transactions, agesMs: []})

test('a block that its signer did not sign is refused and not passed on', async () => {
  await bad.join(one.exchange.peerAddress)
  await bad.gossip(encodeBlock({...sampleBlock('bad', 103), signer: lowerAddress('one')}))
  await isRefused('wrong signature')
  expect([one.blocks, two.blocks.filter(({number}) => number === 103)]).toEqual([[], []])
})

test('a genuine block with other transactions is refused', async () => {
  await bad.join(one.exchange.peerAddress)
  const block = sampleBlock('two', 103, {transactions: ['0xaabb', '0xcc']})
  await bad.gossip(encodeBlock({...block, transactions: ['0xaabb', '0xcd']}))
  await isRefused('wrong signature')
  expect(one.blocks).toEqual([])
})

test('a block of a stranger is refused', async () => {
  await bad.join(one.exchange.peerAddress)
  await bad.gossip(encodeBlock(sampleBlock('nobody', 103)))
  await isRefused('stranger')
})

test('a second block of one height is refused, and its signer is to blame', async () => {
  await bad.join(one.exchange.peerAddress)
  await bad.gossip(encodeBlock(sampleBlock('bad', 103)))
  await until('the first arrives', () => one.blocks.length === 1)
  await bad.gossip(encodeHeader(headerOf(sampleBlock('bad', 103, {hash: keccak256('0x77')}))))
  await isRefused('second block of one height')
  expect(one.blocks).toHaveLength(1)
})

test.each([
  ['gossip of the right form with nonsense in it', () => bad.gossip(Buffer.from('nonsense'))],
  [
    'nonsense on the control stream',
    async () => void bad.control.send(withLength(Buffer.from('{'))),
  ],
  [
    'a control message of the wrong shape',
    async () =>
      void bad.control.send(withLength(Buffer.from('{"type":"head","head":{"number":-1}}'))),
  ],
  [
    'nonsense on the gossip stream',
    async () => void (await bad.open('gossip/1')).send(withLength(Buffer.from('nonsense'))),
  ],
  [
    'nonsense instead of a range',
    async () => void (await bad.open('blocks/1')).send(withLength(Buffer.from('{"from":-1}'))),
  ],
  [
    'nonsense instead of transactions',
    async () => void (await bad.open('transactions/3')).send(withLength(Buffer.from([0, 0, 0, 9]))),
  ],
])('garbage is refused: %s', async (_name, attack) => {
  await bad.join(one.exchange.peerAddress)
  await attack()
  await isRefused('garbage')
})

test.each(['control', 'gossip/1', 'blocks/1', 'transactions/3'])(
  'a message of 64 MB on %s is refused before it is kept',
  async (protocol) => {
    await bad.join(one.exchange.peerAddress)
    const stream = protocol === 'control' ? bad.control : await bad.open(protocol)
    const giant = withLength(Buffer.alloc(64_000_000))
    const before = process.memoryUsage().arrayBuffers
    stream.send(giant)
    await isRefused('giant message')
    // What the sender itself holds unsent is the same memory as the message.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(80_000_000)
  },
)

test('a flood of control messages, and one of gossip, are refused', async () => {
  await bad.join(one.exchange.peerAddress)
  const head = {number: 1, hash: keccak256('0x01')}
  for (let sent = 0; sent < 5_000 && bad.isConnected; sent++) bad.say({type: 'head', head})
  await isRefused('flood')
})

test('a flood of requests at once is refused', async () => {
  await bad.join(one.exchange.peerAddress)
  const open = Array.from({length: 12}, () => bad.open('blocks/1').catch(() => undefined))
  await Promise.all(open)
  await isRefused('too many streams')
})

test('a request that comes byte by byte is refused', async () => {
  await bad.join(one.exchange.peerAddress)
  const stream = await bad.open('blocks/1')
  stream.send(withLength(Buffer.from('{"from":1,"count":1}')).subarray(0, 3))
  await isRefused('byte by byte')
})

test('a stream for transactions is kept, and what comes on it later is held to the same limits', async () => {
  await bad.join(one.exchange.peerAddress)
  const stream = await bad.open('transactions/3')
  const answers: number[] = []
  listenToFrames(stream, 300, {onFrame: ({length}) => void answers.push(length), onEnd() {}})
  for (const count of [1, 2]) {
    stream.send(withLength(encodeHanded(Array.from({length: count}, () => '0xab' as const))))
    await until('it is answered', () => answers.at(-1) === count)
  }
  expect(stream.status).toBe('open')
  expect(offences(one)).toEqual([])
  stream.send(withLength(encodeHanded(['0xab'])).subarray(0, 3))
  await isRefused('byte by byte')
})

test('transactions without a pause for the answers are refused', async () => {
  await bad.join(one.exchange.peerAddress)
  const stream = await bad.open('transactions/3')
  const request = withLength(encodeHanded(['0xab']))
  stream.send(Buffer.concat(Array.from({length: 20}, () => request)))
  await isRefused('flood')
  expect(one.transactions.length).toBeLessThan(5)
})

test('many requests travel on one stream, and on a new one when that ended', async () => {
  await bad.join(one.exchange.peerAddress)
  const streams: Stream[] = []
  await bad.host.handle(`${bad.prefix}/transactions/3`, (stream) => {
    streams.push(stream)
    listenToFrames(stream, 1_000, {
      onFrame: (frame) => {
        const {length} = decodeTransactions(frame, 10).transactions
        stream.send(withLength(Buffer.alloc(streams.length < 3 ? length : 999)))
      },
      onEnd() {},
    })
  })
  const peer = one.exchange.peer(lowerAddress('bad'))!
  const send = () => one.exchange.sendTransactions(peer, ['0xab', '0xcd'])
  for (let sent = 0; sent < 5; sent++) expect(await send()).toEqual(['taken', 'taken'])
  expect(streams).toHaveLength(1)
  streams[0]!.abort(new Error('gone'))
  expect(await send()).toEqual(['taken', 'taken'])
  expect(streams).toHaveLength(2)
  streams[1]!.abort(new Error('gone'))
  await expect(send()).rejects.toThrow('larger')
  await isRefused('giant message')
})

test('a gossip message that is never finished is refused', async () => {
  await bad.join(one.exchange.peerAddress)
  const stream = await bad.open('gossip/1')
  stream.send(Uint8Array.from([200, 1, 0x12]))
  await isRefused('byte by byte')
})

test('who does not introduce itself, or not truly, is sent away', async () => {
  await bad.connect(one.exchange.peerAddress)
  await isRefused('byte by byte', bad.host.peerId.toString() as never)
})

test('a record that was made for another peer id is refused', async () => {
  await bad.connect(one.exchange.peerAddress)
  bad.say({
    type: 'hello',
    record: bad.record({peerId: two.exchange.peerAddress.split('/').at(-1)!}),
  })
  await until('it is dropped', () => !bad.isConnected)
  expect(offences(one)).toEqual([`${lowerAddress('bad')} wrong signature`])
})

test('nothing is answered before the introduction', async () => {
  await bad.connect(one.exchange.peerAddress)
  const stream = await bad.open('blocks/1')
  const heard: unknown[] = []
  stream.addEventListener('message', ({data}) => heard.push(data))
  stream.send(withLength(Buffer.from('{"from":101,"count":1}')))
  await expect(bad.host.services.identify.identify(bad.connection)).rejects.toThrow()
  expect(heard).toEqual([])
  expect(bad.received.map(({type}) => type)).toEqual(['hello'])
})

test('who asks for blocks and does not read them is given up, and our memory with it', async () => {
  const transactions = Array.from({length: 60}, () => `0x${'ab'.repeat(130_000)}` as const)
  chain.push(...[103, 104].map((number) => sampleBlock('one', number, {transactions})))
  await bad.join(one.exchange.peerAddress)
  const before = process.memoryUsage().arrayBuffers
  for (let asked = 0; asked < 3; asked++) {
    const stream = await bad.open('blocks/1')
    stream.pause()
    stream.send(withLength(Buffer.from('{"from":103,"count":2}')))
  }
  await until('it is dropped', () => !bad.isConnected)
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(80_000_000)
  chain.length = 2
  await isRefused('slow reader')
})

test('connections that die in the middle of anything end nothing else', async () => {
  const block = encodeBlock(sampleBlock('bad', 300))
  for (let round = 0; round < 40; round++) {
    await bad.join(one.exchange.peerAddress)
    const streams = await Promise.all(['blocks/1', 'transactions/3'].map((name) => bad.open(name)))
    for (const stream of streams) stream.send(withLength(Buffer.alloc(900)).subarray(0, 10 * round))
    const gossip = bad.gossip(block).catch(() => {})
    if (round % 2) await new Promise((resolve) => setImmediate(resolve))
    bad.connection.abort(new Error('gone'))
    await gossip
    await bad.stop()
    bad = await BadPeer.create('bad', network)
  }
  await honestWork()
  expect(offences(one)).toEqual([])
})

test('gossip to a peer is opened again when its stream ended and the connection lives', async () => {
  await bad.join(one.exchange.peerAddress)
  const gossip = () =>
    bad.connection.streams.filter(
      ({direction, protocol}) => direction === 'inbound' && protocol === `${bad.prefix}/gossip/1`,
    )
  const [first] = await until('it is told of blocks', () => gossip().length > 0 && gossip())
  first!.abort(new Error('gone'))
  await until('it is told again', () => gossip().some(({id}) => id !== first!.id))
  expect(bad.isConnected).toBe(true)
  expect(offences(one)).toEqual([])
})

test('raw sockets that say nothing do not keep others out', async () => {
  const {port} = /tcp\/(?<port>\d+)/.exec(one.exchange.peerAddress)!.groups!
  sockets = Array.from({length: 60}, () => {
    const socket = connect(Number(port), '127.0.0.1')
    socket.on('error', () => {})
    socket.on('connect', () => socket.write('\x13'))
    return socket
  })
  const refused = () => sockets.filter(({destroyed}) => destroyed).length
  // Before a handshake that does not go on is given up.
  await until('most are refused', () => refused() >= 36, PEER_UPGRADE_MS - 200)
  const said = offences(one).filter((line) => line.includes('connections'))
  expect(said).toEqual(['127.0.0.1 too many connections'])
  await honestWork()
  await until('the others are given up', () => sockets.every(({destroyed}) => destroyed))
  await bad.host.dial(multiaddr(one.exchange.peerAddress))
})
