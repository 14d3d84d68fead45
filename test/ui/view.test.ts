import {describe, expect, test} from 'vitest'

import {changedText, spokenFrame, textFrame} from '../../src/ui/dashboard/text-frame.ts'
import type {PanelName} from '../../src/ui/dashboard/layout.ts'
import type {DashboardSnapshot} from '../../src/ui/dashboard/model.ts'
import {ageOf, toDashboardView} from '../../src/ui/dashboard/view.ts'
import {eventOf} from '../../src/services/live/events.ts'
import type {RotationNow} from '../../src/services/rotation/epochs.ts'
import type {Feeds} from '../../src/services/live/live.ts'
import type {LstProviderLook} from '../../src/services/health/lst.ts'
import {
  absent,
  epochView,
  extras,
  failing,
  fresh,
  ME,
  money,
  machineWith,
  moneyWith,
  nodeLook,
  nodeSetting,
  nothing,
  NOW,
  planLook,
  posLook,
  rotation,
  setting,
  silent,
  snapshot,
} from '../helpers/dashboard-data.ts'
import {lstBacking, lstLook, lstPeg, lstPosition} from '../helpers/lst-look.ts'

type Rest = Partial<Omit<DashboardSnapshot, 'feeds'>>

const view = (changes: Partial<Feeds> = {}, rest: Rest = {}) =>
  toDashboardView(snapshot(changes, rest), NOW)

/** A panel as `label: value` lines. */
function linesOf(name: PanelName, changes: Partial<Feeds> = {}, rest: Rest = {}): string[] {
  return (view(changes, rest).panels[name]?.rows ?? []).map(
    ({label, value}) => `${label}: ${value}`,
  )
}

test('all in order: the page in plain text', () => {
  const text = textFrame(view())
  expect(text).toMatch(/^metis-seq {2}andromeda {2}main {2}12:00:00 UTC {2}OK: in order\n/)
  expect(text).toContain('next: metis-seq reward claim --profile main')
  for (const line of [
    '  producer    0x2222…2222',
    '  left        50 blocks, 1 min 40 s',
    '  epoch       42, 1000 to 1199',
    '  next        43 0x2222…2222, committed',
    '  sequencer   7 active',
    '  capacity    80,000 METIS',
    '    No events since the start.',
  ])
    expect(text).toContain(`\n${line}`)
})

test('loading: every panel says that it asks, and no number is shown', () => {
  const loading = view({
    l2: nothing(),
    l1: nothing(),
    pos: nothing(),
    money: nothing(),
  })

  expect(loading.state).toMatchObject({word: 'WAIT', text: 'asking L2'})
  const {production: first, rotation: second, sync, stake} = loading.panels
  for (const panel of [first!, second!, stake!]) {
    expect(panel).toMatchObject({age: 'no response yet', rows: [{value: 'asking…', tone: 'dim'}]})
    expect(JSON.stringify(panel.rows)).not.toMatch(/\d/)
  }
  expect(sync!.rows[0]).toMatchObject({label: 'L1', value: 'asking…'})
})

test('down from the start: the reason, critical, and what to run', () => {
  const down = view({l2: nothing('No L2 endpoint answers.')})

  expect(down.state).toEqual({word: 'CRIT', text: 'L2 does not respond', tone: 'critical'})
  expect(down.nextAction).toBe('metis-seq network check --profile main')
  expect(down.panels.production!.rows).toEqual([
    {label: 'down', value: 'No L2 endpoint answers.', tone: 'critical'},
  ])
})

test('down later: the reason comes first, the last good values stay with their age', () => {
  const down = view({l2: failing(rotation(), 42_000, 'No L2 endpoint answers.')})

  expect(down.state.word).toBe('CRIT')
  expect(down.panels.production!.age).toBe('no data for 42 s')
  expect(down.panels.production!.rows[0]).toMatchObject({label: 'down', tone: 'critical'})
  expect(down.panels.production!.rows.map(({value}) => value)).toContain('42, 1000 to 1199')
  expect(down.panels.stake!.age).toBe('')
})

