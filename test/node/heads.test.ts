import {randomBytes} from 'node:crypto'
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {keccak256, toHex, type Hash, type Hex} from 'viem'
import {afterEach, beforeEach, expect, test, vi} from 'vitest'

import {systemClock} from '../../src/lib/clock.ts'
import type {RpcClient} from '../../src/lib/json-rpc.ts'
import {silentLogger} from '../../src/lib/log.ts'
import {createBatcher, type BatcherOptions} from '../../src/node/batcher/batcher.ts'
import {Heads} from '../../src/node/heads/heads.ts'
import {encodeBatch} from '../../src/protocol/batch-codec.ts'
import {splitBatch} from '../../src/protocol/batch-parts.ts'
import type {SealedBlock} from '../../src/protocol/block.ts'
import {accountOf, contracts, users} from '../sim/setup.ts'
import {transferOf} from '../sim/users.ts'

const GENESIS = 100
let dir: string
/** Calldata of the inbox by L1 block. */
let inbox: Hex[][]
let chain: SealedBlock[]

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'metis-seq-heads-'))
  inbox = [[], [], []]
  chain = blocks(6, 0)
})

afterEach(() => rmSync(dir, {recursive: true, force: true}))

function blocks(count: number, salt: number): SealedBlock[] {
  return Array.from({length: count}, (_, index) => ({
    number: GENESIS + 1 + index,
    hash: keccak256(toHex(`${index} ${salt}`)),
    timestamp: 1_700_000_000 + index + salt,
    transactions: [transferOf(users[0]!, index)],
    seqSign: `0x${'00'.repeat(65)}`,
  })) as unknown as SealedBlock[]
}

const hashOf = (number: number): Hash => keccak256(toHex(`L1 ${number}`))

const l1 = {
  request: () => Promise.resolve(toHex(inbox.length - 1)),
  batch: (calls: readonly {params?: readonly unknown[]}[]) =>
    Promise.resolve(
      calls.map(({params}) => {
        const number = Number(params![0])
        const from = accountOf('batcher').address
        return {
          ...{number: toHex(number), hash: hashOf(number), parentHash: hashOf(number - 1)},
          timestamp: '0x1',
          transactions: inbox[number]!.map((input) => ({
            ...{to: contracts.l1.batchInbox, from, input},
          })),
        }
      }),
    ),
} as unknown as RpcClient

function openHeads(): Heads {
  return new Heads({
    l1,
    network: {
      contracts: contracts.l1,
      batchSenders: [accountOf('batcher').address],
      ...{confirmations: 2, deploymentBlock: 1},
    },
    genesisNumber: GENESIS,
    block: (number) => chain[number - GENESIS - 1],
    cursorFile: join(dir, 'cursor.json'),
    pinFile: join(dir, 'pin.json'),
    logger: silentLogger,
  })
}

function batchOf(batchIndex: bigint, from: readonly SealedBlock[]): Hex {
  return encodeBatch({
    ...{batchIndex, startBlock: from[0]!.number},
    blocks: from.map(({timestamp, transactions}) => ({
      ...{timestamp, l1BlockNumber: 0n},
      transactions: transactions.map((raw) => ({raw, seqSign: `0x${'00'.repeat(65)}` as Hex})),
    })),
  })
}

function mine(calldata: Hex[], confirmations = 2): void {
  inbox.push(calldata, ...Array.from({length: confirmations}, () => []))
}

test('a batch that was sent holds its blocks until L1 says otherwise, also over a restart', async () => {
  const heads = openHeads()
  await heads.poll()
  expect(heads.reorgFloor()).toBe(GENESIS)
  heads.pin(103)
  expect(heads.reorgFloor()).toBe(103)
  expect(openHeads().reorgFloor()).toBe(103)
  chain = blocks(6, 1)
  expect(openHeads().reorgFloor()).toBe(GENESIS)
})

test('a confirmed batch of other blocks is a contradiction until our chain holds the same', async () => {
  const heads = openHeads()
  const others = blocks(4, 7)
  heads.pin(103)
  mine([batchOf(1n, others)])
  await expect(heads.poll()).rejects.toMatchObject({code: 'BATCH_MISMATCH'})
  const [first] = others
  const {number, timestamp, transactions} = first!
  expect(heads.l1Divergence()).toEqual({number, timestamp, transactions})
  expect(heads.reorgFloor()).toBe(GENESIS)
  // Also while we have fewer blocks than the batch.
  chain = chain.slice(0, 2)
  await expect(heads.poll()).rejects.toMatchObject({code: 'BATCH_MISMATCH'})
  chain = others
  await heads.poll()
  expect(heads.l1Divergence()).toBeUndefined()
  expect(heads.safeHead()).toBe(104)
})

