import {expect, test} from 'vitest'

import {assertStateCapacity} from '../../src/node/mempool/admission.ts'
import {CostModel} from '../../src/node/mempool/cost-model.ts'
import {AdmissionControl} from '../../src/node/mempool/admission-control.ts'
import {EMPTY_BLOCK_ALARM_AGAIN_MS, STATE_ROOTS_KEPT} from '../../src/node/limits.ts'
import {StateGrowth} from '../../src/node/state-growth.ts'
import {StateWatch} from '../../src/node/state-watch.ts'
import {silentLogger} from '../../src/lib/log.ts'
import {parseTransaction} from '../../src/protocol/transaction.ts'
import {accountOf, L2_CHAIN_ID, transfer} from '../helpers/l2-chain.ts'

const rules = {
  chainId: L2_CHAIN_ID,
  minGasPriceWei: 1n,
  maxGasLimit: 30_000_000n,
  maxSizeBytes: 131_072,
}

const parse = async (gas: bigint) =>
  parseTransaction(await transfer(accountOf('a'), 0, {gas}), rules)

/** What the worst block that may be built adds: every gas a new leaf. */
const worst = (growth: StateGrowth) => Math.floor(growth.gasCapacity / 2_100)

test('no sequence of the worst blocks passes the limit by more than what is always let through', () => {
  const growth = new StateGrowth(20_000)
  let leaves = 0
  for (let block = 0; block < 200; block++) {
    leaves += worst(growth)
    growth.counting()(leaves)
  }
  expect(leaves).toBeGreaterThan(19_000)
  // 1 M gas for the consensus layer is 476 leaves a block, and only its own transactions may use it.
  expect(growth.gasCapacity).toBe(1_000_000)
  expect(new StateGrowth(20_000).gasCapacity).toBe(Math.floor(20_000 / 3) * 2_100)
})

test('gas that buys no state is forgiven when the root does not take longer', () => {
  const growth = new StateGrowth(20_000)
  growth.grew(4_000, 4_000n * 51_000n)
  expect(growth.leaves).toBeGreaterThan(50_000)
  expect(growth.isFull).toBe(true)
  growth.measured(3)
  expect(growth.leaves).toBe(3_000)
  // One slow root among fast ones is another program's doing; one fast one is not.
  growth.measured(400)
  expect(growth.leaves).toBe(3_000)
  for (let block = 0; block < 8; block++) growth.measured(80)
  expect(growth.leaves).toBeGreaterThan(50_000)
})

test('what a leaf costs here is learned from a count, and the count is never undercut', () => {
  const growth = new StateGrowth(100_000)
  for (let block = 0; block < 8; block++) growth.measured(60)
  growth.counting()(20_000)
  growth.grew(0, 100_000_000n)
  expect(growth.leaves).toBeGreaterThan(60_000)
  for (let block = 0; block < 8; block++) growth.measured(60)
  // The count took as long as it did on a machine that may have been busy: half of that is believed.
  expect(growth.leaves).toBe(40_000)
  for (let block = 0; block < 8; block++) growth.measured(5)
  expect(growth.leaves).toBe(20_000)
  growth.grew(0, 100_000_000n)
  expect(growth.isRecountDue).toBe(true)
})

test('an old fast root says nothing about what came after it', () => {
  const growth = new StateGrowth(100_000)
  for (let block = 0; block < 8; block++) growth.measured(2)
  for (let block = 0; block < 8; block++) growth.grew(1, 21_000n + 8_400_000n)
  expect(growth.leaves).toBeGreaterThan(37_000)
})

test('blocks that are sealed while the state is counted are not lost', () => {
  const growth = new StateGrowth(100_000)
  growth.grew(100, 2_100_000n)
  const counted = growth.counting()
  growth.grew(50, 1_050_000n)
  counted(300)
  expect(growth.leaves).toBe(350)
})

test('a block may not declare more than the state has room for, whatever the machine could do', () => {
  let capacity = 5_000_000
  const admission = new AdmissionControl(new CostModel(2000), () => capacity)
  expect(admission.executionGas).toBe(5_000_000)
  expect(admission.capacity(undefined).gas).toBe(5_000_000)
  capacity = 10 ** 9
  expect(admission.executionGas).toBe(100_000_000)
})

test('the door tells that the state is full, and lets payments through', async () => {
  const capacity = {leaves: 900, limit: 1_000, isFull: false, gasCapacity: 1_000_000}
  const [large, small, payment] = await Promise.all([2_000_000n, 60_000n, 21_000n].map(parse))
  const refusal = expect.objectContaining({
    reason: 'state-full',
    message: expect.stringMatching(/900 of at most 1000.*geth has no such limit/),
  })
  expect(() => assertStateCapacity(large!, capacity)).toThrow(refusal)
  expect(() => assertStateCapacity(small!, {...capacity, isFull: true})).toThrow(refusal)
  assertStateCapacity(small!, capacity)
  assertStateCapacity(payment!, {...capacity, isFull: true})
})

test('a root that takes long is looked at as often as it may cost, by chance', async () => {
  let now = 0
  let asked = 0
  const head = {number: 1, stateRoot: '0x01'} as never
  const stateRoot = async () => {
    asked++
    now += 200
    return '0x01' as const
  }
  const chances = Array.from({length: 1000}, (_, index) => ((index * 37) % 100) / 100)
  const random = () => chances.pop() ?? 0.5
  const watch = new StateWatch({
    engine: {stateRoot},
    logger: silentLogger,
    nowMs: () => now,
    random,
  })
  const startedAt = now
  for (let block = 0; block < 500; block++) {
    await watch.check(head)
    now += 2_000
  }
  const share = (asked * 200) / (now - startedAt)
  expect(share).toBeGreaterThan(0.01)
  expect(share).toBeLessThan(0.03)
})

test('a slow empty block is put down to the state only when the root took that long', async () => {
  const warned: string[] = []
  const logger = {...silentLogger, warn: (event: string) => void warned.push(event)}
  let now = 0
  let rootMs = 5
  const stateRoot = async () => {
    now += rootMs
    return '0x01' as const
  }
  const watch = new StateWatch({engine: {stateRoot}, logger, nowMs: () => now, random: () => 0})
  const head = {number: 1, stateRoot: '0x01'} as never
  await watch.check(head)
  watch.emptyBlockTook(3_000)
  rootMs = 400
  now += EMPTY_BLOCK_ALARM_AGAIN_MS
  for (let count = 0; count < STATE_ROOTS_KEPT; count++) await watch.check(head)
  watch.emptyBlockTook(500)
  expect(warned).toEqual([
    'an empty block is slow: the engine was blocked, or the machine is busy',
    'an empty block is slow: the state has grown',
  ])
})
