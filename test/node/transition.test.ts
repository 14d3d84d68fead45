import {expect, test} from 'vitest'

import {DRIVER_RETRY_MS, ENGINE_RESTARTS} from '../../src/node/limits.ts'
import type {Failure} from '../../src/node/sequencing/failures.ts'
import {
  pauseOf,
  transition,
  type Effect,
  type Observation,
  type SequencerEvent,
  type SequencerState,
} from '../../src/node/sequencing/transition.ts'

const quiet: Observation = {
  type: 'looked-around',
  turn: 'other',
  peerAhead: false,
  heard: true,
  inStep: false,
  slotDue: false,
  recommitReady: false,
  unfinished: false,
  work: false,
  sealAtOnce: false,
  emptyBlocks: true,
}
const mine = {...quiet, turn: 'mine'} as const

const failure = (failure: Failure, nowMs = 0): SequencerEvent => ({type: 'failed', failure, nowMs})
const seen = (changed: Partial<Observation>): Observation => ({...quiet, ...changed})
const inTurn = (changed: Partial<Observation>): Observation => ({...mine, ...changed})

/** One line per event: the phase after it and the effects. */
function trace(events: readonly SequencerEvent[]): string[] {
  let state: SequencerState = {phase: 'catching-up'}
  return events.map((event) => {
    const [next, effects] = transition(state, event)
    state = next
    return `${state.phase} (${effects.map(nameOf).join(', ')})`
  })
}

function nameOf(effect: Effect): string {
  if (effect.type === 'seal') return `seal ${effect.how}`
  return effect.type === 'drop' ? `drop ${effect.event}` : effect.type
}

test('a turn: silent, in step, blocks on the slot, and hand-over', () => {
  expect(
    trace([
      inTurn({heard: false, slotDue: true, work: true}),
      seen({peerAhead: true, turn: 'mine', slotDue: true}),
      inTurn({}),
      inTurn({work: true}),
      inTurn({work: true, slotDue: true}),
      inTurn({slotDue: true}),
      seen({turn: 'other', work: true}),
      seen({turn: 'other', work: true}),
    ]),
  ).toMatchInlineSnapshot(`
    [
      "catching-up ()",
      "catching-up (fetch)",
      "building ()",
      "building (stage)",
      "building (seal slot)",
      "building (seal slot)",
      "following (release)",
      "following ()",
    ]
  `)
})

test('a start with an unknown turn stays silent; a recommitment for us ends the silence', () => {
  expect(
    trace([
      seen({turn: 'unknown', work: true, slotDue: true}),
      seen({turn: 'unknown', recommitReady: true, heard: false}),
      seen({turn: 'unknown', recommitReady: true}),
      inTurn({slotDue: true}),
    ]),
  ).toMatchInlineSnapshot(`
    [
      "catching-up ()",
      "catching-up ()",
      "following (seal recommit)",
      "building (seal slot)",
    ]
  `)
})

test('while L2 stands still, a node in step with its peers follows; without a peer it does not know', () => {
  expect(
    trace([
      seen({turn: 'unknown'}),
      seen({turn: 'unknown', inStep: true, peerAhead: true}),
      seen({turn: 'unknown', inStep: true}),
      seen({turn: 'unknown'}),
      seen({turn: 'unknown', recommitReady: true}),
    ]),
  ).toEqual([
    'catching-up ()',
    'catching-up (fetch)',
    'following ()',
    'following ()',
    'following (seal recommit)',
  ])
})

test('in step is not permission: nothing is sealed before enough was learned', () => {
  const early = {heard: false, inStep: true, slotDue: true, work: true}
  expect(
    trace([
      inTurn(early),
      inTurn({...early, unfinished: true}),
      seen({...early, recommitReady: true}),
      inTurn({...early, heard: true}),
    ]),
  ).toEqual(['following ()', 'following ()', 'following ()', 'building (seal slot)'])
})

