import {keccak256} from 'viem'
import {expect, test} from 'vitest'

import {silentLogger, type LogFacts} from '../../src/lib/log.ts'
import {systemClock} from '../../src/lib/clock.ts'
import {
  blockOf,
  decodeBlock,
  decodeTransactions,
  encodeBlock,
  encodeHeader,
  encodeTransactions,
} from '../../src/node/peers/block-codec.ts'
import {FrameSplitter, GiantFrameError, withLength} from '../../src/node/peers/frames.ts'
import {looksLikeFields} from '../../src/node/peers/gossip-meter.ts'
import {createMembership} from '../../src/node/peers/membership.ts'
import {refusalOf} from '../../src/node/peers/refusal.ts'
import {TokenBucket} from '../../src/node/peers/token-bucket.ts'
import {SyncWatch} from '../../src/node/sequencing/sync-watch.ts'
import {hasValidHeader, headerOf} from '../../src/protocol/block.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {lowerAddress, PEER_CHAIN, sampleBlock} from '../helpers/peer-exchange.ts'
import {signBlock} from '../helpers/sign-block.ts'

const block = sampleBlock('one', 101, {transactions: ['0xaabb', '0xcc']})
const empty = sampleBlock('one', 102, {transactions: []})

test('a block survives the wire, with and without its transactions', () => {
  for (const sample of [block, empty]) {
    const {header, transactions} = decodeBlock(encodeBlock(sample))
    expect(blockOf(header, transactions!)).toEqual(sample)
    const alone = decodeBlock(encodeHeader(header))
    expect(alone).toEqual({header: headerOf(sample), transactions: undefined})
    expect(hasValidHeader(alone.header, PEER_CHAIN)).toBe(true)
  }
})

test('there is one way to write a block', () => {
  const bytes = encodeBlock(block)
  const changed = (at: number, value: number) => {
    const copy = Buffer.from(bytes)
    copy[at] = value
    return copy
  }
  const recoveryId = 1 + 1 + 8 + 8 + 4 * 32 + 20 + 64
  for (const wrong of [
    Buffer.alloc(0),
    bytes.subarray(0, -1),
    Buffer.concat([bytes, Buffer.from([0])]),
    changed(0, 2),
    changed(1, 7),
    changed(2, 255),
    changed(recoveryId, 27),
    changed(bytes.length - 1, 0),
  ]) {
    expect(() => decodeBlock(wrong)).toThrow()
  }
})

test('transactions survive the wire, up to a number', () => {
  const transactions = ['0x01', '0xaabb'] as const
  const encoded = encodeTransactions({transactions, agesMs: [1_000_000, 7.4]})
  expect(decodeTransactions(encoded, 2)).toEqual({transactions, agesMs: [65_535, 7]})
  expect(decodeTransactions(encodeTransactions({transactions, agesMs: []}), 2).agesMs).toEqual([
    0, 0,
  ])
  expect(() => decodeTransactions(encoded, 1)).toThrow('At most 1')
  expect(() => decodeTransactions(encoded.subarray(0, -1), 2)).toThrow('truncated')
  expect(() => decodeTransactions(Buffer.from([0, 0, 0, 1, 0, 0, 0, 0]), 1)).toThrow('length')
})

test('messages are split wherever they are cut, and a giant is seen by its length', () => {
  const bytes = Buffer.concat([withLength(Buffer.alloc(300, 1)), withLength(Buffer.from('ab'))])
  const splitter = new FrameSplitter(300)
  const found = [...bytes].flatMap((byte) => [...splitter.push(Uint8Array.from([byte]))])
  expect(found.map(({length}) => length)).toEqual([300, 2])
  const halves = [bytes.subarray(0, 150), bytes.subarray(150)]
  expect([...new FrameSplitter(300).push(halves)].map(({length}) => length)).toEqual([300, 2])
  const giant = withLength(Buffer.alloc(301)).subarray(0, 2)
  expect(() => [...new FrameSplitter(300).push(giant)]).toThrow(GiantFrameError)
  const endless = Buffer.alloc(6, 128)
  expect(() => [...new FrameSplitter(300).push(endless)]).toThrow(GiantFrameError)
})

