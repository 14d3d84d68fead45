import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {execFileSync} from 'node:child_process'

import {concatHex, keccak256, type Hex} from 'viem'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {silentLogger} from '../../src/lib/log.ts'
import {AnvilEngine} from '../../src/node/engine/anvil-engine.ts'
import {readGenesis} from '../../src/node/engine/genesis.ts'
import {identifyProcess} from '../../src/lib/process-identity.ts'
import {engineIn} from '../../src/process/anvil.ts'
import {accountOf, createTestGenesis, transfer, type TestGenesis} from '../helpers/l2-chain.ts'

const senders = Array.from({length: 40}, (_, index) => accountOf(`sender ${index}`))
let genesis: TestGenesis
const engines: AnvilEngine[] = []

beforeAll(async () => {
  genesis = await createTestGenesis({
    initialSigner: accountOf('signer').address,
    rich: senders.map(({address}) => address),
  })
})

afterAll(async () => {
  await Promise.all(engines.map((engine) => engine.stop()))
  genesis[Symbol.dispose]()
})

async function startEngine(name: string, snapshot?: string): Promise<AnvilEngine> {
  const engine = new AnvilEngine({
    genesis: readGenesis(genesis.file),
    dir: join(genesis.dir, name),
    logger: silentLogger,
  })
  engines.push(engine)
  await engine.start(snapshot)
  return engine
}

/** Several transactions of every sender, so that a wrong order would also break nonces. */
async function mixedTransfers(perSender: number, firstNonce = 0): Promise<Hex[]> {
  const all: Hex[] = []
  for (let nonce = firstNonce; nonce < firstNonce + perSender; nonce++) {
    for (const sender of senders) all.push(await transfer(sender, nonce))
  }
  return all
}

test('the block holds exactly the given transactions in the given order, and two engines agree', async () => {
  const [leader, follower] = await Promise.all([startEngine('leader'), startEngine('follower')])
  const transactions = await mixedTransfers(5)
  // The leader gets most of them early, as during a slot; the follower all at once.
  await leader.stage(transactions.slice(0, 130))
  const payload = {timestamp: 1_700_000_010, orderedTransactions: transactions}
  const sealed = await leader.execute(leader.head().hash, payload)
  const replayed = await follower.execute(follower.head().hash, payload)

  expect(sealed.included).toEqual(transactions)
  expect(sealed.dropped).toEqual([])
  expect(replayed.block).toEqual(sealed.block)
  const hashes = await leader.read('eth_getBlockByNumber', ['latest', false])
  expect(await leader.blockAt(sealed.block.number)).toEqual(hashes)
  expect(await follower.blockAt(sealed.block.number)).toEqual(hashes)
  expect((hashes as {transactions: Hex[]}).transactions).toEqual(
    transactions.map((raw) => keccak256(raw)),
  )
})

test('whoever builds a block lets the engine order what was staged; others repeat that order', async () => {
  const [leader, follower] = await Promise.all([startEngine('any-l'), startEngine('any-f')])
  const transactions = await mixedTransfers(12)
  const early = Math.floor(transactions.length * 0.9)
  await leader.stage(transactions.slice(0, early), {anyOrder: true})
  const payload = {timestamp: 1_700_000_010, orderedTransactions: transactions}
  const sealed = await leader.execute(leader.head().hash, payload, {anyOrder: true})
  expect(sealed.dropped).toEqual([])
  expect(sealed.included.toSorted()).toEqual(transactions.toSorted())
  const replayed = await follower.execute(follower.head().hash, {
    timestamp: 1_700_000_010,
    orderedTransactions: sealed.included,
  })
  expect(replayed).toEqual(sealed)
})

test('what was staged in any order is given again where the order counts', async () => {
  const [one, other] = await Promise.all([startEngine('again-1'), startEngine('again-2')])
  const transactions = await mixedTransfers(4)
  await one.stage(transactions, {anyOrder: true})
  const payload = {timestamp: 1_700_000_010, orderedTransactions: transactions}
  const first = await one.execute(one.head().hash, payload)
  expect(first.included).toEqual(transactions)
  expect(await other.execute(other.head().hash, payload)).toEqual(first)
})

