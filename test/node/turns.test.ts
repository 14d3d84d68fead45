import {expect, test} from 'vitest'

import {Turns} from '../../src/node/rpc/turns.ts'

function busy(ms: number): void {
  const untilMs = performance.now() + ms
  while (performance.now() < untilMs);
}

test('a burst leaves turns to others, is answered in order, and an error is its own', async () => {
  const turns = new Turns(4)
  const seen: string[] = []
  const work = Array.from({length: 12}, (_, index) =>
    turns.run(async () => {
      busy(2)
      seen.push(String(index))
      if (index === 5) throw new Error('one of them')
      return index
    }),
  )
  // What was there before the burst goes on between its parts.
  let others = 0
  const other = () => {
    others++
    seen.push('other')
    if (seen.length < 17) setImmediate(other)
  }
  setImmediate(other)
  const outcomes = await Promise.allSettled(work)
  expect(outcomes.map(({status}) => status).indexOf('rejected')).toBe(5)
  expect(seen.filter((name) => name !== 'other')).toEqual(work.map((_, index) => String(index)))
  expect(others).toBeGreaterThanOrEqual(3)
  expect(seen.indexOf('other')).toBeLessThanOrEqual(4)
})

test('alone it begins at once; what has to wait is told for how long it did', async () => {
  const turns = new Turns(1)
  const waits: number[] = []
  const work = [3, 3, 3].map((ms) =>
    turns.run(async (waitedMs) => {
      waits.push(waitedMs)
      busy(ms)
    }),
  )
  expect(waits).toHaveLength(1)
  await Promise.all(work)
  // The third came before the second had its turn.
  expect(waits[2]! - waits[1]!).toBeGreaterThanOrEqual(2.9)
})
