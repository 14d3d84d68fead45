import {expect, test} from 'vitest'

import {
  COST_DECLARED_PART,
  COST_LIE_KEPT_MS,
  COST_MARGIN,
  COST_SAMPLES_LEAST,
  COST_STEP_MOST,
  COST_UNKNOWN_GAS_PER_MS,
  SEAL_BASE_MS,
  SEAL_BASE_MS_MOST,
  SEAL_FIXED_MS,
  SEAL_SHARE,
} from '../../src/node/limits.ts'
import {CostModel} from '../../src/node/mempool/cost-model.ts'

const SLOT_MS = 2_000
const INTRINSIC = 21_500

function call(contract: number, declared: number, selector: `0x${string}` = '0xa9059cbb') {
  return {
    to: `0x${String(contract).repeat(40)}` as const,
    data: `${selector}00` as const,
    gasLimit: BigInt(declared + INTRINSIC),
    intrinsicGas: BigInt(INTRINSIC),
  }
}

const payment = {to: call(9, 0).to, data: '0x', gasLimit: 21_000n, intrinsicGas: 21_000n} as const

function seen(costs: CostModel, count: number, declared: number, used: number, nowMs = 0) {
  const block = Array.from({length: count}, () => {
    const transaction = call(1, declared)
    return {...transaction, cost: costs.costOf(transaction, nowMs)}
  })
  const all = block.map(() => used + INTRINSIC)
  costs.used(block, all, nowMs)
  return block
}

test('a call that nobody has seen counts with all that it declares, at the speed of the slowest opcode', () => {
  const costs = new CostModel(SLOT_MS)
  const {gas, ms} = costs.costOf(call(1, 650_000), 0)
  expect(gas).toBe(650_000)
  expect(ms).toBeCloseTo(SEAL_BASE_MS + 650_000 / COST_UNKNOWN_GAS_PER_MS)
  expect(costs.costOf(payment, 0)).toEqual({gas: 0, ms: SEAL_BASE_MS})
})

test('what calls of a function used is counted once enough were seen, and a part of what is declared at least', () => {
  const costs = new CostModel(SLOT_MS)
  seen(costs, COST_SAMPLES_LEAST - 1, 39_000, 20_000)
  expect(costs.costOf(call(1, 39_000), 0).gas).toBe(39_000)
  seen(costs, 1, 39_000, 25_000)
  expect(costs.costOf(call(1, 39_000), 0).gas).toBeCloseTo(25_000 * COST_MARGIN)
  expect(costs.costOf(call(1, 900_000), 0).gas).toBe(900_000 / COST_DECLARED_PART)
  // Another function, and another contract, are other kinds of work.
  expect(costs.costOf(call(1, 39_000, '0x095ea7b3'), 0).gas).toBe(39_000)
  expect(costs.costOf(call(2, 39_000), 0).gas).toBe(39_000)
})

test('a function that uses more than was counted is not believed for a while', () => {
  const costs = new CostModel(SLOT_MS)
  seen(costs, 100, 900_000, 1_000)
  expect(costs.costOf(call(1, 900_000), 0).gas).toBe(300_000)
  seen(costs, 1, 900_000, 900_000)
  expect(costs.costOf(call(1, 900_000), 1).gas).toBe(900_000)
  seen(costs, 100, 900_000, 1_000, 2)
  expect(costs.costOf(call(1, 900_000), COST_LIE_KEPT_MS - 1).gas).toBe(900_000)
  expect(costs.costOf(call(1, 900_000), COST_LIE_KEPT_MS).gas).toBe(300_000)
})

test('whatever is believed, a block never declares more than three times what it counts', () => {
  const costs = new CostModel(SLOT_MS)
  seen(costs, 100, 30_000_000, 1)
  for (const declared of [1, 30_000, 1_000_000, 30_000_000]) {
    expect(costs.costOf(call(1, declared), 0).gas * COST_DECLARED_PART).toBeGreaterThanOrEqual(
      declared,
    )
  }
})

