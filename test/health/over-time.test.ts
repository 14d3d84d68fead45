import {expect, test} from 'vitest'

import {changesBetween} from '../../src/health/changes.ts'
import type {HealthReport} from '../../src/health/issue.ts'
import {watchHead} from '../../src/health/head-watch.ts'
import type {Movement, Now} from '../../src/health/snapshot.ts'
import {assessSources} from '../../src/services/health/sources.ts'
import {healthEvents, rotationEvents} from '../../src/services/live/events.ts'
import {sourcesOf, type Feeds} from '../../src/services/live/live.ts'
import {
  epochView,
  failing,
  feeds,
  fresh,
  ME,
  money,
  nodeLook,
  nodeSetting,
  nodeStatus,
  nothing,
  NOW,
  OTHER,
  posLook,
  RECIPIENT,
  rotation,
} from '../helpers/dashboard-data.ts'
import {lstBacking, lstLook} from '../helpers/lst-look.ts'

const later = (seconds: number): Now => ({
  wallMs: NOW.wallMs + seconds * 1000,
  monotonicMs: NOW.monotonicMs + seconds * 1000,
})

const judge = (changes: Partial<Feeds>, previous: HealthReport | null, now = NOW) =>
  assessSources(
    nodeSetting,
    sourcesOf({...feeds, node: fresh(nodeLook()), ...changes}),
    previous,
    now,
  )

const gone = fresh(nodeLook(null, {process: null}))

test('an issue that was seen to begin keeps its beginning; one that was there before has none', () => {
  const calm = judge({}, null)
  const first = judge({node: gone}, calm)
  const second = judge({node: {...gone, atMs: later(2).monotonicMs}}, first, later(2))
  const unwatched = judge({node: gone}, null)

  const sinceOf = ({issues}: HealthReport) => issues.find(({id}) => id === 'node-down')?.sinceMs
  expect(sinceOf(first)).toBe(NOW.wallMs)
  expect(sinceOf(second)).toBe(NOW.wallMs)
  expect(sinceOf(unwatched)).toBeNull()
})

test('an issue of a source that answers for the first time has no beginning that was seen', () => {
  const below = {...lstBacking, verdict: 'below' as const}
  const lst = fresh(lstLook({backing: below}), 120_000)
  const asking = judge({lst: nothing()}, null)
  const first = judge({lst}, asking, later(1))
  const second = judge({lst}, judge({lst: fresh(lstLook(), 120_000)}, null), later(1))

  const sinceOf = ({issues}: HealthReport) => issues.find(({id}) => id === 'lst-backing')?.sinceMs
  expect(asking.unknown).toEqual(['lst'])
  expect(sinceOf(first)).toBeNull()
  expect(sinceOf(second)).toBe(later(1).wallMs)
})

test('what was wrong with a source that falls silent is not over because nobody sees it', () => {
  const behind = judge({pos: fresh(posLook({latestSpan: 13n}))}, null)
  const pos = failing(posLook({latestSpan: 13n}), 5000, 'Down.')
  const dark = judge({pos}, behind, later(1))
  const back = judge({pos: fresh(posLook())}, dark)

  expect(dark.state).toBe('critical')
  expect(dark.issues.map(({id}) => id)).toEqual(
    expect.arrayContaining(['pos-behind', 'pos-unreachable']),
  )
  expect(back.issues.map(({id}) => id)).not.toContain('pos-behind')
})

const endpointsIn = (states: readonly string[]) =>
  states.map((state, at) => ({chain: 'L1', endpoint: `https://${at}`, state}))

test.each([
  ['pos-behind', {pos: fresh(posLook({latestSpan: 13n}))}, 'l2'],
  ['reward-batch-late', {money: fresh({...money, rewardedUntilEpoch: 1n})}, 'l2'],
  ['node-behind', {node: fresh(nodeLook({head: {...nodeStatus.head, number: 1}}))}, 'l2'],
  [
    'lst-unreadable',
    {
      lst: fresh(
        {...lstLook(), unread: [{part: 'the queue of x', chain: 'l1' as const, reason: 'Down.'}]},
        120_000,
      ),
    },
    'l1',
  ],
  ['endpoint-down', {endpoints: fresh(endpointsIn(['fresh', 'down']))}, 'l1'],
  ['endpoint-stale', {endpoints: fresh(endpointsIn(['fresh', 'stale']))}, 'l1'],
  ['endpoints-disagree', {endpoints: fresh(endpointsIn(['disagrees', 'disagrees']))}, 'l1'],
] as const)(
  '%s is found by comparing two sources, and is not over while one is silent',
  (id, changes, other) => {
    const has = ({issues}: HealthReport) => issues.some((issue) => issue.id === id)
    const before = judge(changes, null)
    const silent = {[other]: failing(feeds[other].value, 5000, 'Down.')}
    // Of a chain that does not respond no endpoint is compared.
    const none = 'endpoints' in changes ? {endpoints: fresh([])} : {}
    const dark = judge({...changes, ...silent, ...none}, before, later(1))
    const back = judge({...feeds, node: fresh(nodeLook()), lst: fresh(lstLook(), 120_000)}, dark)

    expect([before, dark, back].map(has)).toEqual([true, true, false])
    expect(changesBetween(before, dark).filter(({type}) => type === 'cleared')).toEqual([])
  },
)

