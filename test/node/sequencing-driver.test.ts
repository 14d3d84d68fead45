/** The driver over a chain in memory: its last slot, its failures, and what it learns from receipts. */
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {afterEach, beforeEach, expect, test, vi} from 'vitest'

import {systemClock, type Clock} from '../../src/lib/clock.ts'
import {MetisSeqError} from '../../src/lib/errors.ts'
import {silentLogger} from '../../src/lib/log.ts'
import {ChainState} from '../../src/node/chain-state.ts'
import {EngineError} from '../../src/node/engine/engine.ts'
import {Accounts} from '../../src/node/mempool/accounts.ts'
import {AdmissionControl} from '../../src/node/mempool/admission-control.ts'
import {CostModel} from '../../src/node/mempool/cost-model.ts'
import {Mempool} from '../../src/node/mempool/mempool.ts'
import {SlowCode} from '../../src/node/mempool/slow-code.ts'
import {Metrics} from '../../src/node/metrics.ts'
import {Rotation} from '../../src/node/rotation/rotation.ts'
import {Driver} from '../../src/node/sequencing/driver.ts'
import type {DriverOptions} from '../../src/node/sequencing/driver-options.ts'
import {rulesOf} from '../../src/node/stage-parts.ts'
import type {SealedBlock} from '../../src/protocol/block.ts'
import {parseTransaction, recoverSender} from '../../src/protocol/transaction.ts'
import {ChainLog} from '../../src/store/chain-log.ts'
import {SignGuard} from '../../src/store/sign-guard.ts'
import {FakeEngine} from '../helpers/fake-engine.ts'
import {signerOf} from '../helpers/sign-block.ts'
import {Random} from '../sim/random.ts'
import {accountOf, drawSetup, users} from '../sim/setup.ts'
import {transferOf} from '../sim/users.ts'

const setup = drawSetup(new Random(1))
/** Phase 2 from the first block on: transactions share a block, and it waits for its slot. */
const rules = {...rulesOf(setup.network), phase2Block: 0}
const SLOT_MS = 60_000

let dir: string
let chain: ChainState
let guard: SignGuard
let mempool: Mempool
let costs: CostModel
let metrics: Metrics
let sealed: SealedBlock[]
let onHead: () => void
let assertAlone: () => void
let l1Divergence: DriverOptions['l1Divergence']
let driver: Driver

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'metis-seq-driver-'))
  const engine = new FakeEngine({genesisNumber: setup.genesis.number, genesis: setup.fakeGenesis})
  const me = accountOf('alpha').address
  const {sequencerSet} = setup.network.l2.contracts
  chain = new ChainState({
    ...{engine, logger: silentLogger, onExecuted() {}, nowMs: () => 0},
    log: ChainLog.open(join(dir, 'chain.sqlite'), setup.genesis),
    rotation: new Rotation({engine, sequencerSet, me}),
    snapshotDir: dir,
  })
  await chain.restore()
  guard = SignGuard.open(join(dir, 'sign-guard.log'))
  costs = new CostModel(SLOT_MS)
  mempool = new Mempool({}, costs)
  metrics = new Metrics()
  sealed = []
  onHead = () => {}
  assertAlone = () => {}
  l1Divergence = () => undefined
})
afterEach(async () => {
  await driver.stop()
  guard.close()
  chain.log.close()
  rmSync(dir, {recursive: true, force: true})
})

/** Alpha, whose turn it is. */
function start(clock: Clock = systemClock): void {
  const exchange = {
    ...{assertAlone: () => assertAlone(), peers: () => [], ignore() {}},
    announce: (block: SealedBlock) => void sealed.push(block),
  }
  const gate = {start() {}, fence() {}, look: () => true, bars: () => false, noteOwn() {}}
  driver = new Driver({
    ...{chain, guard, mempool, costs, metrics, rules, clock, exchange, gate, slotMs: SLOT_MS},
    ...{accounts: new Accounts(chain.engine), admission: new AdmissionControl(costs)},
    ...{slowCode: new SlowCode(SLOT_MS), signer: signerOf(accountOf('alpha'))},
    ...{emptyBlocks: false, logger: silentLogger, reorgFloor: () => 0},
    ...{l1Divergence: () => l1Divergence(), keep() {}, reaccept: async () => {}},
    ...{onHead: () => onHead(), onTidied() {}, onHalt() {}},
  } as unknown as DriverOptions)
  driver.start()
}

function send(nonce: number) {
  const held = recoverSender(parseTransaction(transferOf(users[0]!, nonce), rules.transactions))
  const account = {accountNonce: nonce, balanceWei: 10n ** 18n}
  mempool.add(held, {kind: 'ordinary'}, account, systemClock.monotonicMs())
  driver.gather()
  return held
}

/** The first block is due at once; the next one holds a transaction, and waits for the slot's end. */
async function staged(): Promise<void> {
  start()
  send(0)
  await expect.poll(() => sealed.length).toBe(1)
  send(1)
  await expect.poll(() => mempool.hasPending).toBe(false)
}

test('a stop seals what waits for the end of the slot', async () => {
  await staged()
  expect(sealed).toHaveLength(1)
  await driver.stop()
  expect(sealed.map(({transactions}) => transactions)).toEqual([
    ...[[transferOf(users[0]!, 0)], [transferOf(users[0]!, 1)]],
  ])
  expect(driver.blocksSealed).toBe(2)
})

test('what an open block held is pending again when the block is given up, and in the next one', async () => {
  await staged()
  l1Divergence = () => ({number: 102, timestamp: 1, transactions: []})
  driver.wake()
  await expect.poll(() => driver.phase).toBe('following')
  expect(mempool.hasPending).toBe(true)
  l1Divergence = () => undefined
  driver.wake()
  await expect.poll(() => driver.phase).toBe('building')
  await driver.stop()
  expect(sealed[1]?.transactions).toEqual([transferOf(users[0]!, 1)])
})

test('however a stop fails, what was taken is pending again', async () => {
  await staged()
  using _execute = vi
    .spyOn(chain.engine, 'execute')
    .mockRejectedValue(new EngineError('reset', 'The engine is gone.'))
  onHead = () => {
    throw new Error('Nobody listens.')
  }
  await driver.stop()
  expect(sealed).toHaveLength(1)
  expect(mempool.counts()).toEqual({pending: 1, queued: 0})
  expect(metrics.errors()).toMatchObject({build: 'Nobody listens.'})
})

test('a failure is told until the next block', async () => {
  // Its pause after a failure, which no wake-up ends, takes no time here.
  const sleep: Clock['sleep'] = (ms, signal) =>
    signal ? systemClock.sleep(ms, signal) : new Promise((resolve) => setImmediate(resolve))
  assertAlone = () => {
    throw new MetisSeqError({code: 'DISK_FULL', message: 'It is full.'})
  }
  start({...systemClock, sleep})
  await expect.poll(() => metrics.errors()).toEqual({build: 'DISK_FULL: It is full.'})
  assertAlone = () => {}
  send(0)
  await expect.poll(() => sealed.length).toBe(1)
  expect(metrics.errors()).toEqual({})
})

test('the gas of the receipts of a block is held against its transactions, once', async () => {
  start()
  const {hash} = send(0)
  await expect.poll(() => sealed.length).toBe(1)
  using used = vi.spyOn(costs, 'used')
  driver.spent(sealed[0]!.hash, [30_000])
  driver.spent(sealed[0]!.hash, [30_000])
  expect(used.mock.calls).toEqual([
    [[expect.objectContaining({hash})], [30_000], expect.any(Number)],
  ])
})
