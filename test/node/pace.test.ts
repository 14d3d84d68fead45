import {expect, test} from 'vitest'

import {
  BLOCK_EXECUTION_GAS,
  MAX_BLOCK_TRANSACTIONS,
  MAX_EXECUTION_GAS,
  MIN_EXECUTION_GAS,
  NEXT_SLOT_OPENS,
  STAGE_RATE_CREEP,
  STAGE_RATE_GROWTH,
  STAGE_RATE_LEAST,
  STAGE_RATE_MOST,
  STAGE_RATE_START,
} from '../../src/node/limits.ts'
import {Pace} from '../../src/node/mempool/pace.ts'

const SLOT_MS = 2000

test('the promise is cut to what was kept when much came late', () => {
  const pace = new Pace()
  pace.slotEnded({sealed: 5000, late: 200, refused: 50, slotMs: SLOT_MS})
  expect(pace.ratePerSecond).toBe(2250)
  pace.slotEnded({sealed: 8000, late: 900, refused: 0, slotMs: SLOT_MS})
  expect(pace.ratePerSecond).toBe(2250)
  pace.slotEnded({sealed: 0, late: 9, refused: 0, slotMs: SLOT_MS})
  expect(pace.ratePerSecond).toBe(STAGE_RATE_LEAST)
})

test('a hiccup neither cuts it nor lets it grow', () => {
  const pace = new Pace()
  pace.slotEnded({sealed: 3, late: 2, refused: 5, slotMs: SLOT_MS})
  pace.slotEnded({sealed: 4000, late: 82, refused: 5, slotMs: SLOT_MS})
  expect(pace.ratePerSecond).toBe(STAGE_RATE_START)
})

test('it grows while all is in time and somebody is refused, up to its bound', () => {
  const pace = new Pace()
  const calm = {sealed: 10, late: 0, refused: 0, slotMs: SLOT_MS}
  pace.slotEnded(calm)
  expect(pace.ratePerSecond).toBe(STAGE_RATE_START)
  for (let slot = 0; slot < 5; slot++) pace.slotEnded({...calm, refused: 1})
  expect(pace.ratePerSecond).toBeGreaterThan(2 * STAGE_RATE_START)
  for (let slot = 0; slot < 99; slot++) pace.slotEnded({...calm, refused: 1})
  expect(pace.ratePerSecond).toBe(STAGE_RATE_MOST)
})

test('near what was once too much it grows carefully, far below it fast', () => {
  const pace = new Pace()
  pace.slotEnded({sealed: 5000, late: 900, refused: 9, slotMs: SLOT_MS})
  const before = pace.ratePerSecond
  pace.slotEnded({sealed: 4400, late: 0, refused: 9, slotMs: SLOT_MS})
  expect(pace.ratePerSecond / before).toBeCloseTo(STAGE_RATE_CREEP)
  pace.slotEnded({sealed: 5000, late: 900, refused: 9, slotMs: SLOT_MS})
  for (const sealed of [4000, 3000, 2000, 1200]) {
    pace.slotEnded({sealed, late: 300, refused: 9, slotMs: SLOT_MS})
  }
  pace.slotEnded({sealed: 9000, late: 300, refused: 9, slotMs: SLOT_MS})
  const low = pace.ratePerSecond
  pace.slotEnded({sealed: 1000, late: 0, refused: 9, slotMs: SLOT_MS})
  expect(pace.ratePerSecond / low).toBeCloseTo(STAGE_RATE_GROWTH)
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
  expect(waitingAt(2000)).toBe(5760)
  expect(waitingAt(1000)).toBe(2760)
  expect(waitingAt(SLOT_MS * NEXT_SLOT_OPENS + 1)).toBe(600)
  expect(waitingAt(SLOT_MS * NEXT_SLOT_OPENS)).toBe(6360)
  expect(waitingAt(-100)).toBe(6360)
  expect(pace.room({msToEnd: 1000, slotMs: SLOT_MS}).count).toBe(MAX_BLOCK_TRANSACTIONS)
  expect(pace.room({msToEnd: 0, slotMs: SLOT_MS}).count).toBe(2 * MAX_BLOCK_TRANSACTIONS)
})

test('a short slot has room too', () => {
  const room = new Pace().room({msToEnd: 30, slotMs: 60})
  expect(room.waiting).toBeGreaterThan(50)
})