test('nothing is sent behind a batch that is not ours, and what is sent is pinned before', async () => {
  const done: string[] = []
  const batcher = createBatcher({
    engine: {read: () => Promise.resolve(toHex(106))},
    inbox: {isFree: () => Promise.resolve(true), send: async () => (done.push('sent'), '0x')},
    ...{sequencerSet: contracts.l2.sequencerSet, marginBlocks: 0, head: () => 106},
    block: (number: number) => chain[number - GENESIS - 1],
    ...{isOurTurn: () => true, clock: systemClock, logger: silentLogger, maxAgeMs: 0},
    pin: (l2Block: number) => done.push(`pinned ${l2Block}`),
  } as unknown as BatcherOptions)
  const heads = openHeads()
  mine([batchOf(1n, blocks(2, 7))], 0)
  await heads.poll()
  expect(heads.tip()).toEqual({batchIndex: 1, l2Block: 102, l1Block: 3, isOurs: false})
  expect(await batcher.poll(heads.tip())).toBe(false)
  inbox = [[], [], []]
  mine([batchOf(1n, chain.slice(0, 2))], 0)
  await heads.poll()
  expect(heads.tip()).toEqual({batchIndex: 1, l2Block: 102, l1Block: 3, isOurs: true})
  expect(await batcher.poll(heads.tip())).toBe(true)
  expect(done).toEqual(['pinned 106', 'sent'])
})

test('a node that catches up reads a batch again when it has its blocks, and now and then', async () => {
  const heads = openHeads()
  mine([batchOf(1n, chain.slice(0, 2))])
  chain = chain.slice(0, 1)
  await heads.poll()
  const read = vi.spyOn(l1, 'batch')
  try {
    for (let poll = 0; poll < 5; poll++) await heads.poll()
    // Only the head of L1, to know that it lives.
    expect(read.mock.calls.map(([calls]) => calls.length)).toEqual([1, 1, 1, 1, 1])
    expect([heads.safeHead(), heads.tip().isOurs]).toEqual([null, false])
    chain = blocks(6, 0)
    await heads.poll()
    expect(heads.safeHead()).toBe(102)
    chain = []
    mine([batchOf(2n, blocks(6, 0).slice(2, 3))])
    await heads.poll()
    read.mockClear()
    for (let block = 0; block < 60; block++) mine([], 0)
    await heads.poll()
    expect(read.mock.calls.length).toBeGreaterThan(1)
  } finally {
    read.mockRestore()
  }
})

test('a lost or damaged cursor is rebuilt from L1', async () => {
  mine([batchOf(1n, chain.slice(0, 2))])
  mine([batchOf(2n, chain.slice(2, 3))])
  await openHeads().poll()
  const cursor = readFileSync(join(dir, 'cursor.json'), 'utf8')
  for (const spoil of [() => rmSync(join(dir, 'cursor.json')), () => writeCursor('{"l1Block":')]) {
    spoil()
    const heads = openHeads()
    expect(heads.safeHead()).toBeNull()
    await heads.poll()
    expect(heads.safeHead()).toBe(103)
    expect(readFileSync(join(dir, 'cursor.json'), 'utf8')).toBe(cursor)
  }
})

test('pieces of a batch are found again by a node that was restarted between them', async () => {
  const pieces = splitBatch(batchOf(1n, chain), 250)
  expect(pieces.length).toBeGreaterThan(2)
  mine([pieces[0]!])
  await openHeads().poll()
  mine([pieces[1]!])
  await openHeads().poll()
  for (const piece of pieces.slice(2)) mine([piece])
  const heads = openHeads()
  await heads.poll()
  expect(heads.safeHead()).toBe(106)
})

test('a block that is too long for one L1 transaction is sent in pieces, one after the other', async () => {
  chain = blocks(1, 0)
  chain[0]!.transactions = Array.from({length: 3}, (): Hex => randomHex(100_000))
  const sent: Hex[] = []
  const batcher = createBatcher({
    engine: {read: () => Promise.resolve(toHex(101))},
    inbox: {
      isFree: () => Promise.resolve(true),
      send: async (data: Hex) => (sent.push(data), '0x'),
    },
    ...{sequencerSet: contracts.l2.sequencerSet, marginBlocks: 0, head: () => 101},
    block: (number: number) => chain[number - GENESIS - 1],
    ...{isOurTurn: () => true, clock: systemClock, logger: silentLogger, maxAgeMs: 0},
    pin: () => {},
  } as unknown as BatcherOptions)
  chain[0]!.seqSign = `0x${'00'.repeat(65)}`
  const heads = openHeads()
  for (let poll = 0; sent.length < 3; poll++) {
    expect(poll).toBeLessThan(5)
    await heads.poll()
    expect(await batcher.poll(heads.tip())).toBe(true)
    expect(sent.at(-1)!.length / 2 - 1).toBeLessThanOrEqual(126_000)
    mine([sent.at(-1)!], 0)
  }
  await heads.poll()
  expect(heads.tip()).toEqual({batchIndex: 1, l2Block: 101, l1Block: 5, isOurs: true})
  expect(await batcher.poll(heads.tip())).toBe(false)
})

function randomHex(bytes: number): Hex {
  return `0x${randomBytes(bytes).toString('hex')}`
}

function writeCursor(text: string): void {
  writeFileSync(join(dir, 'cursor.json'), text)
}
