import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setImmediate} from 'node:timers/promises'

import {keccak256, toHex, type Hash, type Hex} from 'viem'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'

import {systemClock} from '../../src/lib/clock.ts'
import {silentLogger} from '../../src/lib/log.ts'
import {EngineError, type ExecutionEngine} from '../../src/node/engine/engine.ts'
import {FakeEngine} from '../helpers/fake-engine.ts'
import {History, type BlockEvent} from '../../src/node/history/history.ts'
import {parseLogFilter} from '../../src/node/history/log-filter.ts'
import {LogSearch} from '../../src/node/history/log-query.ts'
import {ChainReader} from '../../src/node/history/reader.ts'
import {HISTORY_LAG_BLOCKS} from '../../src/node/limits.ts'
import {RPC_LOGS} from '../../src/node/rpc-limits.ts'
import type {SealedBlock} from '../../src/protocol/block.ts'
import {ChainLog} from '../../src/store/chain-log.ts'
import {HistoryLog} from '../../src/store/history-log.ts'
import {accountOf, L2_CHAIN_ID, transfer} from '../helpers/l2-chain.ts'
import {until} from '../helpers/node-cluster.ts'
import {signBlock} from '../helpers/sign-block.ts'

const network = {chainId: L2_CHAIN_ID, fingerprint: '0x11'} as const
const [alpha, user] = ['alpha', 'user'].map(accountOf) as [Account, Account]
type Account = ReturnType<typeof accountOf>
const address: Hex = `0x${'cc'.repeat(20)}`
const topic = (value: number): Hex => toHex(value, {size: 32})

let dir: string
let log: ChainLog
let store: HistoryLog
let history: History
let reader: ChainReader
let events: BlockEvent[]
/** What the fake engine executed, by number; the newest few have bodies. */
let executed: Map<number, SealedBlock>
let bodies: number
let logsPerTransaction: number
let isEngineDown: boolean
let receiptsHeld: Promise<void> | undefined
let reads: string[]

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'metis-seq-history-'))
  executed = new Map()
  bodies = 16
  logsPerTransaction = 1
  isEngineDown = false
  receiptsHeld = undefined
  reads = []
  events = []
  log = ChainLog.open(join(dir, 'chain.sqlite'), network)
  open()
})

afterEach(async () => {
  await close()
  log.close()
  rmSync(dir, {recursive: true, force: true})
})

function open(): void {
  store = HistoryLog.open(join(dir, 'history.sqlite'), network)
  const head = () => log.head?.number ?? 100
  const common = {log, head, genesisNumber: 100}
  history = new History({
    ...common,
    ...{history: store, engine: engineOf(), clock: systemClock, logger: silentLogger},
  })
  history.listen((event) => events.push(event))
  reader = new ChainReader({...common, history, rules: {chainId: L2_CHAIN_ID, bridge: address}})
}

async function close(): Promise<void> {
  await history.stop()
  store.close()
}

const genesisHash = keccak256('0x99')

/** Answers for the blocks that were executed, as the real one does: without bodies it is silent. */
function engineOf(): ExecutionEngine {
  return Object.assign(
    new FakeEngine({
      read(method, params) {
        reads.push(method)
        if (isEngineDown) throw new EngineError('reset', 'It is gone.')
        if (method !== 'eth_getBlockByNumber') throw new Error(`${method} is not expected`)
        const number = Number(params[0])
        const block = executed.get(number)
        const hasBody = number > (log.head?.number ?? 0) - bodies
        return {
          number: toHex(number),
          hash: block?.hash ?? genesisHash,
          parentHash: block?.parentHash ?? genesisHash,
          stateRoot: genesisHash,
          timestamp: toHex(block?.timestamp ?? 1),
          gasUsed: toHex(21_000 * (block?.transactions.length ?? 0)),
          gasLimit: toHex(1_100_000_000),
          logsBloom: `0x${'00'.repeat(256)}`,
          transactions: hasBody ? (block?.transactions.map((raw) => keccak256(raw)) ?? []) : [],
        }
      },
    }),
    {
      receiptsOf: async ({number}: {number: number}) => {
        await receiptsHeld
        return receiptsOf(executed.get(number)!)
      },
    },
  )
}

function receiptsOf({hash, number, transactions}: SealedBlock) {
  let logIndex = 0
  return transactions.map((raw, index) => ({
    transactionHash: keccak256(raw),
    blockHash: hash,
    status: '0x1',
    gasUsed: '0x5208',
    from: user.address,
    contractAddress: null,
    logs: Array.from({length: logsPerTransaction}, () => ({
      address,
      topics: [topic(1), topic(number * 1000 + index)],
      data: '0x12',
      logIndex: toHex(logIndex++),
    })),
  }))
}

