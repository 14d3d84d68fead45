import {expect, test} from 'vitest'

import {textFrame} from '../../src/ui/dashboard/text-frame.ts'
import type {DashboardSnapshot} from '../../src/ui/dashboard/model.ts'
import {ageOf, toDashboardView} from '../../src/ui/dashboard/view.ts'
import {
  epochView,
  failing,
  fresh,
  ME,
  money,
  nodeStatus,
  nothing,
  NOW,
  OTHER,
  production,
  snapshot,
} from '../helpers/dashboard-data.ts'

const view = (overrides: Partial<DashboardSnapshot> = {}) =>
  toDashboardView(snapshot(overrides), NOW)

/** A panel as `label: value` lines. */
function linesOf(
  name: 'production' | 'rotation' | 'sync' | 'stake' | 'events',
  overrides: Partial<DashboardSnapshot> = {},
): string[] {
  return view(overrides).panels[name].rows.map(({label, value}) => `${label}: ${value}`)
}

test('all in order: the page in plain text', () => {
  expect(textFrame(view())).toMatchInlineSnapshot(`
    "metis-seq  andromeda  main  12:00:00 UTC  OK: in order
    next: metis-seq reward claim
    Production
      producer    0x2222…2222
      epoch       42, 1000 to 1199
      left        50 blocks, 1 min 40 s
      head        block 1149, 1 s ago
      stall       none
      progress    ████████████░░░░ 150/200
      block time  2.0 s mean of 32
    Rotation
      next        43 0x2222…2222, committed
      my turn     in about 15 min, epoch 45 (probable)
      then        44 0x2222…2222, 45 ◆ YOU
                  46 0x3333…3333
      validators  3
      before      41 0x2222…2222
    Sync
      L1    block 20000000, 4 s ago
      node  none in this profile
    Stake and rewards
      sequencer    7 active
      locked       20,000 METIS, 25.00 %
      claimable    1.5 METIS
      per block    0.000761 METIS
      paid until   epoch 40, batch 9
      wallet L1    1,234 METIS, 0.5 ETH
      room to add  80,000 METIS
    Events
        Nothing has happened since the start."
  `)
})

test('loading: every panel says that it asks, and no number is shown', () => {
  const loading = view({
    production: nothing(),
    rotation: nothing(),
    sync: nothing(),
    money: nothing(),
  })

  expect(loading.state).toMatchObject({word: 'WAIT', text: 'asking L2'})
  const {production: first, rotation, sync, stake} = loading.panels
  for (const panel of [first, rotation, sync, stake]) {
    expect(panel).toMatchObject({age: 'no answer yet', rows: [{value: 'asking…', tone: 'dim'}]})
    expect(JSON.stringify(panel.rows)).not.toMatch(/\d/)
  }
})

test('down from the start: the reason, critical, and what to run', () => {
  const down = view({production: nothing('No L2 endpoint answers.')})

  expect(down.state).toEqual({word: 'CRIT', text: 'L2 does not answer', tone: 'critical'})
  expect(down.nextAction).toBe('metis-seq network check')
  expect(down.panels.production.rows).toEqual([
    {label: 'down', value: 'No L2 endpoint answers.', tone: 'critical'},
  ])
})

test('down later: the reason comes first, the last good values stay with their age', () => {
  const down = view({production: failing(production(), 42_000, 'No L2 endpoint answers.')})

  expect(down.state.word).toBe('CRIT')
  expect(down.panels.production.age).toBe('no data for 42 s')
  expect(down.panels.production.rows[0]).toMatchObject({label: 'down', tone: 'critical'})
  expect(down.panels.production.rows.map(({value}) => value)).toContain('42, 1000 to 1199')
  expect(down.panels.stake.age).toBe('')
})

test('one slow source marks itself and no other', () => {
  const partial = view({money: failing(money, 6000, 'No L1 endpoint answers.')})

  expect(partial.state).toMatchObject({word: 'WARN', text: 'the stake cannot be read'})
  expect(partial.panels.stake.age).toBe('stale 6 s')
  expect(partial.panels.production.age).toBe('')
})

test.each([
  [0, ''],
  [4000, ''],
  [4001, 'stale 4 s'],
  [11_000, 'stale 11 s'],
  [11_001, 'no data for 11 s'],
  [3_600_000, 'no data for 3600 s'],
])('a value of %i ms ago with a period of 1 s is "%s"', (ageMs, words) => {
  expect(ageOf(failing(1, ageMs, ''), NOW)).toBe(words)
})

test('no epoch covers the next block: nobody may produce, and nothing is divided by it', () => {
  const none = view({production: fresh(production({epoch: null, blocksLeft: 0n, next: null}))})

  expect(none.state).toMatchObject({word: 'CRIT', text: 'no epoch covers the next block'})
  expect(none.panels.production.rows).toMatchObject([
    {label: 'head', value: 'block 1149, 1 s ago'},
    {label: 'producer', value: 'nobody: no epoch covers the next block', tone: 'critical'},
  ])
  expect(none.panels.rotation.rows[1]).toMatchObject({label: 'my turn', value: 'unknown'})
})

