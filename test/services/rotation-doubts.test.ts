/** A window never rests on what is merely not known. */
import {setImmediate} from 'node:timers/promises'

import {createClient, custom} from 'viem'
import {describe, expect, test} from 'vitest'

import type {PosClient} from '../../src/chain/themis-client.ts'
import {readRespans} from '../../src/protocol/themis.ts'
import type {Context} from '../../src/services/context.ts'
import type {PlanLook} from '../../src/services/rotation/plan.ts'
import {waitForWindow} from '../../src/services/duty/wait.ts'
import {windowIn, type DutyWindow} from '../../src/services/duty/window.ts'
import {
  composeForecast,
  readDrawingAndRotation,
  type Drawing,
} from '../../src/services/rotation/forecast.ts'
import {nextTurnOf} from '../../src/services/rotation/next-turn.ts'
import {readAllRespans} from '../../src/services/rotation/records.ts'
import {checkText} from '../../src/ui/presenters/duty.ts'
import {windowRows} from '../../src/ui/dashboard/panels/window.ts'
import {
  epochView,
  ME,
  NOW,
  OTHER,
  planLook,
  provingSpan,
  RECIPIENT,
  rotation,
  setting,
  snapshot,
} from '../helpers/dashboard-data.ts'

const power = (signer: typeof ME, of: number) => ({
  ...{signer, power: of, startBatch: 0n, endBatch: 0n, jailed: false},
})
const upcoming = {fromBlock: 1n, untilBlock: null, opensInSeconds: 0, lastsSeconds: 1000}
/** Everybody but the own signer. */
const others = planLook({candidates: [power(OTHER, 40_000), power(RECIPIENT, 20_000)]})

function windowWith(drawing: Partial<Drawing>, drawn = OTHER): DutyWindow {
  const span = {...provingSpan, drawn}
  const records = {records: [], epochLength: 200n, respans: [], spans: new Map([[41n, span]])}
  const all = {plan: others, missing: null, pending: null, active: new Set<string>(), ...drawing}
  const forecast = composeForecast(
    {rotation: rotation(), records, drawing: all, blockMs: 2000, stallSeconds: 7},
    {count: 65, signer: ME, nowMs: NOW.wallMs},
  )
  // The planned epoch ends 500 s from now.
  return windowIn(setting, forecast, {signer: ME, needSeconds: 600, nowMs: NOW.wallMs})
}

describe('a signer that the consensus layer does not know', () => {
  test('is not drawn when L1 does not know it either', () => {
    expect(windowWith({})).toMatchObject({isOpen: true, reason: 'not-drawn'})
  })

  test('may soon be drawn when its stake is on its way from L1', () => {
    const drawing = {pending: 'a change of stakes', active: new Set([ME.toLowerCase()])}
    expect(windowWith(drawing)).toMatchObject({isOpen: false, reason: 'turn-unknown'})
  })

  test('may be drawn when L1 cannot be read', () => {
    const drawing = {pending: 'L1 cannot be read', active: null}
    expect(windowWith(drawing)).toMatchObject({isOpen: false, reason: 'turn-unknown'})
  })

  test('may be drawn when not every validator can be read', () => {
    const plan = {...others, unreadValidators: 1}
    expect(windowWith({plan}).isOpen).toBe(false)
  })

  test('may be drawn when nobody can be, even where old draws were refuted', () => {
    const plan = {...others, candidates: []}
    expect(windowWith({plan}, RECIPIENT)).toMatchObject({isOpen: false, reason: 'turn-unknown'})
  })
})

test('an epoch that a respan has cut does not set the length of the next ones', () => {
  const cut = epochView({number: 41n, startBlock: 990n, endBlock: 999n, state: 'past'})
  const whole = rotation().newest.slice(1)
  // Epoch 44 is of another signer, and 45 of ours: it begins 200 blocks after 1399 and one more epoch.
  expect(nextTurnOf(rotation({newest: [cut, ...whole]}), planLook(), ME)).toMatchObject({
    ...{number: 45n, startBlock: 1600n, endBlock: 1799n},
  })
})

