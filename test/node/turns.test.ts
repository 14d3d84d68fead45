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

test('alone it begins at once', () => {
  let hasBegun = false
  void new Turns(4).run(async () => void (hasBegun = true))
  expect(hasBegun).toBe(true)
})