test('stalled: the clock runs against the respan delay', () => {
  const headTimestampSeconds = BigInt(NOW.wallMs / 1000 - 60)
  const stalled = view({production: fresh(production({headTimestampSeconds}))})

  expect(stalled.state).toEqual({word: 'WARN', text: 'no block for 60 s', tone: 'warn'})
  expect(stalled.panels.production.rows).toContainEqual({
    label: 'stall',
    value: '60 s of 180 s until a respan',
    tone: 'warn',
  })
})

test('a head of the future is 0 s old', () => {
  const headTimestampSeconds = BigInt(NOW.wallMs / 1000 + 60)

  expect(linesOf('production', {production: fresh(production({headTimestampSeconds}))})).toContain(
    'head: block 1149, 0 s ago',
  )
})

test('my turn: said in words wherever the producer is named', () => {
  const epoch = epochView({signer: ME, mine: true})
  const mine = view({production: fresh(production({epoch}))})

  expect(mine.state).toMatchObject({word: 'OK', text: 'you are producing'})
  expect(mine.panels.production.rows).toContainEqual({
    label: 'producer',
    value: '◆ YOU',
    tone: 'mine',
  })
  expect(mine.panels.rotation.rows).toContainEqual({label: 'my turn', value: 'now', tone: 'mine'})
})

test('my next turn: exact when committed, probable when forecast, said when it is not in sight', () => {
  const next = epochView({number: 43n, signer: ME, mine: true, state: 'committed'})
  const rowOf = (overrides: Partial<DashboardSnapshot>) =>
    linesOf('rotation', overrides).find((line) => line.startsWith('my turn'))

  expect(rowOf({production: fresh(production({next}))})).toBe(
    'my turn: in 1 min 40 s, epoch 43 (committed)',
  )
  expect(rowOf({})).toBe('my turn: in about 15 min, epoch 45 (probable)')
  const turns = [{number: 44n, signer: OTHER, mine: false} as const]
  expect(rowOf({rotation: fresh({turns, validators: 1})})).toBe(
    'my turn: not among the next 1 epochs',
  )
  const none = rowOf({rotation: fresh({turns: [], validators: 0})})
  expect(none).toBe('my turn: unknown without a consensus layer')
})

test('a node that should run and does not is critical, with the command that starts it', () => {
  const sync = {l1Block: 1n, l1AgeSeconds: 1, node: null, nodeExpected: true}
  const dead = view({sync: fresh(sync)})

  expect(dead.state).toMatchObject({word: 'CRIT', text: 'your node does not run'})
  expect(dead.nextAction).toBe('metis-seq node start')
  expect(linesOf('sync', {sync: fresh({...sync, node: nodeStatus})})).toMatchInlineSnapshot(`
    [
      "node: standing-by",
      "head: 1149, in step",
      "safe: 1100",
      "finalized: 1000",
      "peers: 1, lag 0",
      "pool: 3 pending, 1 queued",
      "L1: block 1, 1 s ago",
    ]
  `)
})

test('a node of another version may say anything', () => {
  const node = {head: 'x', peers: 'none', pool: null, phase: undefined}
  const sync = fresh({l1Block: 1n, l1AgeSeconds: 1, node, nodeExpected: true})

  expect(linesOf('sync', {sync})).toContain('head: unknown')
  expect(linesOf('sync', {sync}).join('\n')).not.toMatch(/undefined|NaN|\[object/)
})

test('no sequencer yet: what to run instead of a stake', () => {
  const none = view({money: fresh({...money, stake: null})})

  expect(none.nextAction).toBe('metis-seq sequencer eligible')
  expect(none.panels.stake.rows[0]).toMatchObject({value: 'not registered'})
})

test('a stake that cannot be read is a warning, and without an owner it is none', () => {
  const failed = nothing<never>('LockingPool does not answer.')

  expect(view({money: failed}).state).toMatchObject({
    word: 'WARN',
    text: 'the stake cannot be read',
  })
  const watcher = view({profile: null, hasOwner: false, money: failed})
  expect(watcher.state.word).toBe('OK')
  expect(watcher.panels.stake.rows).toMatchObject([{value: 'none: metis-seq init'}])
})

test('events: newest first, with their age and a word for the bad ones', () => {
  const events = [
    {atMs: NOW.wallMs - 2000, level: 'warn' as const, text: 'Respan.'},
    {atMs: NOW.wallMs - 9000, level: 'info' as const, text: 'Epoch 42 started.'},
  ]

  expect(linesOf('events', {events})).toEqual([
    '2 s ago: WARN Respan.',
    '9 s ago: Epoch 42 started.',
  ])
  expect(linesOf('events')).toEqual([': Nothing has happened since the start.'])
})