test('an account that is low is not full again because the node that told of it is gone', () => {
  const wallet = {alias: 'mpc', chain: 'l2' as const, address: OTHER, balanceWei: '1', lowWei: '2'}
  const low = {...nodeStatus, wallets: [wallet], pool: {...nodeStatus.pool, pending: 100_000}}
  const before = judge({node: fresh(nodeLook(low))}, null)
  const stopped = judge({node: gone}, before, later(1))
  const back = judge({}, stopped, later(2))
  const idsOf = ({issues}: HealthReport) => issues.map(({id}) => id)

  expect(idsOf(before)).toEqual(expect.arrayContaining(['wallet-low', 'pool-full']))
  expect(idsOf(stopped)).toEqual(expect.arrayContaining(['node-down', 'wallet-low']))
  // Its pool ended with it.
  expect(idsOf(stopped)).not.toContain('pool-full')
  expect(idsOf(back)).not.toContain('wallet-low')
})

test('own node dead in the own turn: the word never gets calmer while the silence grows', () => {
  const mine = epochView({signer: ME, mine: true})
  let previous: HealthReport | null = null
  for (let seconds = 0; seconds < 200; seconds += 1) {
    const now = later(seconds)
    const atMs = now.monotonicMs
    const l2 = {...fresh(rotation({epoch: mine})), atMs}
    const rest = {
      l1: {
        ...feeds.l1,
        value: {block: 1n, timestampSeconds: BigInt(Math.floor(now.wallMs / 1000))},
        atMs,
      },
      pos: {...feeds.pos, atMs},
      money: {...feeds.money, atMs},
      machine: {...feeds.machine, atMs},
    }
    previous = judge({...rest, l2, node: {...gone, atMs}}, previous, now)
    expect(previous.state, `after ${seconds} s`).toBe('critical')
  }
})

test('a slow clock hides no stall that was observed', () => {
  // Ten minutes slow, and no block for 40 s.
  const l2 = fresh(rotation({headTimestampSeconds: BigInt(NOW.wallMs / 1000 - 40 + 600)}))
  const judgeMoved = (atMs: number) => {
    const moved = {atMs, steadySinceMs: atMs}
    const report = assessSources(nodeSetting, sourcesOf({...feeds, l2}), null, NOW, moved)
    return report.issues.map(({id}) => id)
  }
  expect(judgeMoved(NOW.monotonicMs - 40_000)).toEqual(
    expect.arrayContaining(['l2-stalled', 'clock-skew']),
  )
  expect(judgeMoved(NOW.monotonicMs - 2_000)).not.toContain('l2-stalled')
})

test('blocks that come late after a stall say nothing of the clock; steady ones do', () => {
  const judgeMoved = (moved: Movement | null, ageSeconds: number) => {
    const l2 = fresh(rotation({headTimestampSeconds: BigInt(NOW.wallMs / 1000 - ageSeconds)}))
    const report = assessSources(
      nodeSetting,
      sourcesOf({...feeds, node: fresh(nodeLook()), l2}),
      null,
      NOW,
      moved,
    )
    return report.issues.map(({id}) => id)
  }
  const atMs = NOW.monotonicMs - 1000

  expect(judgeMoved({atMs, steadySinceMs: atMs - 6_000}, 27)).not.toContain('clock-skew')
  expect(judgeMoved({atMs, steadySinceMs: atMs - 90_000}, 27)).toContain('clock-skew')

  const watch = watchHead(7_000)
  for (const [head, at] of [
    [10n, 0],
    [11n, 2_000],
    [9n, 3_000],
    [12n, 4_000],
  ] as const) {
    watch.saw(head, at)
  }
  expect(watch.moved).toEqual({atMs: 4_000, steadySinceMs: 2_000})
  watch.saw(11n, 20_000)
  expect(watch.moved?.atMs).toBe(4_000)
  watch.saw(13n, 21_000)
  expect(watch.moved).toEqual({atMs: 21_000, steadySinceMs: 21_000})
})