test('one slow source marks itself and no other', () => {
  const partial = view({money: failing(money, 6000, 'No L1 endpoint answers.')})

  expect(partial.state).toMatchObject({word: 'WARN', text: 'the stake cannot be read'})
  expect(partial.panels.stake!.age).toBe('stale 6 s')
  expect(partial.panels.production!.age).toBe('')
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
  const none = view({l2: fresh(rotation({epoch: null, blocksLeft: 0n, next: null}))})

  expect(none.state).toMatchObject({word: 'CRIT', text: 'no epoch covers the next block'})
  expect(none.panels.production!.rows).toMatchObject([
    {label: 'producer', value: 'nobody: no epoch covers the next block', tone: 'critical'},
    {label: 'stall', value: 'none'},
    {label: 'head', value: 'block 1149, 1 s ago'},
  ])
  expect(none.panels.rotation!.rows[1]).toMatchObject({label: 'my turn', value: 'unknown'})
})

test('stalled: the clock runs against the respan delay', () => {
  const headTimestampSeconds = BigInt(NOW.wallMs / 1000 - 60)
  const stalled = view({l2: fresh(rotation({headTimestampSeconds}))})

  expect(stalled.state).toEqual({word: 'WARN', text: 'no block for 60 s', tone: 'warn'})
  expect(stalled.panels.production!.rows).toContainEqual({
    label: 'stall',
    value: '60 s of 180 s until a respan',
    tone: 'warn',
  })
})

test('a head of the future is 0 s old', () => {
  const headTimestampSeconds = BigInt(NOW.wallMs / 1000 + 60)

  expect(linesOf('production', {l2: fresh(rotation({headTimestampSeconds}))})).toContain(
    'head: block 1149, 0 s ago',
  )
})

test('my turn: said in words wherever the producer is named', () => {
  const epoch = epochView({signer: ME, mine: true})
  const mine = view({l2: fresh(rotation({epoch}))})

  expect(mine.state).toMatchObject({word: 'OK', text: 'you are producing'})
  expect(mine.panels.production!.rows).toContainEqual({
    label: 'producer',
    value: '◆ YOU',
    tone: 'mine',
  })
  expect(mine.panels.rotation!.rows).toContainEqual({
    label: 'my turn',
    value: 'now, epoch 42',
    tone: 'mine',
  })
})

test('my next turn: how it is known, or why it is not', () => {
  const next = epochView({
    ...{number: 43n, signer: ME, mine: true, state: 'committed'},
    ...{startBlock: 1200n, endBlock: 1399n},
  })
  const rowOf = (changes: Partial<Feeds>, rest: Rest = {}) =>
    linesOf('rotation', changes, rest).find((line) => line.startsWith('my turn'))
  const extrasWith = (rotationFeed: typeof extras.rotation) => ({
    extras: {...extras, rotation: rotationFeed},
  })

  const newest = [epochView({number: 42n}), next]
  expect(rowOf({l2: fresh(rotation({next, newest}))})).toBe(
    'my turn: in 1 min 40 s, epoch 43 (committed)',
  )
  expect(rowOf({})).toMatch(/^my turn: in about \d+ (?:min|h).*, epoch \d+ \(exact\)$/)
  // The draws are those of the plan; only a back-test makes them exact.
  expect(rowOf({}, extrasWith(nothing()))).toMatch(/\(probable\)$/)
  const plan = planLook({candidates: planLook().candidates.slice(1)})
  expect(rowOf({pos: fresh(posLook({plan}))})).toBe('my turn: not among the next 65 epochs')
  expect(rowOf({pos: absent()})).toBe('my turn: unknown without a consensus layer')
  expect(rowOf({}, {setting: {...setting, signer: null}})).toBe(
    'my turn: none: the profile has no signer',
  )
})

