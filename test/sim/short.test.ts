import {expect, test} from 'vitest'

import {simulate} from './simulation.ts'

/** Short enough to be run for each mutation of the driver: `npm run mutations -- ts sequencing`. */
test('a short history with crashes and lost branches breaks no rule, and the chain grows', async () => {
  const {break: broken, ...seen} = await simulate({seed: 10_003, steps: 700})
  expect(broken).toBeUndefined()
  expect(seen.blocks).toBeGreaterThan(20)
  expect(seen.transactions).toBeGreaterThan(0)
})