test('what was staged and is not in the list is not in a block of any order either', async () => {
  const engine = await startEngine('any-less')
  const transactions = await mixedTransfers(2)
  await engine.stage(transactions, {anyOrder: true})
  const wanted = transactions.slice(0, senders.length)
  const payload = {timestamp: 1_700_000_010, orderedTransactions: wanted}
  const {included} = await engine.execute(engine.head().hash, payload, {anyOrder: true})
  expect(included).toEqual(wanted)
})

test('what was staged and then not wanted leaves no trace in the block', async () => {
  const [one, other] = await Promise.all([startEngine('one'), startEngine('other')])
  const transactions = await mixedTransfers(1)
  await one.stage(await mixedTransfers(2))
  const payload = {timestamp: 1_700_000_010, orderedTransactions: transactions.toReversed()}
  const first = await one.execute(one.head().hash, payload)
  const second = await other.execute(other.head().hash, payload)
  expect(first.included).toEqual(transactions.toReversed())
  expect(first.block.hash).toBe(second.block.hash)
})

test('a transaction that mining leaves out does not change the hash peers compute', async () => {
  const [leader, follower] = await Promise.all([startEngine('drop-l'), startEngine('drop-f')])
  const poor = accountOf('a stranger without money')
  // It passes the engine's door, is skipped while mining, and reading its sender changes the state root.
  const unpayable = await transfer(poor, 0, {gasPrice: 20_000_000n})
  const good = await mixedTransfers(1)
  const sealed = await leader.execute(leader.head().hash, {
    timestamp: 1_700_000_010,
    orderedTransactions: [good[0]!, unpayable, ...good.slice(1)],
  })
  expect(sealed.included).toEqual(good)
  expect(sealed.dropped.map(({raw}) => raw)).toEqual([unpayable])
  const replayed = await follower.execute(follower.head().hash, {
    timestamp: 1_700_000_010,
    orderedTransactions: sealed.included,
  })
  expect(replayed.block.hash).toBe(sealed.block.hash)
})

test('rollback: the block built again, even with an earlier timestamp, has the hash of a fresh chain', async () => {
  const [engine, reference] = await Promise.all([startEngine('back'), startEngine('ref')])
  const transactions = await mixedTransfers(1)
  const base = engine.head()
  await engine.execute(base.hash, {timestamp: 1_700_000_500, orderedTransactions: transactions})
  await engine.execute(engine.head().hash, {timestamp: 1_700_000_502, orderedTransactions: []})
  expect(await engine.rollback(2)).toEqual(base)
  const payload = {timestamp: 1_700_000_010, orderedTransactions: transactions.slice(0, 3)}
  const again = await engine.execute(base.hash, payload)
  const fresh = await reference.execute(base.hash, payload)
  expect(again.block).toEqual(fresh.block)
  await expect(engine.rollback(100)).rejects.toMatchObject({kind: 'no-history'})
})

/** Stores BLOCKHASH(NUMBER - 1) under NUMBER whenever it is called. */
const blockhashKeeper: Hex = concatHex(['0x', '0x6009600c60003960096000f3', '0x600143034043550000'])

