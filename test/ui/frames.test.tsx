import {renderToString} from 'ink'
import {expect, test} from 'vitest'

import {DashboardFrame, type DashboardFrameProps} from '../../src/ui/components/dashboard-frame.tsx'
import {fit} from '../../src/ui/components/panel-box.tsx'
import {firstScreen} from '../../src/ui/dashboard/keys.ts'
import {toDashboardView} from '../../src/ui/dashboard/view.ts'
import {hasColor, styleOf} from '../../src/ui/theme.ts'
import {
  failing,
  fresh,
  nothing,
  NOW,
  rotation,
  setting,
  snapshot,
} from '../helpers/dashboard-data.ts'
import {lstLook} from '../helpers/lst-look.ts'

const view = toDashboardView(snapshot(), NOW)

function frame(columns: number, rows: number, props: Partial<DashboardFrameProps> = {}): string {
  return renderToString(
    <DashboardFrame
      unicode
      {...firstScreen}
      color={false}
      columns={columns}
      rows={rows}
      view={view}
      {...props}
    />,
    {columns},
  )
}

test.each([
  [60, 16],
  [60, 24],
  [80, 24],
  [100, 30],
  [140, 40],
  [200, 60],
])(
  '%ix%i: fits, is one row shorter than the terminal, and names state and producer',
  (columns, rows) => {
    const lines = frame(columns, rows).split('\n')

    expect(lines).toHaveLength(rows - 1)
    for (const line of lines) expect([...line].length, line).toBeLessThanOrEqual(columns)
    expect(lines[0]).toContain('✓ OK')
    expect(lines[1]).toBe('next: metis-seq reward claim --profile main')
    expect(lines.at(-1)).toContain('q quit')
    expect(lines.join('\n')).toContain('0x2222…2222')
  },
)

test('60 columns: production and rotation', () => {
  expect(frame(60, 16)).toMatchInlineSnapshot(`
    "metis-seq  andromeda  main  LIVE  12:00:00 U…  ✓ OK in order
    next: metis-seq reward claim --profile main
    ┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓
    ┃ Production                                               ┃
    ┃ producer    0x2222…2222                                  ┃
    ┃ epoch       42, 1000 to 1199                             ┃
    ┃ left        50 blocks, 1 min 40 s                        ┃
    ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
    ╭──────────────────────────────────────────────────────────╮
    │ Rotation                                                 │
    │ next        43 0x2222…2222, committed                    │
    │ my turn     in about 15 min, epoch 45 (probable)         │
    │ then        44 0x2222…2222, 45 ◆ YOU                     │
    ╰──────────────────────────────────────────────────────────╯
    q quit  ? help  Tab panel  r refresh  p pause"
  `)
})

const staking = toDashboardView(
  snapshot(
    {lst: fresh(lstLook({hasSequencer: true}), 120_000)},
    {
      setting: {...setting, lstProvider: 'Artemis'},
      yields: new Map([
        [
          'artemis',
          {
            method: 'state',
            ...{aprPercent: 8.125, apyPercent: 8.4, windowSeconds: 30 * 86_400, isShort: false},
            from: {blockNumber: 1n, timeSeconds: 0, rate: 1n},
            to: {blockNumber: 2n, timeSeconds: 1, rate: 1n},
          },
        ],
      ]),
    },
  ),
  NOW,
)

test.each([
  [60, 16],
  [80, 24],
  [120, 40],
  [200, 60],
])('%ix%i with liquid staking: fits, and is one row shorter than the terminal', (columns, rows) => {
  for (const single of [null, 'lst'] as const) {
    const lines = frame(columns, rows, {view: staking, single}).split('\n')

    expect(lines).toHaveLength(rows - 1)
    for (const line of lines) expect([...line].length, line).toBeLessThanOrEqual(columns)
  }
})

test('60x16 with liquid staking: its panel has a key, and the screen is for the epochs', () => {
  expect(frame(60, 16, {view: staking})).not.toContain('Liquid staking')
  expect(frame(60, 16, {view: staking, single: 'lst', focus: 'lst'})).toMatchInlineSnapshot(`
    "metis-seq  andromeda  main  LIVE  12:00:00 U…  ✓ OK in order
    next: metis-seq reward claim --profile main
    ┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓
    ┃ Liquid staking                                           ┃
    ┃ Artemis  worth 13.2 METIS, has your sequencer            ┃
    ┃ rate     1.1, APR 8.13 % over 30 d                       ┃
    ┃ backing  1.02                                            ┃
    ┃ holds    12 artMETIS                                     ┃
    ┃ queue    300 METIS owed, 400 there                       ┃
    ┃ peg      artMETIS 1 % below its rate, netswap            ┃
    ┃                                                          ┃
    ┃                                                          ┃
    ┃                                                          ┃
    ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
    q quit  ? help  Tab panel  r refresh  p pause"
  `)
})

