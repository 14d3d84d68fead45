import {afterEach, describe, expect, test, vi} from 'vitest'

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

describe('a value of an older block', () => {
  afterEach(() => void vi.useRealTimers())

  /** A source that gives these blocks, one a second. */
  async function fed(blocks: number[]) {
    vi.useFakeTimers({toFake: ['setTimeout', 'clearTimeout', 'performance']})
    const stop = new AbortController()
    const told: number[] = []
    const left = [...blocks]
    const poller = startPoller({
      ...{periodMs: 1000, signal: stop.signal},
      read: async () => (left.length > 1 ? left.shift()! : left[0]!),
      onValue: (block) => void told.push(block),
      height: {chain: 'L2', of: (block) => BigInt(block)},
    })
    await vi.advanceTimersByTimeAsync(0)
    return {
      told,
      get: () => poller.store.get(),
      stop,
      pass: (ms: number) => vi.advanceTimersByTimeAsync(ms),
    }
  }

  test('is dropped beside newer ones, and nobody is told', async () => {
    const {told, get, pass, stop} = await fed([10, 9, 11, 8, 12])
    await pass(10_000)
    expect(told.slice(0, 4)).toEqual([10, 11, 12, 12])
    expect(get()).toMatchObject({value: 12, error: null})
    stop.abort()
  })

  test('alone for longer than a source may be stale, it is a failure with the age of the last good one', async () => {
    const {told, get, pass, stop} = await fed([10, 9])
    const {atMs} = get()
    await pass(4000)
    expect(get()).toMatchObject({value: 10, atMs, error: null})
    await pass(2000)
    expect(get()).toMatchObject({value: 10, atMs, error: {code: 'ENDPOINT_STALE', isSilent: false}})
    expect(get().error!.reason).toBe('The L2 endpoint answers with block 9, after block 10.')
    expect(told).toEqual([10])
    stop.abort()
  })

  test('alone for a minute, it is the chain that has gone back', async () => {
    const {told, get, pass, stop} = await fed([10, 9])
    await pass(59_000)
    expect(told).toEqual([10])
    await pass(3000)
    expect(get()).toMatchObject({value: 9, error: null})
    expect(told[1]).toBe(9)
    stop.abort()
  })
})
