import {expect, test} from 'vitest'

import {assertSamePlan, type Plan} from '../../src/services/sending/plan.ts'
import {accountOf} from '../helpers/l2-chain.ts'

const from = accountOf('owner').address
const plan: Plan = {
  ...{action: 'reward claim', title: 'Claim', chain: 'L1', from, role: 'owner'},
  calls: [
    {
      ...{label: 'Claim', contract: 'LockingPool', to: from},
      ...{data: '0x17396687', valueWei: 5n},
    },
  ],
  conditions: [],
  effects: [],
  figures: [
    {id: 'claimableMetisWei', before: '7', after: '0'},
    {id: 'totalLockedMetisWei', before: '1', after: '1'},
  ],
  traps: [],
}

test('the same plan made later is the same, though others locked in between', () => {
  const later = {
    ...plan,
    figures: [plan.figures[0]!, {id: 'totalLockedMetisWei', before: '2', after: '2'}],
  }

  expect(() => assertSamePlan(plan, later)).not.toThrow()
})

test.each([
  ['another fee', {calls: [{...plan.calls[0]!, valueWei: 6n}]}],
  ['another reward', {figures: [{id: 'claimableMetisWei', before: '8', after: '0'}]}],
  ['a trap that was not there', {traps: [{id: 'producing' as const, message: 'It produces.'}]}],
])('%s: nothing is sent', (_name, change) => {
  expect(() => assertSamePlan(plan, {...plan, ...change})).toThrow(
    expect.objectContaining({code: 'PLAN_CHANGED'}),
  )
})