test('80x24 with liquid staking', () => {
  expect(frame(80, 24, {view: staking})).toMatchInlineSnapshot(`
    "metis-seq  andromeda  main  LIVE  12:00:00 UTC  ✓ OK in order
    next: metis-seq reward claim --profile main
    ┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓╭──────────────────────────────────────╮
    ┃ Production                           ┃│ Rotation                             │
    ┃ producer    0x2222…2222              ┃│ next        43 0x2222…2222, committ… │
    ┃ epoch       42, 1000 to 1199         ┃│ my turn     in about 15 min, epoch … │
    ┃ left        50 blocks, 1 min 40 s    ┃│ then        44 0x2222…2222, 45 ◆ YOU │
    ┃ head        block 1149, 1 s ago      ┃│             46 0x3333…3333           │
    ┃ stall       none                     ┃│ validators  3                        │
    ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛╰──────────────────────────────────────╯
    ╭──────────────────────────────────────╮╭──────────────────────────────────────╮
    │ Sync                                 ││ Stake and rewards                    │
    │ L1    block 20000000, 4 s ago        ││ sequencer   7 active, of Artemis     │
    │ node  none in this profile           ││ locked      20,000 METIS, 25.00 %    │
    │                                      ││ claimable   1.5 METIS                │
    │                                      ││ read        0 s ago, L1 block 20000… │
    ╰──────────────────────────────────────╯╰──────────────────────────────────────╯
    ╭──────────────────────────────────────╮╭──────────────────────────────────────╮
    │ Events                               ││ Liquid staking                       │
    │ No events since the start.           ││ Artemis  worth 13.2 METIS, has your… │
    │                                      ││ rate     1.1, APR 8.13 % over 30 d   │
    ╰──────────────────────────────────────╯╰──────────────────────────────────────╯
    q quit  ? help  Tab panel  r refresh  p pause"
  `)
})

test('120x40 with liquid staking', () => {
  expect(frame(120, 40, {view: staking})).toMatchInlineSnapshot(`
    "metis-seq  andromeda  main  LIVE  12:00:00 UTC  ✓ OK in order
    next: metis-seq reward claim --profile main
    ┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓╭──────────────────────────────────────────────────────────╮
    ┃ Production                                               ┃│ Rotation                                                 │
    ┃ producer    0x2222…2222                                  ┃│ next        43 0x2222…2222, committed                    │
    ┃ epoch       42, 1000 to 1199                             ┃│ my turn     in about 15 min, epoch 45 (probable)         │
    ┃ left        50 blocks, 1 min 40 s                        ┃│ then        44 0x2222…2222, 45 ◆ YOU                     │
    ┃ head        block 1149, 1 s ago                          ┃│             46 0x3333…3333                               │
    ┃ stall       none                                         ┃│ validators  3                                            │
    ┃ progress    ████████████░░░░ 150/200                     ┃│ before      41 0x2222…2222                               │
    ┃ block time  2.0 s usual of 32                            ┃│                                                          │
    ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛╰──────────────────────────────────────────────────────────╯
    ╭──────────────────────────────────────────────────────────╮╭──────────────────────────────────────────────────────────╮
    │ Sync                                                     ││ Stake and rewards                                        │
    │ L1    block 20000000, 4 s ago                            ││ sequencer   7 active, of Artemis                         │
    │ node  none in this profile                               ││ locked      20,000 METIS, 25.00 %                        │
    │                                                          ││ claimable   1.5 METIS                                    │
    │                                                          ││ read        0 s ago, L1 block 20000000                   │
    │                                                          ││ per block   0.000761 METIS                               │
    │                                                          ││ paid until  epoch 40, batch 9                            │
    │                                                          ││ wallet L1   1,234 METIS, 0.5 ETH                         │
    ╰──────────────────────────────────────────────────────────╯╰──────────────────────────────────────────────────────────╯
    ╭──────────────────────────────────────────────────────────╮╭──────────────────────────────────────────────────────────╮
    │ Events                                                   ││ Liquid staking                                           │
    │ No events since the start.                               ││ Artemis  worth 13.2 METIS, has your sequencer            │
    │                                                          ││ rate     1.1, APR 8.13 % over 30 d                       │
    │                                                          ││ backing  1.02                                            │
    │                                                          ││ holds    12 artMETIS                                     │
    │                                                          ││ queue    300 METIS owed, 400 there                       │
    │                                                          ││ peg      artMETIS 1 % below its rate, netswap            │
    │                                                          ││                                                          │
    │                                                          ││                                                          │
    │                                                          ││                                                          │
    │                                                          ││                                                          │
    │                                                          ││                                                          │
    │                                                          ││                                                          │
    │                                                          ││                                                          │
    ╰──────────────────────────────────────────────────────────╯╰──────────────────────────────────────────────────────────╯
    q quit  ? help  Tab panel  r refresh  p pause"
  `)
})