test('each change is told once: raised, worse, over', () => {
  const calm = judge({}, null)
  const quiet = (seconds: number) =>
    judge({l2: fresh(rotation({headTimestampSeconds: BigInt(NOW.wallMs / 1000 - seconds)}))}, calm)
  const said = (before: HealthReport, after: HealthReport) =>
    healthEvents(changesBetween(before, after), after, 1149n, NOW.wallMs).map(
      ({type, level, text}) => `${type} ${level}: ${text}`,
    )

  expect(said(calm, calm)).toEqual([])
  expect(said(calm, quiet(9))).toEqual(['stalled warn: No block for 9 s.'])
  expect(said(quiet(9), quiet(10))).toEqual([])
  expect(said(quiet(10), quiet(200))).toEqual([
    'issue-changed critical: No block for 200 s. Now critical.',
  ])
  expect(said(quiet(200), calm)).toEqual(['resumed info: Over: no block for 200 s.'])
  // Advice comes and goes in silence.
  expect(said({...calm, issues: []}, calm)).toEqual([])
})

test('a takeover is told, whether it cuts an epoch short or gives the next one to somebody else', () => {
  const before = rotation()
  const said = (now: typeof before) =>
    rotationEvents(now, before, NOW.wallMs).map(({type, text}) => `${type}: ${text}`)

  const overwritten = rotation({
    newest: [
      epochView(),
      epochView({number: 43n, signer: RECIPIENT, startBlock: 1200n, endBlock: 1399n}),
    ],
  })
  expect(said(overwritten)).toEqual([
    `takeover: Respan: epoch 43 was given to ${RECIPIENT} from block 1200 on, because ${OTHER} fell silent.`,
  ])

  const successor = epochView({
    number: 43n,
    signer: ME,
    mine: true,
    startBlock: 1150n,
    endBlock: 1299n,
  })
  const cut = rotation({
    epoch: successor,
    newest: [epochView({endBlock: 1149n, state: 'past'}), successor],
  })
  expect(said(cut)).toEqual([
    `takeover: Respan: epoch 43 was given to YOU from block 1150 on, because ${OTHER} fell silent.`,
    'epoch-started: Epoch 43 started, producer YOU.',
  ])
  expect(said(before)).toEqual([])
})

test('a respan before the commitment names nobody; one that was not seen to come has no reason', () => {
  const said = (now: ReturnType<typeof rotation>, before: ReturnType<typeof rotation>) =>
    rotationEvents(now, before, NOW.wallMs).map(
      ({type, level, text}) => `${type} ${level}: ${text}`,
    )
  const created = (endBlock: bigint) =>
    epochView({number: 43n, signer: ME, mine: true, startBlock: 1200n, endBlock})
  const past = epochView({state: 'past'})
  const halted = rotation({headBlock: 1199n, epoch: null, newest: [past]})
  const now = rotation({
    ...{headBlock: 1200n, epoch: created(1499n)},
    newest: [past, created(1499n)],
  })
  const started = 'epoch-started info: Epoch 43 started, producer YOU.'
  const given = 'takeover warn: Respan: epoch 43 was given to YOU from block 1200 on'
  expect(said(now, halted)).toEqual([
    `${given} before it was committed; nobody fell silent.`,
    started,
  ])
  // Between two looks it may have been committed for another signer.
  const earlier = rotation({headBlock: 1150n, newest: [epochView()]})
  expect(said(now, earlier)).toEqual([`${given}.`, started])

  // The last block of an epoch can hold the commitment of the next one, which has the usual length.
  const usual = created(1199n + halted.epochLength)
  const late = rotation({headBlock: 1200n, epoch: usual, newest: [past, usual]})
  expect(said(late, halted)).toEqual([
    'epoch-committed info: Epoch 43 committed, producer YOU.',
    started,
  ])
})

test('an ordinary commitment and an ordinary change of turn are told as such, and none is invented at the start', () => {
  const next = epochView({number: 44n, startBlock: 1400n, endBlock: 1599n, state: 'committed'})
  const before = rotation()
  const now = rotation({
    epoch: epochView({number: 43n, startBlock: 1200n, endBlock: 1399n}),
    newest: [...before.newest, next],
  })

  expect(rotationEvents(now, null, NOW.wallMs)).toEqual([])
  expect(rotationEvents(now, before, NOW.wallMs).map(({type}) => type)).toEqual([
    'epoch-committed',
    'epoch-started',
  ])
})

test('what a node or an endpoint quotes shows no API key', () => {
  const lastError = {publish: 'POST https://l1.example/v3/s3cr3t-key failed'}
  const {issues} = judge({node: fresh(nodeLook({lastError}))}, null)

  expect(issues[0]).toMatchObject({id: 'node-stage-failing', subject: 'publish'})
  expect(JSON.stringify(issues)).toContain('l1.example')
  expect(JSON.stringify(issues)).not.toContain('s3cr3t')
})
