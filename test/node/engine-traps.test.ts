/** The engine's traps, each shown not to bite. What is not here is in the tests beside this one. */
import {mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {concatHex, type Hex} from 'viem'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {silentLogger} from '../../src/lib/log.ts'
import {AnvilEngine} from '../../src/node/engine/anvil-engine.ts'
import {engineFlags} from '../../src/node/engine/anvil-flags.ts'
import {
  fingerprint,
  readGenesis,
  RULES_VERSION,
  type GenesisRules,
} from '../../src/node/engine/genesis.ts'
import {ENGINE_VERSION} from '../../src/process/find-engine.ts'
import {writeSnapshot} from '../../src/node/engine/snapshot-file.ts'
import {ENGINE_RECEIPT_BLOCKS} from '../../src/node/engine/limits.ts'
import {
  accountOf,
  createTestGenesis,
  L2_CHAIN_ID,
  transfer,
  type TestGenesis,
} from '../helpers/l2-chain.ts'

const senders = Array.from({length: 60}, (_, index) => accountOf(`trap ${index}`))
const poor = accountOf('poor')
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

async function startEngine(name: string): Promise<AnvilEngine> {
  const options = {genesis: readGenesis(genesis.file), dir: join(genesis.dir, name)}
  const engine = new AnvilEngine({...options, logger: silentLogger})
  engines.push(engine)
  await engine.start()
  return engine
}

function seal(engine: AnvilEngine, transactions: readonly Hex[] = []) {
  const {hash, number} = engine.head()
  const timestamp = 1_700_000_000 + 2 * (number - 99)
  return engine.execute(hash, {timestamp, orderedTransactions: transactions})
}

test('order holds far beyond what one batch may have, while readers hammer', async () => {
  const [leader, follower] = await Promise.all([startEngine('order-a'), startEngine('order-b')])
  const transactions: Hex[] = []
  for (let nonce = 0; nonce < 12; nonce++) {
    for (const sender of senders) transactions.push(await transfer(sender, nonce))
  }
  let isDone = false
  const readers = Array.from({length: 8}, async (_, index) => {
    const address = senders[index]!.address
    while (!isDone) await leader.read('eth_getBalance', [address, 'latest'])
  })
  const sealed = await seal(leader, transactions)
  const replayed = await seal(follower, transactions)
  isDone = true
  await Promise.all(readers)
  expect(sealed.included).toEqual(transactions)
  expect(replayed.block.hash).toBe(sealed.block.hash)
})

test('money that came in the same block can be spent in it, on the leader and on a follower', async () => {
  const [leader, follower] = await Promise.all([startEngine('same-a'), startEngine('same-b')])
  const gift = await transfer(senders[0]!, 0, {to: poor.address, value: 10n ** 17n})
  const transactions = [gift, await transfer(poor, 0)]
  const sealed = await seal(leader, transactions)
  expect(sealed.included).toEqual(transactions)
  expect((await seal(follower, transactions)).block.hash).toBe(sealed.block.hash)
})

test('nobody is rich but those of the genesis document', async () => {
  const engine = await startEngine('rich')
  const [first] = ['0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266']
  expect(await engine.read('eth_getBalance', [first, 'latest'])).toBe('0x0')
  expect(await engine.read('eth_accounts')).toEqual([])
})

test('the fingerprint covers what the genesis hash does not: balances, rules, their version', () => {
  const text = readFileSync(genesis.file, 'utf8')
  const rules: GenesisRules = {
    ...{chainId: 1, gasLimit: 2n, hardfork: 'shanghai', version: RULES_VERSION},
  }
  const base = fingerprint(text, rules)
  const richer = text.replace('"balance":"0x', '"balance":"0x1')
  const others = [{chainId: 2}, {gasLimit: 3n}, {hardfork: 'cancun'}, {version: '1.8.0'}]
  const all = others.map((other) => fingerprint(text, {...rules, ...other}))
  expect(new Set([base, fingerprint(richer, rules), ...all]).size).toBe(6)
})

test('networks that were founded before are known by the fingerprint that they had', () => {
  const rules: GenesisRules = {
    ...{chainId: 31_337_108, gasLimit: 1_100_000_000n, hardfork: 'shanghai', version: '1.7.1'},
  }
  expect(RULES_VERSION).toBe(rules.version)
  // An engine of another version has to prove that it executes the same before this changes.
  expect(ENGINE_VERSION).toBe(RULES_VERSION)
  expect(fingerprint('{"config":{"chainId":31337108}}', rules)).toBe(
    '0x093ef96249c66408aa36010551081a379820e14fff698cbb354fe97c3a6c015e',
  )
})

test('states, transactions and traces are bounded by flags', () => {
  const flags = engineFlags(readGenesis(genesis.file), 'shanghai').join(' ')
  expect(flags).toContain('--prune-history 32')
  expect(flags).toContain(`--transaction-block-keeper ${ENGINE_RECEIPT_BLOCKS}`)
  expect(flags).toContain('--no-cors')
  expect(ENGINE_RECEIPT_BLOCKS).toBeLessThanOrEqual(64)
})

test('a block whose transactions the engine forgot has no receipts, instead of none in it', async () => {
  const engine = await startEngine('forgetful')
  const transactions = [await transfer(senders[0]!, 0)]
  const {block} = await seal(engine, transactions)
  const request = {number: block.number, hash: block.hash, transactions}
  expect(await engine.receiptsOf(request)).toHaveLength(1)
  for (let index = 0; index <= ENGINE_RECEIPT_BLOCKS; index++) await seal(engine)
  const forgotten = await engine.read('eth_getBlockByNumber', [
    `0x${block.number.toString(16)}`,
    false,
  ])
  expect((forgotten as {transactions: unknown[]}).transactions).toEqual([])
  expect(await engine.receiptsOf(request)).toBeUndefined()
})

test('blocks of equal time are the same on every engine, also the first', async () => {
  const [one, other] = await Promise.all([startEngine('time-a'), startEngine('time-b')])
  for (let block = 0; block < 3; block++) {
    const payload = {timestamp: 1_700_000_000, orderedTransactions: []}
    const first = await one.execute(one.head().hash, payload)
    const second = await other.execute(other.head().hash, payload)
    expect(second.block.hash).toBe(first.block.hash)
    expect(first.block.timestamp).toBe(1_700_000_000)
  }
})

test('a snapshot that cannot be written leaves the old one, and no half of a new one', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'metis-seq-snapshot-'))
  try {
    const file = join(dir, '1.snapshot')
    writeFileSync(file, 'old')
    const meta = {number: 1, hash: '0x00', fingerprint: '0x00', hardfork: 'shanghai'} as const
    await expect(writeSnapshot(file, meta, '0x1234')).rejects.toThrow()
    expect(readdirSync(dir)).toEqual(['1.snapshot'])
    expect(readFileSync(file, 'utf8')).toBe('old')
  } finally {
    rmSync(dir, {recursive: true, force: true})
  }
})

test('snapshots do not grow with the number of blocks', async () => {
  const engine = await startEngine('trimmed')
  const sizes: number[] = []
  for (const blocks of [300, 600]) {
    while (engine.head().number < 100 + blocks) await seal(engine)
    const file = join(genesis.dir, `trimmed-${blocks}.snapshot`)
    await engine.saveSnapshot(file)
    sizes.push(readFileSync(file).length)
  }
  expect(sizes[1]! / sizes[0]!).toBeLessThan(1.1)
})

test('an endless loop in one transaction is bounded by its gas, and the next block is not late', async () => {
  const engine = await startEngine('loop')
  const loop = concatHex(['0x5b600056'])
  const transaction = await senders[0]!.signTransaction({
    type: 'legacy',
    chainId: L2_CHAIN_ID,
    nonce: 0,
    gas: 30_000_000n,
    gasPrice: 20_000_000n,
    data: loop,
  })
  const {included, block} = await seal(engine, [transaction])
  expect(included).toEqual([transaction])
  expect(block.gasUsed).toBe(30_000_000n)
  expect((await seal(engine)).included).toEqual([])
})