test('a panel that is no longer there leaves the screen to the others', () => {
  expect(frame(80, 24, {single: 'lst', focus: 'lst'})).toContain('Production')
  expect(frame(80, 24, {help: true})).toContain('1-5  one panel')
  expect(frame(80, 24, {help: true, view: staking})).toContain('1-6  one panel')
})

test('long names are cut, and the state is still readable', () => {
  const long = toDashboardView(
    snapshot(
      {},
      {
        setting: {
          ...setting,
          network: 'a-network-with-a-long-name-00000',
          profile: 'a-profile-with-a-long-name-00000',
        },
      },
    ),
    NOW,
  )

  for (const columns of [60, 80, 100]) {
    const [first = ''] = frame(columns, 24, {view: long}).split('\n')
    expect([...first].length).toBeLessThanOrEqual(columns)
    expect(first, `${columns} columns`).toContain('✓ OK')
  }
})

test.each(['WARN', 'CRIT', 'WAIT'] as const)(
  '%s is a word and a glyph in the first line at 60 columns',
  (word) => {
    const states = {
      WARN: snapshot({
        l2: fresh(rotation({headTimestampSeconds: BigInt(NOW.wallMs / 1000 - 60)})),
      }),
      CRIT: snapshot({l2: failing(rotation(), 1000, 'No L2 endpoint answers.')}),
      WAIT: snapshot({l2: nothing()}),
    }

    const [first] = frame(60, 16, {view: toDashboardView(states[word], NOW)}).split('\n')

    expect(first).toContain(`${{WARN: '!', CRIT: '✗', WAIT: '?'}[word]} ${word}`)
  },
)

test('80x24: why L2 is down and that blocks stall are not cut off', () => {
  const down = failing(rotation(), 5000, 'No L2 endpoint answers.')
  const old = rotation({headTimestampSeconds: BigInt(NOW.wallMs / 1000 - 60)})

  expect(frame(80, 24, {view: toDashboardView(snapshot({l2: down}), NOW)})).toContain(
    'No L2 endpoint answers.',
  )
  for (const rest of [{}, {lst: fresh(lstLook(), 120_000)}]) {
    const view = toDashboardView(snapshot({l2: fresh(old), ...rest}), NOW)
    expect(frame(80, 24, {view})).toContain('60 s of 180 s until')
  }
})

test('help covers the panels, and the footer says how to go on after a pause', () => {
  const help = frame(80, 24, {help: true})

  expect(help).toContain('Tab  next panel')
  expect(help).not.toContain('Production')
  expect(frame(80, 24, {paused: true})).toMatch(/PAUSED[^]*p go on/)
})

test('one panel alone fills the width; the focused one has a heavier border', () => {
  const single = frame(80, 24, {single: 'events', focus: 'events'})

  expect(single).toContain('Events')
  expect(single).not.toContain('Production')
  expect(single).toContain('┏')
  expect(frame(80, 24).match(/┏/g)).toHaveLength(1)
})

test('too small: one line that names the need', () => {
  expect(frame(59, 16)).toBe('OK: in order (needs 60x16, has 59x16)')
  expect([...frame(20, 5)].length).toBeLessThanOrEqual(20)
})

test('colour is never the only sign, and NO_COLOR beats FORCE_COLOR', () => {
  expect(hasColor({})).toBe(true)
  expect(hasColor({NO_COLOR: ''})).toBe(true)
  expect(hasColor({NO_COLOR: '1', FORCE_COLOR: '1'})).toBe(false)
  expect(hasColor({TERM: 'dumb'})).toBe(false)
  expect(styleOf('critical', false)).toEqual({bold: true})
  expect(styleOf('ok', false)).toEqual({})
  expect(styleOf('ok', true)).toEqual({color: '#56B4E9'})
})

test('a text is cut by characters, never in the middle of one', () => {
  expect(fit('abc', 3, true)).toBe('abc')
  expect(fit('abcd', 3, true)).toBe('ab…')
  expect(fit('◆◆◆◆', 3, true)).toBe('◆◆…')
  expect(fit('😀😀😀', 2, true)).toBe('😀…')
  expect(fit('abc', 0, true)).toBe('…')
})
