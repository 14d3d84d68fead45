import {expect, test} from 'vitest'

import {FORWARD_REFUSED_MS} from '../../src/node/peer-limits.ts'
import {ProducerRoom} from '../../src/node/peers/producer-room.ts'

const payment = {cost: {gas: 0, ms: 0.1}, sizeBytes: 110}
const call = {cost: {gas: 90_000, ms: 0.4}, sizeBytes: 180}

test('what is no larger than what was refused is refused for a moment, and nothing else', () => {
  const room = new ProducerRoom(2000)
  expect(room.mayFit(call, 0)).toBe(true)
  room.refused(call, 1000)
  expect(room.mayFit(call, 1001)).toBe(false)
  expect(room.mayFit({...call, sizeBytes: 500}, 1001)).toBe(false)
  expect(room.mayFit(payment, 1001)).toBe(true)
  expect(room.mayFit(call, 1000 + FORWARD_REFUSED_MS)).toBe(true)
})

test('the smallest that was refused counts', () => {
  const room = new ProducerRoom(2000)
  room.refused(payment, 0)
  room.refused(call, 1)
  expect(room.mayFit(payment, 2)).toBe(false)
})

test('a block gives room again, and says when the next one is due', () => {
  const room = new ProducerRoom(2000)
  room.refused(payment, 1000)
  room.renew(1010)
  expect(room.mayFit(payment, 1011)).toBe(true)
  expect(room.retryAfterMs(1510)).toBe(1500)
  expect(room.retryAfterMs(9000)).toBe(FORWARD_REFUSED_MS)
})