test('a node that should run and does not is critical, with the command that starts it', () => {
  const dead = nodeLook(null, {process: null})
  const gone = view({node: fresh(dead)}, {setting: nodeSetting})

  expect(gone.state).toMatchObject({word: 'CRIT', text: 'your node is not running'})
  expect(gone.nextAction).toBe('metis-seq node start --profile main')
  expect(linesOf('sync', {node: fresh(nodeLook())}, {setting: nodeSetting})).toMatchInlineSnapshot(`
    [
      "node: following",
      "head: 1149, in sync",
      "safe: 1100",
      "finalized: 1000",
      "lag, 1 h: ",
      "peers: 1, lag 0",
      "pool: 3 pending, 1 queued",
      "L1: block 20000000, 4 s ago",
    ]
  `)
})

test('with L1 down the lag of the node stays what it is, and L1 says how old it is', () => {
  const l1 = failing(
    {block: 20_000_000n, timestampSeconds: BigInt(NOW.wallMs / 1000 - 60)},
    60_000,
    'No L1 endpoint answers.',
  )
  const rest = {setting: nodeSetting}
  const changes = {l1, node: fresh(nodeLook())}

  expect(linesOf('sync', changes, rest)).toContain('head: 1149, in sync')
  expect(linesOf('sync', changes, rest)).toContain('L1: block 20000000, 60 s ago, does not respond')
  expect(view(changes, rest).state).toMatchObject({word: 'WARN', text: 'L1 does not respond'})
})

test('a turn is never told from a consensus layer that does not know the newest epoch', () => {
  const plan = planLook({latestNumber: 13n})
  const behind = linesOf('rotation', {pos: fresh(posLook({latestSpan: 13n, plan}))})

  expect(behind).toContain('my turn: unknown: the consensus layer is 30 epochs behind L2')
  expect(behind.join()).not.toContain('probable')
  const hung = linesOf('rotation', {pos: silent(posLook(), 60_000)})
  expect(hung).toContain('my turn: unknown')
})

test('a planned epoch is shown while the consensus layer stands by it, and no longer', () => {
  const planned = epochView({
    ...{number: 43n, state: 'planned', startBlock: 1200n, endBlock: 1399n},
  })
  const l2 = fresh(rotation({next: null, newest: [epochView()]}))
  const nextOf = (pos: Feeds['pos']) =>
    linesOf('rotation', {l2, pos}).find((line) => line.startsWith('next'))
  const syncing = planLook({syncing: true})

  expect(nextOf(fresh(posLook({planned})))).toMatch(/^next: 43 .*, planned$/)
  expect(nextOf(failing(posLook({planned}), 5000, 'Down.'))).toBe('next: unknown')
  expect(nextOf(silent(posLook({planned}), 60_000))).toBe('next: unknown')
  expect(nextOf(fresh(posLook({planned, plan: syncing})))).toBe(
    'next: unknown: the consensus layer is still syncing',
  )
})

test('values of another source have its age once it is silent, and conclude nothing', () => {
  const dead = failing(money, 600_000, 'No L1 endpoint answers.')
  const claimed = {...money, stake: money.stake && {...money.stake}}

  expect(linesOf('rewards', {})).toContain('worth it: yes, see the next step')
  const rewards = linesOf('rewards', {money: dead})
  expect(rewards).toContain('claimable: 1.5 METIS, read 10 min ago')
  expect(rewards).toContain('worth it: unknown')
  expect(rewards).toContain('claim costs: 0.0005 ETH, read 10 min ago')
  expect(linesOf('rewards', {money: fresh({...claimed, claimCostEthWei: null})})).toContain(
    'worth it: unknown',
  )
  expect(linesOf('wallets', {money: dead})).toContain(
    'owner: 0.5 ETH, 1,234 METIS on L1, read 10 min ago',
  )
  const node = nodeLook({clockSkewMs: 3})
  const rest = {setting: nodeSetting}
  expect(linesOf('host', {node: fresh(node)}, rest)).toContain('clock: 3 ms ahead')
  expect(linesOf('host', {node: failing(node, 60_000, 'Down.')}, rest)).toContain(
    'clock: not compared',
  )
})