test('a restored snapshot continues with the same hashes, also for a contract that reads BLOCKHASH', async () => {
  const [engine, reference] = await Promise.all([startEngine('snap'), startEngine('snap-ref')])
  const deployer = senders[0]!
  const deploy = await deployer.signTransaction({
    type: 'legacy',
    chainId: 108_800,
    nonce: 0,
    gas: 200_000n,
    gasPrice: 20_000_000n,
    data: blockhashKeeper,
  })
  const at = await contractAddress(deployer.address)
  const calls = [1, 2].map((nonce) =>
    deployer.signTransaction({
      ...{type: 'legacy', chainId: 108_800, nonce, gas: 100_000n, gasPrice: 20_000_000n, to: at},
    }),
  )
  const [call, later] = await Promise.all(calls)
  for (const [index, raw] of [deploy, call!].entries()) {
    const payload = {timestamp: 1_700_000_010 + index, orderedTransactions: [raw]}
    await engine.execute(engine.head().hash, payload)
    await reference.execute(reference.head().hash, payload)
  }
  const file = join(genesis.dir, 'state.snapshot')
  await engine.saveSnapshot(file)
  const head = engine.head()
  await engine.stop()

  const restored = await startEngine('snap-restored', file)
  expect(restored.head()).toEqual(head)
  const payload = {timestamp: 1_700_000_020, orderedTransactions: [later!]}
  const next = await restored.execute(head.hash, payload)
  const expected = await reference.execute(head.hash, payload)
  expect(next.block).toEqual(expected.block)
  const slot = `0x${next.block.number.toString(16).padStart(64, '0')}`
  expect(await restored.read('eth_getStorageAt', [at, slot, 'latest'])).toBe(head.hash)
})

async function contractAddress(from: Hex): Promise<Hex> {
  const {getContractAddress} = await import('viem')
  return getContractAddress({from, nonce: 0n})
}

test('a damaged snapshot is refused as such', async () => {
  const file = join(genesis.dir, 'bad.snapshot')
  writeFileSync(file, '{"number":1,"hash":"0x')
  const engine = new AnvilEngine({
    genesis: readGenesis(genesis.file),
    dir: join(genesis.dir, 'bad'),
    logger: silentLogger,
  })
  engines.push(engine)
  await expect(engine.start(file)).rejects.toMatchObject({kind: 'bad-snapshot'})
})

/** Starts an engine in a process that is then gone without a goodbye. @returns the engine's pid */
function leaveBehind(dir: string, diesWithParent: boolean): number {
  const module = new URL('../../src/process/anvil.ts', import.meta.url).href
  const options = {name: 'engine', dir, chainId: 7, args: ['--no-mining'], diesWithParent}
  const script = `
    const {startAnvil} = await import(${JSON.stringify(module)})
    const {pid} = await startAnvil(${JSON.stringify(options)})
    console.log(pid)
    process.kill(process.pid, 'SIGKILL')`
  try {
    execFileSync(process.execPath, ['--input-type=module', '-e', script], {encoding: 'utf8'})
  } catch (error) {
    return Number((error as {stdout: string}).stdout.trim())
  }
  throw new Error('It was not killed.')
}

test('an engine ends with its parent, also when that is killed', async () => {
  const pid = leaveBehind(join(genesis.dir, 'follows'), true)
  await expect.poll(() => identifyProcess(pid)).toBeUndefined()
})

test('an engine that outlives its killed parent is ended by the next start in the same directory', async () => {
  const dir = join(genesis.dir, 'orphan')
  const orphan = leaveBehind(dir, false)
  expect(engineIn(dir, 'engine')?.pid).toBe(orphan)

  const engine = await startEngine('orphan')
  expect(identifyProcess(orphan)).toBeUndefined()
  const pidFile = join(dir, 'engine.pid')
  expect(JSON.parse(readFileSync(pidFile, 'utf8'))).toMatchObject({pid: expect.any(Number)})
  await engine.stop()
  expect(existsSync(pidFile)).toBe(false)
})

test('a stop waits for one that is under way: the next process lives in the same directory', async () => {
  const engine = await startEngine('stopped-twice')
  const dir = join(genesis.dir, 'stopped-twice')
  const first = engine.stop()
  await engine.stop()
  expect(engineIn(dir, 'engine')).toBeUndefined()
  await engine.start()
  await first
  expect(existsSync(join(dir, 'engine.sock'))).toBe(true)
  expect(engineIn(dir, 'engine')).toBeDefined()
})

test('a directory whose name is too long for a socket is no obstacle', async () => {
  const engine = await startEngine(`${'long/'.repeat(30)}engine`)
  const {number, hash} = engine.head()
  const {block} = await engine.execute(hash, {timestamp: 1_700_000_010, orderedTransactions: []})
  expect(block.number).toBe(number + 1)
})