test('the outer form of a gossip message', () => {
  const good = [[], [0x0a, 0], [0x12, 1, 9, 0x1a, 2, 0, 0]]
  const bad = [[1], [0x0a], [0x0a, 2, 0], [0x22, 0], [0x12, 255, 255, 255, 255, 255, 255, 1]]
  for (const bytes of good) expect(looksLikeFields(Uint8Array.from(bytes))).toBe(true)
  for (const bytes of bad) expect(looksLikeFields(Uint8Array.from(bytes))).toBe(false)
})

test('a bucket allows a burst and then a rate', () => {
  const bucket = new TokenBucket({perSecond: 10, burst: 3}, 0)
  expect([1, 1, 1, 1].map((amount) => bucket.take(amount, 0))).toEqual([true, true, true, false])
  expect(bucket.take(1, 99)).toBe(false)
  expect(bucket.take(1, 200)).toBe(true)
  expect(bucket.take(3, 10_000)).toBe(true)
})

test('only a block on our head is judged by its turn, and a single transaction may be a recommitment', () => {
  const chain = {
    head: () => ({number: 100, hash: keccak256('0x03')}),
    rotation: {signerAt: () => lowerAddress('two')},
  }
  const header = headerOf(block)
  expect(refusalOf(header, chain)).toContain('the producer is')
  expect(refusalOf({...header, signer: lowerAddress('two')}, chain)).toBeUndefined()
  expect(refusalOf({...header, transactionCount: 1}, chain)).toBeUndefined()
  expect(refusalOf({...header, parentHash: keccak256('0x09')}, chain)).toBeUndefined()
  expect(refusalOf({...header, number: 102}, chain)).toBeUndefined()
  const unknown = {...chain, rotation: {signerAt: () => undefined}}
  expect(refusalOf(header, unknown)).toBeUndefined()
})

test('a stranger is looked up on L1 once in a while, not each time it knocks', async () => {
  let calls = 0
  let nowMs = 0
  const isMember = createMembership({
    l1: {
      request: () => {
        calls++
        return Promise.resolve(`0x${'0'.repeat(64)}`)
      },
      close() {},
    } as never,
    lockingPool: accountOf('pool').address,
    rotation: {epochs: () => []} as never,
    clock: {...systemClock, monotonicMs: () => nowMs},
  })
  const stranger = lowerAddress('stranger')
  expect(await Promise.all([isMember(stranger), isMember(stranger)])).toEqual([false, false])
  expect(await isMember(stranger)).toBe(undefined)
  expect(calls).toBe(1)
  nowMs = 2_001
  await isMember(stranger)
  expect(calls).toBe(2)
})

test('progress of a node that catches up: speed, what is left, when it ends', () => {
  const lines: {event: string; facts: LogFacts}[] = []
  const logger = {
    ...silentLogger,
    info: (event: string, facts: LogFacts = {}) => void lines.push({event, facts}),
  }
  const watch = new SyncWatch(logger)
  watch.observe(0, 100, 1_100)
  expect(watch.view).toEqual({
    target: 1_100,
    remaining: 1_000,
    blocksPerSecond: 0,
    etaSeconds: null,
  })
  for (let second = 1; second <= 5; second++)
    watch.observe(second * 1_000, 100 + second * 50, 1_100)
  expect(watch.view).toEqual({target: 1_100, remaining: 750, blocksPerSecond: 50, etaSeconds: 15})
  watch.observe(20_000, 1_100, null)
  expect(watch.view).toBeNull()
  expect(lines.map(({event}) => event)).toEqual(['syncing', 'syncing', 'in step'])
  expect(lines.at(-1)!.facts).toMatchObject({blocks: 1_000, seconds: 20})
})

test('a signed block names its chain', () => {
  const {signer: _signer, signature: _signature, seqSign: _seqSign, ...rest} = block
  const other = signBlock(rest, 1, accountOf('one'))
  expect(hasValidHeader(headerOf(other), PEER_CHAIN)).toBe(false)
})
