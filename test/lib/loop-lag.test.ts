import {afterEach, beforeEach, expect, test} from 'vitest'

import {LoopLag} from '../../src/lib/loop-lag.ts'

let nowMs: number
let lag: LoopLag

beforeEach(() => {
  nowMs = 1000
  lag = new LoopLag(() => nowMs)
})

afterEach(() => lag.stop())

const rounds = (...lengths: number[]) => {
  for (const ms of lengths) {
    nowMs += ms
    lag.beat()
  }
}

test('a calm loop holds nothing back', () => {
  rounds(20, 20, 20)
  nowMs += 19
  expect(lag.ms).toBe(0)
})

test('a request that is read after a long round may have come when it began', () => {
  rounds(20, 300)
  nowMs += 15
  expect(lag.ms).toBe(315 - 40)
  rounds(20, 20)
  expect(lag.ms).toBe(0)
})

test('a blocked thread is seen before its next beat', async () => {
  using real = Object.assign(new LoopLag(), {[Symbol.dispose]: () => real.stop()})
  const untilMs = performance.now() + 200
  while (performance.now() < untilMs) Math.random()
  expect(real.ms).toBeGreaterThan(100)
})