test('one unusable respan hides none of the next pages', async () => {
  const respan = (at: number) => ({
    ...{span_id: at, current_producer: ME, next_producer: OTHER},
    ...{start_block: at * 10, current_l2_epoch: at - 1},
  })
  const first = [{span_id: 'x'}, ...Array.from({length: 19}, (_, at) => respan(at + 1))]
  const pages = [first, [respan(20)]]
  const respans: PosClient['respans'] = async (page) => readRespans(pages[page - 1] ?? [])
  expect(await readAllRespans({respans} as PosClient)).toHaveLength(20)
})

test('a turn that leaves no room in what is known is waited for while the rest is unknown', async () => {
  const signal = new AbortController().signal
  const soon = {...windowWith({}), isOpen: false, reason: 'turn-soon', next: null} as DutyWindow
  const looks = [
    {...soon, doubt: 'the consensus layer is down'},
    {...soon, isOpen: true},
  ]
  const wait = (answers: DutyWindow[]) =>
    waitForWindow({} as Context, {
      ...{idleSeconds: 60, maxWaitSeconds: 60, signal, onWait() {}},
      clock: {monotonicMs: () => 0, nowMs: () => 0, sleep: async () => {}},
      look: async () => answers.shift()!,
    })
  expect(await wait(looks)).toMatchObject({isOpen: true})
  await expect(wait([{...soon, doubt: null}])).rejects.toMatchObject({code: 'NO_WINDOW'})
})

test('without a forecast, a window that is not known is not said to be too short', () => {
  const soon = {...windowWith({}), isOpen: false, reason: 'turn-soon', next: null} as DutyWindow
  expect(checkText({...soon, doubt: null})).toMatch(/No later window in .* is long enough\./)
  expect(checkText({...soon, doubt: 'the consensus layer is down'})).toMatch(
    /No later window in .* is known\./,
  )
})

test('a wait is suggested only where `duty wait` would not fail at once', () => {
  const soon = {...windowWith({}), isOpen: false, reason: 'turn-soon', next: null} as DutyWindow
  const commandIn = (window: DutyWindow) => {
    const around = {snapshot: snapshot(), health: {} as never, now: NOW}
    return windowRows(window, around).at(-1)!.value
  }
  expect(commandIn({...soon, doubt: null})).toBe('metis-seq duty next --profile main')
  expect(commandIn({...soon, doubt: 'the consensus layer is down'})).toBe(
    'metis-seq duty wait --profile main',
  )
  expect(commandIn({...soon, doubt: null, reason: 'stalled'})).toBe(
    'metis-seq duty wait --profile main',
  )
})

test('the head is read after an L1 that takes its time to fail, or L2 would pass for stalled', async () => {
  const asked: string[] = []
  const failing = (name: string) =>
    createClient({
      transport: custom(
        {
          async request() {
            asked.push(`${name} asked`)
            await setImmediate()
            asked.push(`${name} failed`)
            throw new Error('down')
          },
        },
        {retryCount: 0},
      ),
    })
  const [l1, l2] = [failing('L1'), failing('L2')]
  const contracts = {sequencerSet: ME, lockingPool: ME, lockingInfo: ME}
  const context = {
    ...{l1: () => ({client: l1}), l2: () => ({client: l2}), pos: () => ({})},
    network: {l1: {contracts}, l2: {contracts, chainId: 1}},
  } as unknown as Context
  await expect(readDrawingAndRotation(context)).rejects.toThrow()
  expect(asked).toContain('L1 failed')
  expect(asked.indexOf('L2 asked')).toBeGreaterThan(asked.indexOf('L1 failed'))
})

