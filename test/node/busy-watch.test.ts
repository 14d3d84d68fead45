import {expect, test} from 'vitest'

import {nodeFacts} from '../../src/health/rules/node-facts.ts'
import {BusyWatch} from '../../src/node/busy-watch.ts'
import {EngineError} from '../../src/node/engine/engine.ts'
import {nodeSetting, nodeStatus} from '../helpers/dashboard-data.ts'

test('an engine that hangs is busy from the first question on, until it answers or is replaced', async () => {
  let now = 0
  const watch = new BusyWatch(() => now)
  const ask = () => {
    const {promise, resolve, reject} = Promise.withResolvers<void>()
    return {answered: watch.while(() => promise), resolve, reject}
  }
  expect(watch.busyMs).toBeNull()

  const first = ask()
  now = 5000
  const second = ask()
  now = 20_000
  first.reject(new EngineError('reset', 'The engine does not respond.'))
  await expect(first.answered).rejects.toThrow('does not respond')
  // The second question is open, and the first one was never answered.
  expect(watch.busyMs).toBe(20_000)
  now = 25_000
  second.reject(new EngineError('reset', 'The engine does not respond.'))
  await expect(second.answered).rejects.toThrow('does not respond')
  expect(watch.busyMs).toBe(25_000)

  const third = ask()
  now = 26_000
  third.resolve()
  await third.answered
  expect(watch.busyMs).toBeNull()

  const refused = ask()
  refused.reject(new EngineError('no-history', 'Too far back.'))
  await expect(refused.answered).rejects.toThrow('Too far back')
  expect(watch.busyMs).toBeNull()

  void ask()
  now = 40_000
  watch.restarted()
  expect(watch.busyMs).toBe(0)
})

test('an unknown turn proves a missing epoch only while the engine answers', () => {
  const costOf = (engine: Partial<typeof nodeStatus.engine>) =>
    nodeFacts(
      {
        ...nodeStatus,
        turn: 'unknown',
        headAgeMs: 30_000,
        engine: {...nodeStatus.engine, ...engine},
      },
      {isOurTurn: false, isAlone: false, setting: nodeSetting},
    ).find(({id}) => id === 'node-silent')?.cost

  expect(costOf({})).toContain('No epoch covers the next block')
  expect(costOf({busyMs: 9000})).toBe('Its engine does not report whose epoch it is.')
  expect(costOf({restartingSinceMs: 1})).toBe('Its engine does not report whose epoch it is.')
})
