import {expect, test, vi} from 'vitest'

import {startPoller} from '../../src/services/live/feeds.ts'
import {MetisSeqError} from '../../src/lib/errors.ts'

const down = new MetisSeqError({
  code: 'CHAIN_UNREACHABLE',
  message: 'No L2 endpoint answers.',
  facts: {chain: 'L2'},
})

const soon = {timeout: 60_000, interval: 5}

test('a source that fails keeps its last good value beside the reason', async () => {
  const stop = new AbortController()
  let fails = false
  const poller = startPoller({
    periodMs: 5,
    signal: stop.signal,
    read: async () => {
      if (fails) throw new Error('wrapped', {cause: down})
      return 7
    },
  })
  await vi.waitFor(() => expect(poller.store.get().value).toBe(7), soon)
  expect(poller.store.get().error).toBeNull()

  fails = true
  await vi.waitFor(
    () =>
      expect(poller.store.get().error).toMatchObject({
        code: 'CHAIN_UNREACHABLE',
        reason: 'No L2 endpoint answers.',
        isSilent: false,
      }),
    soon,
  )
  expect(poller.store.get()).toMatchObject({value: 7, atMs: expect.any(Number)})

  fails = false
  poller.refresh()
  await vi.waitFor(() => expect(poller.store.get().error).toBeNull(), soon)
  stop.abort()
})

test('a source that hangs is not asked twice, and a refresh does not pile up', async () => {
  const stop = new AbortController()
  let asked = 0
  let answer: (value: number) => void = () => {}
  const poller = startPoller({
    periodMs: 1,
    signal: stop.signal,
    read: () => {
      asked++
      return new Promise<number>((resolve) => (answer = resolve))
    },
  })

  poller.refresh()
  poller.refresh()
  expect(asked).toBe(1)
  answer(1)
  await vi.waitFor(() => expect(asked).toBe(2), soon)
  stop.abort()
})

test('a new value is told with the one before it; after the end nothing is asked or told', async () => {
  const stop = new AbortController()
  const told: [number, number | null][] = []
  let value = 0
  const poller = startPoller({
    periodMs: 1,
    signal: stop.signal,
    read: async () => ++value,
    onValue: (now, before) => void told.push([now, before]),
  })
  await vi.waitFor(() => expect(told.length).toBeGreaterThan(2), soon)

  stop.abort()
  const {length} = told
  poller.refresh()

  expect(told.slice(0, 2)).toEqual([
    [1, null],
    [2, 1],
  ])
  await Promise.resolve()
  expect(told).toHaveLength(length)
})

test('a source that always fails is asked less and less often', async () => {
  const stop = new AbortController()
  const times: number[] = []
  startPoller({
    periodMs: 20,
    signal: stop.signal,
    read: () => {
      times.push(performance.now())
      return Promise.reject(down)
    },
  })

  await vi.waitFor(() => expect(times.length).toBe(5), soon)
  stop.abort()

  const gaps = times.slice(1).map((time, index) => time - times[index]!)
  // Twice, four and again four times the period; a busy machine only adds to it.
  expect(gaps.map((gap, index) => gap >= [39, 79, 79, 79][index]!)).toEqual([
    true,
    true,
    true,
    true,
  ])
})
