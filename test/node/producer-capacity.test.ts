import {expect, test} from 'vitest'

import {FORWARD_REFUSED_MS} from '../../src/node/peer-limits.ts'
import {ProducerCapacity} from '../../src/node/peers/producer-capacity.ts'

const payment = {cost: {gas: 0, ms: 0.1}, sizeBytes: 110}
const call = {cost: {gas: 90_000, ms: 0.4}, sizeBytes: 180}

test('what is no larger than what was refused is refused for a moment, and nothing else', () => {
  const capacity = new ProducerCapacity(2000)
  expect(capacity.mayFit(call, 0)).toBe(true)
  capacity.refused(call, 1000)
  expect(capacity.mayFit(call, 1001)).toBe(false)
  expect(capacity.mayFit({...call, sizeBytes: 500}, 1001)).toBe(false)
  expect(capacity.mayFit(payment, 1001)).toBe(true)
  expect(capacity.mayFit(call, 1000 + FORWARD_REFUSED_MS)).toBe(true)
})

test('the smallest that was refused counts', () => {
  const capacity = new ProducerCapacity(2000)
  capacity.refused(payment, 0)
  capacity.refused(call, 1)
  expect(capacity.mayFit(payment, 2)).toBe(false)
})

test('a block gives room again, and says when the next one is due', () => {
  const capacity = new ProducerCapacity(2000)
  capacity.refused(payment, 1000)
  capacity.renew(1010)
  expect(capacity.mayFit(payment, 1011)).toBe(true)
  expect(capacity.retryAfterMs(1510)).toBe(1500)
  expect(capacity.retryAfterMs(9000)).toBe(FORWARD_REFUSED_MS)
})