test('code is as fast as the blocks that it fills: slower at once, faster step by step', () => {
  const costs = new CostModel(SLOT_MS)
  const ofCode = () => costs.costOf(call(1, 39_000), 0).ms - costs.baseMs
  const first = ofCode()
  const sealAt = (part: number) => {
    const block = seen(costs, 1_000, 39_000, 39_000)
    costs.sealed(block, SEAL_FIXED_MS + block.reduce((sum, {cost}) => sum + cost.ms, 0) * part)
  }
  sealAt(0.25)
  expect(ofCode()).toBeLessThan(first * 0.7)
  for (let block = 0; block < 5; block++) sealAt(0.25)
  const fast = ofCode()
  expect(fast).toBeLessThan(first / 10)
  sealAt(2)
  expect(ofCode()).toBeGreaterThan(fast * 1.3)
  // One pause of the machine is not believed whole.
  const before = ofCode()
  sealAt(100)
  expect(ofCode()).toBeLessThanOrEqual(before * COST_STEP_MOST * 1.01)
})

test('payments are not made dear by code in their block that fills it', () => {
  const costs = new CostModel(SLOT_MS)
  const slow = call(1, 3_000_000)
  const block = [
    ...Array.from({length: 10}, () => ({...payment, cost: costs.costOf(payment, 0)})),
    ...Array.from({length: 10}, () => ({...slow, cost: costs.costOf(slow, 0)})),
  ]
  costs.sealed(block, 2_000)
  expect(costs.costOf(payment, 0).ms).toBeLessThan(SEAL_BASE_MS * 1.1)
  expect(costs.costOf(slow, 0).ms).toBeGreaterThan(block[10]!.cost.ms * 3)
})

test('what a block costs without anything in it is learned from small ones', () => {
  const costs = new CostModel(SLOT_MS)
  for (let block = 0; block < 40; block++) costs.sealed([], 5)
  expect(costs.fixedMs).toBeCloseTo(5, 0)
  expect(costs.baseMs).toBe(SEAL_BASE_MS)
})

test('one pause of the machine is not taken for what every block costs', () => {
  const costs = new CostModel(SLOT_MS)
  for (let block = 0; block < 20; block++) costs.sealed([], SEAL_FIXED_MS)
  costs.sealed([], 1_400)
  expect(costs.fixedMs).toBeLessThan(SEAL_FIXED_MS * 1.5)
  for (let block = 0; block < 4; block++) costs.sealed([], SEAL_FIXED_MS)
  expect(costs.fixedMs).toBeLessThan(SEAL_FIXED_MS * 1.2)
  // Where each block takes longer, it is believed after a few.
  for (let block = 0; block < 12; block++) costs.sealed([], 300)
  expect(costs.fixedMs).toBeGreaterThan(150)
})

test('a machine that stood still for some blocks is believed to be fast again after a few', () => {
  const costs = new CostModel(SLOT_MS)
  const block = (count: number) =>
    Array.from({length: count}, () => ({...payment, cost: costs.costOf(payment, 0)}))
  const whatFits = () => (SLOT_MS * SEAL_SHARE - costs.fixedMs) / costs.baseMs
  const usual = whatFits()
  for (let stall = 0; stall < 6; stall++) costs.sealed(block(Math.min(2_000, whatFits())), 1_500)
  expect(costs.baseMs).toBeLessThanOrEqual(SEAL_BASE_MS_MOST)
  for (let calm = 0; calm < 8; calm++) {
    const count = Math.min(2_000, Math.floor(whatFits()))
    costs.sealed(block(count), SEAL_FIXED_MS + count * SEAL_BASE_MS)
  }
  expect(whatFits()).toBeGreaterThan(usual * 0.6)
})

test('one transaction never counts as more than half of what sealing may take', () => {
  const costs = new CostModel(SLOT_MS)
  expect(costs.costOf(call(1, 30_000_000_000), 0).ms).toBe((SLOT_MS * SEAL_SHARE) / 2)
})