test('how long the epoch lasts is told as such while no blocks come', () => {
  const headTimestampSeconds = BigInt(NOW.wallMs / 1000 - 60)
  const stalled = linesOf('production', {l2: fresh(rotation({headTimestampSeconds}))})
  const dead = linesOf('production', {l2: failing(rotation(), 42_000, 'No L2 endpoint answers.')})

  expect(stalled).toContain('left: 50 blocks, 1 min 40 s once blocks arrive again')
  expect(dead).toContain('left: 50 blocks, 1 min 40 s once L2 responds again')
})

test('what cannot be done is not offered: an exit leaves no capacity', () => {
  const rows = (status: 'active' | 'inactive') =>
    view({money: fresh(moneyWith({status}))}).panels.stake!.rows.map(({label}) => label)

  expect(rows('active')).toContain('capacity')
  expect(rows('inactive')).not.toContain('capacity')
})

test('a key that cannot be opened is told with the file that is in the way', () => {
  const machine = machineWith({signerKey: 'unreadable', unreadableFile: '/x/password'})
  const {issues} = view({machine: fresh(machine)}).health

  expect(issues.find(({id}) => id === 'key-locked')?.cost).toContain('/x/password cannot be read.')
})

test('no sequencer yet: what to run instead of a stake', () => {
  const none = view({money: fresh({...money, stake: null})})

  expect(none.nextAction).toBe('metis-seq sequencer eligible --profile main')
  expect(none.panels.stake!.rows[0]).toMatchObject({value: 'not registered'})
})

test('a stake that cannot be read is a warning, and without an owner it is none', () => {
  const failed = nothing<never>('LockingPool does not respond.')

  expect(view({money: failed}).state).toMatchObject({
    word: 'WARN',
    text: 'the stake cannot be read',
  })
  const watcher = view({money: absent()}, {setting: {...setting, profile: null, hasOwner: false}})
  expect(watcher.state.word).toBe('OK')
  expect(watcher.panels.stake!.rows).toMatchObject([{value: 'not set'}])
})

test('what is wrong now stands above what happened, newest first, each with a word for the bad ones', () => {
  const events = [
    eventOf({type: 'takeover', level: 'warn', text: 'Respan.'}, NOW.wallMs - 2000),
    eventOf({type: 'epoch-started', level: 'info', text: 'Epoch 42 started.'}, NOW.wallMs - 99_000),
  ]

  expect(linesOf('events', {}, {events})).toEqual([
    '2 s ago: WARN Respan.',
    '1 min 39 s ago: Epoch 42 started.',
  ])
  expect(linesOf('events')).toEqual([': No events since the start.'])
  expect(linesOf('events', {l1: nothing('Down.')}, {events})[0]).toBe(
    'for 0 s: WARN L1 does not respond',
  )
})

const lstLines = (changes: Partial<LstProviderLook>, rest: Rest = {}) =>
  linesOf('lst', {lst: fresh(lstLook(changes), 120_000)}, rest)

test('the panel of liquid staking is there for a position, a loan, or the provider of the sequencer', () => {
  const has = (changes: Partial<Feeds>, rest: Rest = {}) => view(changes, rest).panels.lst !== null
  const none = fresh(lstLook({}, {providers: []}), 120_000)
  const loans = [
    {...({kind: 'lending', market: 'aave', name: 'Aave'} as const), id: null, factor: 10n ** 18n},
  ]
  const ofProvider = {setting: {...setting, lstProvider: 'Artemis'}}

  expect(has({})).toBe(false)
  expect(has({}, ofProvider)).toBe(false)
  expect(has({lst: none})).toBe(false)
  expect(has({lst: nothing()})).toBe(false)
  expect(has({lst: none}, ofProvider)).toBe(true)
  expect(has({lst: nothing()}, ofProvider)).toBe(true)
  expect(has({lst: fresh(lstLook())})).toBe(true)
  expect(has({lst: fresh(lstLook({}, {providers: [], loans}))})).toBe(true)
})