test.each([
  ['opens in a second', 1, 3],
  ['opens in 20 seconds', 20, 10],
  ['opens in an hour', 3600, 60],
  ['is not in the forecast', null, 3],
])(
  'a wait for a window that %s looks again within bounds',
  async (_when, opensInSeconds, pauseSeconds) => {
    const next = opensInSeconds === null ? null : {...upcoming, opensInSeconds}
    // What is in doubt passes by itself, so it is waited for.
    const shut = {
      ...windowWith({}),
      isOpen: false,
      reason: 'turn-unknown',
      next,
      doubt: 'x',
    } as DutyWindow
    const answers = [shut, {...shut, isOpen: true}]
    const pauses: number[] = []
    await waitForWindow({} as Context, {
      ...{
        idleSeconds: 60,
        maxWaitSeconds: 86_400,
        signal: new AbortController().signal,
        onWait() {},
      },
      clock: {
        ...{monotonicMs: () => 0, nowMs: () => 0},
        sleep: async (ms) => void pauses.push(ms / 1000),
      },
      look: async () => answers.shift()!,
    })
    expect(pauses).toEqual([pauseSeconds])
  },
)

test.each([
  ['turn-unknown', 'is not known for certain', ['Run `metis-seq duty next`']],
  [
    'no-epoch',
    'No epoch covers the next block',
    ['Run `metis-seq status`', 'Run `metis-seq duty next`'],
  ],
] as const)(
  'a wait pauses no longer than it may last, and says why (%s)',
  async (reason, why, hints) => {
    const shut = {...windowWith({}), isOpen: false, reason, next: null, doubt: 'x'} as DutyWindow
    let nowMs = 0
    const pauses: number[] = []
    const wait = waitForWindow({} as Context, {
      ...{idleSeconds: 60, maxWaitSeconds: 7, signal: new AbortController().signal, onWait() {}},
      clock: {
        ...{monotonicMs: () => nowMs, nowMs: () => 0},
        async sleep(ms) {
          pauses.push(ms / 1000)
          nowMs += ms
        },
      },
      look: async () => shut,
    })
    await expect(wait).rejects.toMatchObject({
      code: 'DUTY_WAIT_ENDED',
      message: expect.stringMatching(`^No window has opened within 7 s\\. .*${why}`),
      hints: hints.map((hint) => expect.stringContaining(hint)),
    })
    expect(pauses).toEqual([3, 3, 1])
  },
)

describe('draws that prove nothing yet', () => {
  const half = new Map([
    [OTHER, 20_000],
    [RECIPIENT, 20_000],
  ])
  const foretold = (plan: PlanLook, draws: number) => {
    const spans = new Map(
      Array.from({length: draws}, (_, at) => {
        const hit = {producer: OTHER, drawn: OTHER, isDrawn: true, powers: half}
        return [BigInt(41 - at), hit] as const
      }),
    )
    const drawing = {plan, missing: null, pending: null, active: new Set<string>()}
    return composeForecast(
      {
        ...{rotation: rotation(), drawing, blockMs: 2000, stallSeconds: 7},
        records: {records: [], epochLength: 200n, respans: [], spans},
      },
      {count: 5, signer: ME, nowMs: NOW.wallMs},
    )
  }

  test('are probable, and say how likely a guess would have been right', () => {
    const {confidence, doubt, epochs} = foretold(others, 5)
    expect(confidence).toBe('unproven')
    expect(doubt).toMatch(/as often with a probability of 3\.1 %; below 0\.1 % the draws count/)
    expect(epochs.at(-1)).toMatchObject({label: 'probable', basis: 'selection'})
  })

  test('are exact with the tenth of two equal stakes', () => {
    expect(foretold(others, 9).confidence).toBe('unproven')
    expect(foretold(others, 10)).toMatchObject({confidence: 'proven', doubt: null})
  })

  test('do not matter with one validator: every epoch is its own', () => {
    const alone = planLook({candidates: [power(OTHER, 40_000)]})
    const {confidence, doubt, epochs} = foretold(alone, 0)
    expect({confidence, doubt}).toEqual({confidence: 'sole', doubt: null})
    expect(epochs.at(-1)).toMatchObject({label: 'exact', signer: OTHER, chance: 0})
  })

  test('one validator is not certain while a stake is on its way', () => {
    expect(
      windowWith({plan: planLook({candidates: [power(OTHER, 40_000)]}), pending: 'x', active: null})
        .isOpen,
    ).toBe(false)
  })
})