let nonce = 0
async function blockOn(parent: SealedBlock | undefined, transactions: number, salt = 0) {
  const number = (parent?.number ?? 100) + 1
  const raws = await Promise.all(Array.from({length: transactions}, () => transfer(user, nonce++)))
  const block = signBlock(
    {
      number,
      hash: keccak256(toHex(number * 1000 + salt)),
      parentHash: parent?.hash ?? genesisHash,
      stateRoot: genesisHash,
      timestamp: 1_700_000_000 + number,
      transactions: raws,
    },
    L2_CHAIN_ID,
    alpha,
  )
  executed.set(number, block)
  return block
}

async function grow(blocks: number, transactions = 1, salt = 0): Promise<void> {
  for (let count = 0; count < blocks; count++) {
    log.append(await blockOn(log.head, transactions, salt))
  }
  history.wake()
}

const collected = () => until('all is collected', () => history.lag === 0 || undefined)
const numbers = () =>
  events
    .filter(({type}) => type !== 'seen')
    .map(({type, number}) => `${type === 'added' ? '+' : '-'}${number}`)

async function logsIn(filter: object, from = 100, to = log.head?.number ?? 100) {
  const caller = {signal: new AbortController().signal, client: 'test'}
  const search = new LogSearch(store, reader)
  const {text} = await search.find(parseLogFilter(filter), {from, to}, caller)
  // Asked again, it is told what was kept.
  expect((await search.find(parseLogFilter(filter), {from, to}, caller)).text).toBe(text)
  return JSON.parse(text) as {
    topics: Hex[]
    logIndex: Hex
    transactionIndex: Hex
    blockNumber: Hex
  }[]
}

test('blocks are collected once each and answered without the engine', async () => {
  history.start()
  await grow(3, 120)
  await collected()
  expect(numbers()).toEqual(['+100', '+101', '+102', '+103'])
  isEngineDown = true
  reads = []
  const known = (await reader.block(102))!
  const whole = (await reader.blockObject(known, true)) as unknown as {
    transactions: {hash: Hash; from: Hex; transactionIndex: Hex; seqR: Hex}[]
  }
  expect(whole).toMatchObject({
    number: '0x66',
    parentHash: executed.get(101)!.hash,
    gasUsed: toHex(120 * 21_000),
  })
  expect(whole.transactions).toHaveLength(120)
  expect(whole.transactions[119]).toMatchObject({
    from: user.address.toLowerCase(),
    transactionIndex: '0x77',
    seqR: '0x0',
  })
  expect(BigInt(whole.transactions[0]!.seqR)).toBeGreaterThan(0n)
  const {hash} = whole.transactions[77]!
  const found = (await reader.locate(hash))!
  expect(reader.receiptObject(found.known, found.index)).toMatchObject({
    transactionHash: hash,
    transactionIndex: '0x4d',
    cumulativeGasUsed: toHex(78 * 21_000),
    logs: [{logIndex: '0x4d', topics: [topic(1), topic(102_077)], blockNumber: '0x66'}],
  })
  expect(await reader.locate(keccak256('0x77'))).toBeUndefined()
  expect(await reader.block(104)).toBeUndefined()
  expect(reader.numberOf(executed.get(103)!.hash)).toBe(103)
  expect(reads).toEqual([])
})

test('logs by address and topics, over pages and blocks, in the order of the chain', async () => {
  history.start()
  await grow(5, 70)
  await collected()
  const all = await logsIn({address})
  expect(all).toHaveLength(350)
  expect(all.map(({logIndex}) => Number(logIndex))).toEqual(
    Array.from({length: 350}, (_, index) => index % 70),
  )
  const one = await logsIn({topics: [null, topic(104_061)]})
  expect(one).toMatchObject([{blockNumber: '0x68', transactionIndex: '0x3d', logIndex: '0x3d'}])
  expect(await logsIn({address: user.address})).toEqual([])
  expect(await logsIn({topics: [topic(1), [topic(101_000), topic(105_069)]]})).toHaveLength(2)
  expect(await logsIn({topics: [topic(1), topic(101_000)]}, 102)).toEqual([])
  expect(await logsIn({topics: [[], [], topic(1)]})).toEqual([])
})

test('too many logs are refused instead of given in part', async () => {
  logsPerTransaction = 60
  history.start()
  await grow(3, 60)
  await collected()
  await expect(logsIn({})).rejects.toMatchObject({code: -32_005})
  expect(await logsIn({}, 101, 102)).toHaveLength(7_200)
  expect(RPC_LOGS).toBeLessThan(10_800)
})

