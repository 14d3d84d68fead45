import {expect, test} from 'vitest'

import {createCallQueue} from '../../src/node/rpc/call-queue.ts'

/** A call that ends when it is told to. */
function heldCall() {
  const {promise, resolve} = Promise.withResolvers<string>()
  return {act: () => promise, finish: resolve}
}

test('calls run one at a time, in order, and each gets its own answer', async () => {
  const queue = createCallQueue(1, 10)
  const first = heldCall()
  const order: string[] = []
  const a = queue.run(first.act).then((answer) => order.push(answer))
  const b = queue.run(async () => 'second').then((answer) => order.push(answer))
  expect(order).toEqual([])

  first.finish('first')
  await Promise.all([a, b])

  expect(order).toEqual(['first', 'second'])
})

test('when too many wait, the next one is refused at once, and later ones are served again', async () => {
  const queue = createCallQueue(1, 2)
  const held = heldCall()
  const waiting = [queue.run(held.act), queue.run(async () => 'b'), queue.run(async () => 'c')]

  await expect(queue.run(async () => 'd')).rejects.toMatchObject({code: -32_005})

  held.finish('a')
  expect(await Promise.all(waiting)).toEqual(['a', 'b', 'c'])
  expect(await queue.run(async () => 'e')).toBe('e')
})

test('a call that fails gives its place to the next', async () => {
  const queue = createCallQueue(1, 2)
  const failing = queue.run(() => Promise.reject(new Error('reverted')))
  const next = queue.run(async () => 'next')

  await expect(failing).rejects.toThrow('reverted')
  expect(await next).toBe('next')
})

test('what waits for a client that is gone is left out, and its place is free', async () => {
  const queue = createCallQueue(1, 2)
  const held = heldCall()
  const running = queue.run(held.act)
  const gone = new AbortController()
  let begun = false
  const abandoned = queue.run(async () => (begun = true), gone.signal)
  const last = queue.run(async () => 'last')

  gone.abort()

  await expect(abandoned).rejects.toMatchObject({code: -32_002})
  const another = queue.run(async () => 'another')
  held.finish('first')
  expect(await Promise.all([running, last, another])).toEqual(['first', 'last', 'another'])
  expect(begun).toBe(false)
})
