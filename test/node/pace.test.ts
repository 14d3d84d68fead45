import {expect, test} from 'vitest'

import {
  BLOCK_EXECUTION_GAS,
  ENGINE_BATCH,
  MAX_BLOCK_TRANSACTIONS,
  MAX_EXECUTION_GAS,
  MIN_EXECUTION_GAS,
  NEXT_SLOT_OPENS,
  STAGE_CHUNK,
  STAGE_RATE_LEAST,
  STAGE_RATE_START,
  STAGE_SHARE_LEAST,
  STAGE_SHARE_MOST,
  STAGE_SHARE_START,
} from '../../src/node/limits.ts'
import {Pace} from '../../src/node/mempool/pace.ts'

const SLOT_MS = 2000
const calm = {sealed: 4000, late: 0, refused: 0, slotMs: SLOT_MS}
const START = STAGE_RATE_START * STAGE_SHARE_START

/** One slot in which the engine took full chunks at this speed, and once stood still. */
function slotAt(pace: Pace, perSecond: number, outcome: Partial<typeof calm> = {}): void {
  for (const ms of [5000, ...Array.from({length: 8}, () => (STAGE_CHUNK / perSecond) * 1000)]) {
    pace.staged(STAGE_CHUNK, ms)
  }
  pace.slotEnded({...calm, ...outcome})
}

test('what is promised follows the speed of full chunks, not that of small ones or of one pause', () => {
  const pace = new Pace()
  expect(pace.ratePerSecond).toBe(START)
  for (let slot = 0; slot < 20; slot++) slotAt(pace, 6000)
  expect(pace.ratePerSecond).toBeCloseTo(6000 * STAGE_SHARE_START, 0)
  for (let chunk = 0; chunk < 50; chunk++) pace.staged(1, 10)
  pace.slotEnded(calm)
  expect(pace.ratePerSecond).toBeCloseTo(6000 * STAGE_SHARE_START, 0)
  for (let slot = 0; slot < 20; slot++) slotAt(pace, 1000)
  expect(pace.ratePerSecond).toBeCloseTo(1000 * STAGE_SHARE_START, 0)
})

test('less is promised when much came late, and more while all is in time and somebody is refused', () => {
  const pace = new Pace()
  slotAt(pace, STAGE_RATE_START, {late: 500})
  const cut = pace.ratePerSecond
  expect(cut).toBeLessThan(START)
  slotAt(pace, STAGE_RATE_START)
  expect(pace.ratePerSecond).toBeCloseTo(cut)
  for (let slot = 0; slot < 50; slot++) slotAt(pace, STAGE_RATE_START, {refused: 1})
  expect(pace.ratePerSecond).toBeCloseTo(STAGE_RATE_START * STAGE_SHARE_MOST)
  for (let slot = 0; slot < 50; slot++) slotAt(pace, STAGE_RATE_START, {late: 500})
  expect(pace.ratePerSecond).toBeCloseTo(STAGE_RATE_START * STAGE_SHARE_LEAST)
})

test('without full chunks, what a slot held when more was promised is the measure', () => {
  const pace = new Pace()
  pace.slotEnded({...calm, sealed: 3000, late: 500})
  expect(pace.ratePerSecond).toBeLessThan(1500)
  pace.slotEnded({...calm, sealed: 0, late: 9})
  expect(pace.ratePerSecond).toBeLessThanOrEqual(STAGE_RATE_LEAST)
})

test('a hiccup neither cuts it nor lets it grow', () => {
  const pace = new Pace()
  pace.slotEnded({...calm, sealed: 3, late: 2, refused: 5})
  pace.slotEnded({...calm, late: 82, refused: 5})
  expect(pace.ratePerSecond).toBe(START)
})

test('the last chunk before a seal is one that does not delay it', () => {
  const pace = new Pace()
  expect(pace.chunkFor(SLOT_MS)).toBe(STAGE_CHUNK)
  expect(pace.chunkFor(50)).toBe(Math.floor(STAGE_RATE_START * 0.05))
  expect(pace.chunkFor(-100)).toBe(ENGINE_BATCH)
})

test('the gas of a block grows slowly while full blocks seal fast, up to its bound', () => {
  const pace = new Pace()
  pace.sealed(Number(pace.executionGas), 100, SLOT_MS)
  expect(pace.executionGas).toBeGreaterThan(BLOCK_EXECUTION_GAS)
  expect(pace.executionGas).toBeLessThan((BLOCK_EXECUTION_GAS * 12n) / 10n)
  for (let block = 0; block < 100; block++) pace.sealed(Number(pace.executionGas), 100, SLOT_MS)
  expect(pace.executionGas).toBe(MAX_EXECUTION_GAS)
})

test('one slow block brings it down at once, to what fits; never below one transaction', () => {
  const pace = new Pace()
  pace.sealed(100_000_000, 1600, SLOT_MS)
  expect(pace.executionGas).toBe(50_000_000n)
  pace.sealed(50_000_000, 10_000, SLOT_MS)
  expect(pace.executionGas).toBe(MIN_EXECUTION_GAS)
})

test('blocks that are not full prove nothing', () => {
  const pace = new Pace()
  for (let block = 0; block < 100; block++) pace.sealed(1_000_000, 5, SLOT_MS)
  expect(pace.executionGas).toBe(BLOCK_EXECUTION_GAS)
})

test('an empty block that seals slowly does not take gas from the full ones', () => {
  const pace = new Pace()
  pace.sealed(0, 1900, SLOT_MS)
  expect(pace.executionGas).toBe(BLOCK_EXECUTION_GAS)
})

test('what may wait shrinks with the slot, and opens for the next one at its end', () => {
  const pace = new Pace()
  const waitingAt = (msToEnd: number) => Math.round(pace.room({msToEnd, slotMs: SLOT_MS}).waiting)
  const perMs = START / 1000
  expect(waitingAt(2000)).toBe(Math.round(perMs * 1920))
  expect(waitingAt(1000)).toBe(Math.round(perMs * 920))
  const opensMs = SLOT_MS * NEXT_SLOT_OPENS
  expect(waitingAt(opensMs + 1)).toBe(Math.round(perMs * opensMs))
  expect(waitingAt(opensMs)).toBe(Math.round(perMs * (opensMs + 1920)))
  expect(waitingAt(-100)).toBe(Math.round(perMs * (opensMs + 1920)))
  expect(pace.room({msToEnd: 1000, slotMs: SLOT_MS}).count).toBe(MAX_BLOCK_TRANSACTIONS)
  expect(pace.room({msToEnd: 0, slotMs: SLOT_MS}).count).toBe(2 * MAX_BLOCK_TRANSACTIONS)
})

test('a short slot has room too', () => {
  const room = new Pace().room({msToEnd: 30, slotMs: 60})
  expect(room.waiting).toBeGreaterThan(50)
})
