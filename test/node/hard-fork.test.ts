import {mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {concatHex, type Hex} from 'viem'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {silentLogger} from '../../src/lib/log.ts'
import {AnvilEngine} from '../../src/node/engine/anvil-engine.ts'
import {EngineError} from '../../src/node/engine/engine.ts'
import {readGenesis} from '../../src/node/engine/genesis.ts'
import {hardforkAt, parseHardforks} from '../../src/node/engine/hardforks.ts'
import {readSnapshot} from '../../src/node/engine/snapshot-file.ts'
import {accountOf, createTestGenesis, transfer, type TestGenesis} from '../helpers/l2-chain.ts'

const FORK = 105
const sender = accountOf('sender 0')
const schedule = [
  {fromBlock: 0, name: 'shanghai'},
  {fromBlock: FORK, name: 'cancun'},
]
let genesis: TestGenesis
const engines: AnvilEngine[] = []

beforeAll(async () => {
  genesis = await createTestGenesis({
    initialSigner: accountOf('signer').address,
    rich: [sender.address],
    hardforks: schedule,
  })
})

afterAll(async () => {
  await Promise.all(engines.map((engine) => engine.stop()))
  genesis[Symbol.dispose]()
})

async function startEngine(name: string, snapshot?: string): Promise<AnvilEngine> {
  const options = {genesis: readGenesis(genesis.file), dir: join(genesis.dir, name)}
  const engine = new AnvilEngine({...options, logger: silentLogger})
  engines.push(engine)
  await engine.start(snapshot)
  return engine
}

async function executeNext(engine: AnvilEngine, transactions: readonly Hex[] = []) {
  const {hash, number} = engine.head()
  const timestamp = 1_700_000_000 + 2 * (number - 99)
  return engine.execute(hash, {timestamp, orderedTransactions: transactions})
}

/** Stores the answer of MCOPY, an instruction that only the newer rules know. */
const usesMcopy = concatHex(['0x60ff60005260206000', '0x60205e', '0x602051600055', '0x00'])

async function deploy(nonce: number): Promise<Hex> {
  return sender.signTransaction({
    type: 'legacy',
    chainId: 108_800,
    nonce,
    gas: 200_000n,
    gasPrice: 20_000_000n,
    data: usesMcopy,
  })
}

async function blockHeader(engine: AnvilEngine): Promise<Record<string, unknown>> {
  return (await engine.read('eth_getBlockByNumber', ['latest', false])) as Record<string, unknown>
}

test('rules change at the block of the fork, under transactions staged before it, on all engines alike', async () => {
  const [leader, follower] = await Promise.all([startEngine('leader'), startEngine('follower')])
  let nonce = 0
  while (leader.head().number < FORK + 2) {
    const transactions = [await deploy(nonce), await transfer(sender, nonce + 1)]
    nonce += 2
    await leader.stage(transactions)
    const sealed = await executeNext(leader, transactions)
    const replayed = await executeNext(follower, transactions)
    expect(sealed.included).toEqual(transactions)
    expect(replayed.block.hash).toBe(sealed.block.hash)

    const {number, hash} = sealed.block
    const [first] = (await leader.receiptsOf({number, hash, transactions})) as {status: Hex}[]
    const isAfter = number >= FORK
    expect([number, first!.status]).toEqual([number, isAfter ? '0x1' : '0x0'])
    expect([number, 'excessBlobGas' in (await blockHeader(leader))]).toEqual([number, isAfter])
  }
})

test('a snapshot of before the fork is continued over it, and gives the hashes of a chain without restart', async () => {
  const [steady, restarted] = await Promise.all([startEngine('steady'), startEngine('restarted')])
  const file = join(genesis.dir, 'before-fork.snapshot')
  while (steady.head().number < FORK - 2) {
    await executeNext(steady)
    await executeNext(restarted)
  }
  await restarted.saveSnapshot(file)
  await restarted.stop()
  expect(readSnapshot(file).meta).toMatchObject({number: FORK - 2, hardfork: 'shanghai'})

  const again = await startEngine('restarted', file)
  while (steady.head().number < FORK + 3) {
    const expected = await executeNext(steady)
    expect((await executeNext(again)).block.hash).toBe(expected.block.hash)
  }
  const after = join(genesis.dir, 'after-fork.snapshot')
  await again.saveSnapshot(after)
  await again.stop()
  const third = await startEngine('restarted', after)
  expect((await executeNext(third)).block.hash).toBe((await executeNext(steady)).block.hash)
})

test('a rollback behind the fork asks for a restore, since the process has the newer rules', async () => {
  const engine = await startEngine('rollback')
  while (engine.head().number < FORK + 1) await executeNext(engine)
  await engine.rollback(1)
  await expect(engine.rollback(2)).rejects.toThrow(
    expect.objectContaining({kind: 'no-history'} satisfies Partial<EngineError>),
  )
  expect(engine.head().number).toBe(FORK)
})

test('readers wait while one process is replaced by the next', async () => {
  const engine = await startEngine('readers')
  while (engine.head().number < FORK - 1) await executeNext(engine)
  let failures = 0
  let isDone = false
  const readers = Array.from({length: 4}, async () => {
    while (!isDone) await engine.read('eth_blockNumber').catch(() => failures++)
  })
  await executeNext(engine)
  isDone = true
  await Promise.all(readers)
  expect(failures).toBe(0)
})

test('a damaged snapshot is told from a whole one', async () => {
  const engine = await startEngine('damaged')
  await executeNext(engine)
  const dir = mkdtempSync(join(tmpdir(), 'metis-seq-snapshot-'))
  try {
    const file = join(dir, '1.snapshot')
    await engine.saveSnapshot(file)
    expect(readdirSync(dir)).toEqual(['1.snapshot'])
    const bytes = readFileSync(file)
    bytes[bytes.length - 20]! ^= 1
    writeFileSync(file, bytes)
    expect(() => readSnapshot(file)).toThrow(expect.objectContaining({kind: 'bad-snapshot'}))
  } finally {
    rmSync(dir, {recursive: true, force: true})
  }
})

test('a schedule names known rules at rising blocks', () => {
  expect(parseHardforks(undefined)).toEqual([{fromBlock: 0, name: 'shanghai'}])
  expect(parseHardforks(schedule)).toEqual(schedule)
  expect([0, FORK - 1, FORK, FORK + 9].map((block) => hardforkAt(schedule, block))).toEqual([
    'shanghai',
    'shanghai',
    'cancun',
    'cancun',
  ])
  for (const bad of [[], 'cancun', [{fromBlock: 1, name: 'nonsense'}], schedule.toReversed()]) {
    expect(() => parseHardforks(bad)).toThrow()
  }
})
