import {expect, test} from 'vitest'

import type {Clock} from '../../src/lib/clock.ts'
import {Refusals} from '../../src/lib/refusals.ts'

test('a kind is listed for a minute after its last refusal, with when that began', () => {
  let atMs = 1_000_000
  const clock = {monotonicMs: () => atMs, nowMs: () => atMs} as Clock
  const refusals = new Refusals<'calls' | 'requests'>(clock)
  expect(refusals.list()).toEqual([])
  for (let count = 0; count < 100; count++, atMs += 1_000) refusals.note('calls')
  refusals.note('requests')
  const [calls, requests] = refusals.list()
  expect(calls).toMatchObject({kind: 'calls', sinceMs: 1_000_000})
  expect(calls!.count).toBeGreaterThanOrEqual(55)
  expect(calls!.count).toBeLessThanOrEqual(60)
  expect(requests).toEqual({kind: 'requests', count: 1, sinceMs: 1_100_000})
  atMs += 60_000
  expect(refusals.list()).toEqual([])
  refusals.note('calls')
  expect(refusals.list()).toEqual([{kind: 'calls', count: 1, sinceMs: 1_160_000}])
})
