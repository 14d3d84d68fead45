import {expect, test} from 'vitest'

import {foundBy} from './planted-found.ts'
import {plantedBugs} from './planted.ts'
import {regressions} from './regressions.ts'
import {simulate} from './simulation.ts'

test('the same seed gives the same history, another seed another', async () => {
  const [first, again, other] = [
    await simulate({seed: 7, steps: 500}),
    await simulate({seed: 7, steps: 500}),
    await simulate({seed: 8, steps: 500}),
  ]
  expect(again.traceHash).toBe(first.traceHash)
  expect(again.steps).toBe(first.steps)
  expect(other.traceHash).not.toBe(first.traceHash)
})

test.each(regressions)('seed $seed: $showed', async ({seed, steps}) => {
  const {break: broken, blocks} = await simulate({seed, steps})
  expect(broken).toBeUndefined()
  expect(blocks).toBeGreaterThan(0)
})

test('twenty fresh seeds break no rule, and meet every kind of fault', async () => {
  const totals = {crashes: 0, branches: 0, l1: 0, lost: 0, partitions: 0, engine: 0, hostile: 0}
  for (let seed = 10_001; seed <= 10_020; seed++) {
    const result = await simulate({seed, steps: 700})
    expect(result.break, `seed ${seed}`).toBeUndefined()
    totals.crashes += result.crashes
    totals.branches += result.reorganizations
    totals.l1 += result.l1Reorganizations
    totals.lost += result.lost
    totals.partitions += result.partitions
    totals.engine += result.engineFaults
    totals.hostile += result.hostileActs
  }
  // A simulation in which nothing goes wrong has tested nothing.
  expect(Object.entries(totals).filter(([, count]) => count === 0)).toEqual([])
})

test('whatever is done to the homes of nodes, no key signs two blocks of one height', async () => {
  const totals: Record<string, number> = {}
  for (let seed = 20_001; seed <= 20_004; seed++) {
    const result = await simulate({seed, steps: 900, doubleSign: true})
    expect(result.break, `seed ${seed}`).toBeUndefined()
    for (const [name, count] of Object.entries(result.incidents ?? {})) {
      totals[name] = (totals[name] ?? 0) + count
    }
  }
  // A run in which nobody made a mistake has tested nothing.
  expect(Object.values(totals).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(10)
})

test.each(plantedBugs)('the judge finds a planted bug: %s', async (bug) => {
  const {seed, steps, rule, besides = []} = foundBy[bug]
  const mode = {seed, steps, doubleSign: true}
  const {break: broken} = await simulate({...mode, planted: [...besides, bug]})
  expect(broken?.invariant).toBe(rule)
  // It is this bug, and nothing else, that breaks it.
  expect((await simulate({...mode, planted: besides})).break?.invariant).not.toBe(rule)
})