test('what peers know comes before our own turn, and a block of before a crash before new ones', () => {
  expect(
    trace([
      inTurn({work: true}),
      inTurn({peerAhead: true, slotDue: true, work: true, recommitReady: true}),
      inTurn({unfinished: true, slotDue: true, work: true}),
      inTurn({work: true, sealAtOnce: true}),
      // A takeover that was signed before the crash: the turn comes only with it.
      seen({recommitReady: true, unfinished: true}),
    ]),
  ).toMatchInlineSnapshot(`
    [
      "building (stage)",
      "following (release, fetch)",
      "building (seal unfinished)",
      "building (seal slot)",
      "following (release, seal unfinished)",
    ]
  `)
})

test('without heartbeat an empty slot passes', () => {
  expect(trace([inTurn({slotDue: true, emptyBlocks: false})])).toEqual(['building (skip-slot)'])
})

test('a temporary failure pauses, a reset rebuilds the engine, and a block makes up for both', () => {
  const reset = failure({kind: 'reset', mayBeTheBlock: true})
  const pauses: (number | null)[] = []
  let state: SequencerState = {phase: 'building'}
  const after = (event: SequencerEvent) => {
    const [next, effects] = transition(state, event)
    state = next
    pauses.push(pauseOf(state))
    return effects
  }
  expect(after(failure({kind: 'temporary'}, 5))).toEqual([{type: 'abandon'}])
  after({type: 'pause-taken'})
  expect(pauses).toEqual([5 + DRIVER_RETRY_MS, null])

  for (let restart = 1; restart <= ENGINE_RESTARTS; restart++) {
    expect(after(reset)).toEqual([{type: 'restart-engine', restart, mayBeTheBlock: true}])
    // Neither a pause nor another turn makes the engine any better.
    after(failure({kind: 'temporary'}))
    after(seen({}))
  }
  const gaveUp = {type: 'give-engine-up', restarts: ENGINE_RESTARTS, mayBeTheBlock: true}
  expect(after(reset)).toEqual([gaveUp])
  after({type: 'block'})
  expect(state).toEqual({phase: 'following'})
  expect(after(reset)).toMatchObject([{type: 'restart-engine', restart: 1}])
})

test('after a halt or a stop nothing is done any more', () => {
  const critical = failure({kind: 'critical', reason: 'x'})
  expect(trace([inTurn({}), critical, inTurn({slotDue: true}), critical, {type: 'stop'}])).toEqual([
    'building ()',
    'halted (halt)',
    'halted (drop looked-around)',
    'halted (drop failed)',
    'stopped ()',
  ])
  expect(trace([{type: 'stop'}, inTurn({slotDue: true}), {type: 'stop'}])).toEqual([
    'stopped ()',
    'stopped (drop looked-around)',
    'stopped (drop stop)',
  ])
})

test('nothing is ever sealed out of turn, unheard, behind a peer, or after the end', () => {
  const flags = [
    ...['peerAhead', 'heard', 'slotDue', 'recommitReady', 'unfinished', 'work', 'sealAtOnce'],
    'emptyBlocks',
  ] as const
  const phases: SequencerState[] = [
    ...(['catching-up', 'following', 'building', 'stopped'] as const).map((phase) => ({phase})),
    {phase: 'halted', reason: 'x'},
  ]
  let sealed = 0
  for (const state of phases) {
    for (const turn of ['mine', 'other', 'unknown'] as const) {
      for (let bits = 0; bits < 2 ** flags.length; bits++) {
        const set = flags.map((flag, index) => [flag, (bits & (1 << index)) !== 0] as const)
        const event = {...quiet, turn, ...Object.fromEntries(set)} as Observation
        const seal = transition(state, event)[1].find(({type}) => type === 'seal')
        if (!seal || seal.type !== 'seal') continue
        sealed++
        expect(event.peerAhead).toBe(false)
        expect(['halted', 'stopped']).not.toContain(state.phase)
        if (state.phase === 'catching-up') expect(event.heard).toBe(true)
        if (seal.how === 'recommit') expect(event.recommitReady).toBe(true)
        else if (turn !== 'mine')
          expect([seal.how, event.recommitReady]).toEqual(['unfinished', true])
      }
    }
  }
  expect(sealed).toBeGreaterThan(100)
})