describe('a reorganization', () => {
  test('takes old blocks back, newest first, and tells the new branch', async () => {
    history.start()
    await grow(4)
    await collected()
    const lost = log.block(103)!.transactions[0]!
    events = []
    const first = await blockOn(log.block(102), 2, 7)
    log.replaceAfter(102, [first])
    history.wake()
    await until('the new branch is told', () => events.some(({type}) => type === 'added'))
    expect(numbers()).toEqual(['-104', '-103', '+103'])
    expect(events[1]!.logs).toMatchObject([{topics: [topic(1), topic(103_000)], logIndex: 0}])
    expect(events[2]).toMatchObject({type: 'seen', hash: first.hash, logs: []})
    expect(events[3]).toMatchObject({hash: first.hash, logs: [{}, {}]})
    expect(await reader.locate(keccak256(lost))).toBeUndefined()
    expect(store.newest).toEqual({number: 103, hash: first.hash})
    expect(await logsIn({})).toHaveLength(4)
  })

  test('that happened while the node was down is found at the start', async () => {
    history.start()
    await grow(4)
    await collected()
    await close()
    log.replaceAfter(102, [await blockOn(log.block(102), 0, 7)])
    open()
    history.start()
    await until('the branch is there', () => store.hashOf(103) === executed.get(103)!.hash)
    expect(store.hashOf(104)).toBeUndefined()
    expect(store.numberOf(executed.get(104)!.hash)).toBeUndefined()
  })
})

test('an engine that is away is waited for, and nothing is told twice', async () => {
  history.start()
  await grow(2)
  await collected()
  isEngineDown = true
  await grow(3)
  await until('it was asked', () => reads.length > 4)
  expect(numbers()).toEqual(['+100', '+101', '+102'])
  isEngineDown = false
  await collected()
  expect(numbers()).toEqual(['+100', '+101', '+102', '+103', '+104', '+105'])
})

test('a start resumes behind the last block that was collected', async () => {
  history.start()
  await grow(3)
  await collected()
  await close()
  await grow(2)
  reads = []
  open()
  history.start()
  await collected()
  expect(reads).toHaveLength(2)
})

test('a block is shown before its receipts are there; who asks for more of it waits for them', async () => {
  const gate = Promise.withResolvers<void>()
  receiptsHeld = gate.promise
  history.start()
  await grow(1, 2)
  const known = (await reader.header(101))!
  expect(await reader.blockObject(known, false)).toMatchObject({number: '0x65'})
  const [hash] = known.transactionHashes
  const located = reader.locate(hash!)
  const whole = reader.block(101)
  const early = await Promise.race([
    located,
    whole,
    new Promise((resolve) => setTimeout(resolve, 50)),
  ])
  expect(early).toBeUndefined()
  gate.resolve()
  const found = (await located)!
  expect(reader.receiptObject(found.known, found.index)).toMatchObject({transactionHash: hash})
  expect((await whole)!.hasReceipts).toBe(true)
})

test('what the engine has forgotten is said to be lost, never shown as empty', async () => {
  await grow(30, 2)
  bodies = 10
  history.start()
  await collected()
  const known = (await reader.block(105))!
  expect(known.hasReceipts).toBe(false)
  expect(() => reader.receiptObject(known, 0)).toThrow(
    'The receipts and logs of block 105 are not available.',
  )
  await expect(logsIn({}, 100, 110)).rejects.toMatchObject({code: -32_000})
  expect(await logsIn({}, 125)).toHaveLength(12)
  // The transactions themselves are in the chain log.
  const found = await reader.locate(keccak256(executed.get(105)!.transactions[1]!))
  expect(reader.transactionObject(found!.known, found!.index)).toMatchObject({
    blockNumber: '0x69',
    from: user.address.toLowerCase(),
  })
})

test('an import waits when the engine is about to forget, and goes on when the history is stuck', async () => {
  isEngineDown = true
  history.start()
  await grow(HISTORY_LAG_BLOCKS + 3)
  const started = performance.now()
  await history.backpressure()
  expect(performance.now() - started).toBeGreaterThan(300)
  const waiting = history.backpressure()
  isEngineDown = false
  await waiting
  await collected()
  // What has nothing to wait for is over before any timer is.
  const paced = history.backpressure().then(() => 'at once')
  expect(await Promise.race([paced, setImmediate('later')])).toBe('at once')
})

test('a history of another network is begun anew', async () => {
  history.start()
  await grow(2)
  await collected()
  await history.stop()
  store.close()
  const other = HistoryLog.open(join(dir, 'history.sqlite'), {...network, fingerprint: '0x22'})
  expect(other.newest).toBeUndefined()
  other.close()
  open()
})