test('the sequencer of a provider says so beside its state', () => {
  const rows = linesOf('stake', {}, {setting: {...setting, lstProvider: 'Artemis'}})

  expect(rows[0]).toBe('sequencer: 7 active, of Artemis')
})

test('a position in full: worth, rate, backing, tokens, requests, queue and pegs', () => {
  const position = {...lstPosition, openRequests: 2n, owedMetisWei: 5n * 10n ** 18n}
  const short = {requests: 3n, owedMetisWei: 300n * 10n ** 18n, liquidityMetisWei: 10n ** 18n}
  const queue = {...short, minimumWaitSeconds: 1n, exitFeeRate: 0n}
  const pegs = [lstPeg, {...lstPeg, token: 'other', discountBasisPoints: -250}]

  expect(lstLines({position, queue, pegs})).toEqual([
    'Artemis: worth 13.2 METIS',
    'rate: 1.1, APR not read yet',
    'backing: 1.02',
    'holds: 12 artMETIS',
    'requests: 2 open, 5 METIS owed',
    'queue: 300 METIS owed, 1 there',
    'peg: artMETIS 1 % below its rate, netswap',
    'peg: other 2.5 % above its rate, netswap',
  ])
  expect(lstLines({position: {...position, claimableMetisWei: 10n ** 18n}})).toContain(
    'requests: 2 open, 5 METIS owed, 1 claimable',
  )
})

test('parts that could not be read are unknown, never zero', () => {
  const gone = {state: null, queue: null, backing: null, pegs: null, position: null}

  expect(lstLines(gone)).toEqual([
    'Artemis: worth unknown',
    'rate: unknown',
    'backing: unknown',
    'queue: unknown',
    'peg: unknown',
  ])
  const noState = {yields: new Map([['artemis', null]] as const)}
  expect(lstLines({}, noState)).toContain('rate: 1.1, APR unknown')
})

test('a backing below 1 says whether the rest may be in transit, and has the tone of its issue', () => {
  const row = (verdict: 'below' | 'below-or-in-transit' | 'unknown') => {
    const backing = {...lstBacking, verdict, ratio: 95n * 10n ** 16n}
    return view({lst: fresh(lstLook({backing}))}).panels.lst!.rows.find(
      ({label}) => label === 'backing',
    )
  }
  expect(row('below')).toEqual({label: 'backing', value: '0.95, BELOW 1', tone: 'warn'})
  expect(row('below-or-in-transit')).toMatchObject({
    ...{value: '0.95, BELOW 1 unless METIS is in transit', tone: 'warn'},
  })
  expect(row('unknown')).toMatchObject({
    ...{value: 'unknown, no owner on L1 is registered', tone: 'warn'},
  })
})

describe('a forecast that L2 has overtaken lets no node go', () => {
  const restart = (l2: RotationNow) => linesOf('window', {l2: fresh(l2)})[0]

  test('as long as both agree, it is open', () => {
    expect(restart(rotation())).toMatch(/^restart: OPEN/)
  })

  test('a respan has made the epoch ours', () => {
    const mine = epochView({number: 43n, signer: ME, startBlock: 1150n, mine: true})
    expect(restart(rotation({epoch: mine, newest: [epochView(), mine]}))).toBe(
      'restart: UNKNOWN: L2 or the forecast is too old',
    )
  })

  test('an endpoint that falls back gives no time back', () => {
    const left = (headBlock: bigint) => restart(rotation({headBlock, blocksLeft: 50n}))
    expect(left(1020n)).toBe(left(1149n))
  })
})

test('a screen reader does not hear bars, and a pipe gets them', () => {
  const blockMs = [1, 2, 3].map((value, atMs) => ({atMs, value}))
  const later = view({}, {series: {...snapshot().series, blockMs}})

  expect(textFrame(later)).toMatch(/5 minutes +[▁-█]{3}/)
  expect(changedText(view(), later)).toBe('')
  expect(spokenFrame(later)).toMatch(/^ {2}progress +\d+\/\d+$/m)
})
