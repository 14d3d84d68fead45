import {expect, test} from 'vitest'

import {openAlertStore, QUEUE_MOST, type NewNotice} from '../../src/store/alert-store.ts'
import {makeTempHome} from '../helpers/temp-home.ts'

const notice = (key: string, type = 'raised', atMs = 1): NewNotice => ({
  ...{key, type, atMs},
  document: JSON.stringify({key}),
})

function record(
  store: ReturnType<typeof openAlertStore>,
  notices: readonly NewNotice[],
  outputs: readonly string[] = ['ops'],
) {
  store.record({saved: [], removed: [], notices, outputsOf: () => outputs})
}

test('a decision is there after a restart, with what is still to be delivered', () => {
  using temp = makeTempHome()
  const path = temp.path('alerts.sqlite')
  const first = openAlertStore(path)
  first.record({
    saved: [
      {key: 'a', document: '{"a":1}'},
      {key: 'b', document: '{}'},
    ],
    removed: [],
    notices: [notice('a'), notice('b')],
    outputsOf: ({key}) => (key === 'a' ? ['ops', 'chat'] : ['ops']),
  })
  first.record({saved: [], removed: ['b'], notices: [], outputsOf: () => []})
  first.silence({rule: 'node-down', subject: null, untilMs: 100})
  first.acknowledge('a')
  first.close()

  const second = openAlertStore(path)
  expect(second.alerts()).toEqual([{key: 'a', document: '{"a":1}'}])
  const waiting = second.pending('ops', 10)
  expect(waiting.map(({key}) => key)).toEqual(['a', 'b'])
  expect(new Set(waiting.map(({uid}) => uid)).size).toBe(2)
  expect(second.pending('chat', 10).map(({key}) => key)).toEqual(['a'])
  expect(second.silences(99)).toEqual([{rule: 'node-down', subject: null, untilMs: 100}])
  expect(second.silences(100)).toEqual([])
  expect(second.acknowledged()).toEqual(['a'])
  second.forgetAcknowledged(['a'])
  expect(second.acknowledged()).toEqual([])
  second.close()
})

test('a full queue drops its oldest notices and counts them until they were told', () => {
  using temp = makeTempHome()
  const store = openAlertStore(temp.path('alerts.sqlite'))
  const keys = Array.from({length: 1000}, (_, index) => `k${index}`)
  record(
    store,
    keys.map((key) => notice(key)),
  )

  const waiting = store.pending('ops', 5000)
  expect(waiting).toHaveLength(QUEUE_MOST)
  expect(waiting[0]!.key).toBe(`k${1000 - QUEUE_MOST}`)
  expect(store.outputs()).toMatchObject([
    {
      output: 'ops',
      pending: QUEUE_MOST,
      dropped: 1000 - QUEUE_MOST,
      droppedEver: 1000 - QUEUE_MOST,
    },
  ])

  store.failed('ops', 'it cannot be reached', 5)
  store.failed('ops', 'it answers with HTTP status 500', 6)
  expect(store.outputs()[0]!.failure).toEqual({
    ...{reason: 'it answers with HTTP status 500', sinceMs: 5},
  })
  // Another one is dropped while a delivery that names 800 of them is on its way.
  record(store, [notice('late')])
  const numbers = waiting.slice(1, 11).map(({number}) => number)
  store.sent('ops', numbers, 1000 - QUEUE_MOST, 7)
  expect(store.outputs()).toMatchObject([
    {dropped: 1, droppedEver: 1001 - QUEUE_MOST, sentEver: 10, lastSentMs: 7, failure: null},
  ])
  store.close()
})

test('a reminder of what an output could not say yet is not queued; any other notice is', () => {
  using temp = makeTempHome()
  const store = openAlertStore(temp.path('alerts.sqlite'))
  record(store, [notice('a')], ['ops', 'chat'])
  store.sent(
    'chat',
    store.pending('chat', 1).map(({number}) => number),
    0,
    2,
  )
  record(store, [notice('a', 'repeated')], ['ops', 'chat'])
  record(store, [notice('a', 'cleared')], ['ops', 'chat'])
  const types = (output: string) => store.pending(output, 10).map(({type}) => type)
  expect(types('ops')).toEqual(['raised', 'cleared'])
  expect(types('chat')).toEqual(['repeated', 'cleared'])
  store.close()
})

test('the history is bounded, and forgets nothing that is still to be delivered', () => {
  using temp = makeTempHome()
  const store = openAlertStore(temp.path('alerts.sqlite'))
  record(store, [notice('first')])
  for (let i = 0; i < 30; i++)
    record(
      store,
      Array.from({length: 100}, (_, at) => notice(`k${i}-${at}`)),
      ['fast'],
    )
  const history = store.history(5000)
  expect(history.length).toBeLessThanOrEqual(1001)
  expect(history[0]).toMatchObject({
    key: 'k29-99',
    deliveries: [{output: 'fast', state: 'pending'}],
  })
  expect(store.pending('ops', 10).map(({key}) => key)).toEqual(['first'])
  store.close()
})

test('what an output that was removed had to deliver is given up', () => {
  using temp = makeTempHome()
  const store = openAlertStore(temp.path('alerts.sqlite'))
  record(store, [notice('a')], ['ops', 'gone'])
  store.keepOutputs(['ops', 'new'])
  expect(store.outputs().map(({output, pending}) => [output, pending])).toEqual([
    ['new', 0],
    ['ops', 1],
  ])
  expect(store.history(1)[0]!.deliveries).toMatchObject([
    {output: 'gone', state: 'dropped'},
    {output: 'ops', state: 'pending'},
  ])
  store.close()
})
