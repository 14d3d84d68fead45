import {readFileSync} from 'node:fs'
import {join} from 'node:path'

import {renderToString} from 'ink'
import {describe, expect, test} from 'vitest'

import {cellsOf} from '../../src/lib/cell-width.ts'
import {DashboardFrame, type DashboardFrameProps} from '../../src/ui/components/dashboard-frame.tsx'
import {fit} from '../../src/ui/components/panel-box.tsx'
import {firstScreen, type ScreenState} from '../../src/ui/dashboard/keys.ts'
import {allPanels} from '../../src/ui/dashboard/layout.ts'
import type {DashboardSnapshot, Tone} from '../../src/ui/dashboard/model.ts'
import {changedText, spokenFrame} from '../../src/ui/dashboard/text-frame.ts'
import {toDashboardView} from '../../src/ui/dashboard/view.ts'
import {hasColor, styleOfTheme, themeNames} from '../../src/ui/theme.ts'
import {
  dutyUnknown,
  epochView,
  extras,
  failing,
  fresh,
  moneyWith,
  nodeLook,
  nodeSetting,
  nothing,
  NOW,
  OTHER,
  rotation,
  rotationLook,
  setting,
  silent,
  snapshot,
} from '../helpers/dashboard-data.ts'
import {lstLook} from '../helpers/lst-look.ts'

type Props = Partial<Omit<DashboardFrameProps, 'screen'>> & {screen?: Partial<ScreenState>}

const usual = toDashboardView(snapshot(), NOW)

function frame(columns: number, rows: number, {screen, ...props}: Props = {}): string {
  return renderToString(
    <DashboardFrame
      columns={columns}
      logs={[]}
      mode="LIVE"
      note={null}
      rows={rows}
      screen={{...firstScreen, ...screen}}
      style={styleOfTheme('mono', false)}
      unicode
      view={usual}
      {...props}
    />,
    {columns},
  )
}

const sizes = [
  [60, 16],
  [80, 24],
  [100, 30],
  [140, 40],
  [200, 60],
] as const

const longName = '長い名前のネットワーク-with-a-very-long-name-that-does-not-end'
const old = rotation({headTimestampSeconds: BigInt(NOW.wallMs / 1000 - 60)})
const allDown = 'Nothing answers at 127.0.0.1:8545.'

/** States of panels: every source answers, is slow, is dead, is missing, and the life of a sequencer. */
const states: Record<string, DashboardSnapshot> = {
  usual: snapshot(),
  asking: snapshot(
    {l2: nothing(), l1: nothing(), money: nothing(), pos: nothing(), machine: nothing()},
    {
      extras: {
        ...{rotation: nothing(), duty: nothing(), rewards: nothing()},
        ...{wallets: nothing(), host: nothing()},
      },
      blockMs: null,
    },
  ),
  down: snapshot(
    {
      ...{l2: failing(rotation(), 5000, allDown), l1: nothing(allDown), money: nothing(allDown)},
      pos: nothing(allDown),
    },
    {
      extras: {
        ...extras,
        rotation: failing(rotationLook(), 20_000, allDown),
        ...{duty: nothing(allDown), rewards: nothing(allDown), wallets: nothing(allDown)},
      },
    },
  ),
  stale: snapshot(
    {l2: silent(rotation(), 42_000), money: silent(moneyWith({}), 90_000)},
    {extras: {...extras, rotation: {...silent(rotationLook(), 200_000), periodMs: 10_000}}},
  ),
  stalled: snapshot({l2: fresh(old)}),
  'own turn': snapshot({l2: fresh(rotation({epoch: epochView({mine: true})}))}),
  'no epoch': snapshot({l2: fresh(rotation({epoch: null, blocksLeft: 0n, next: null}))}),
  syncing: snapshot(
    {
      node: fresh(
        nodeLook({
          ...{phase: 'catching-up', syncing: true},
          sync: {target: 20_000, remaining: 18_851, blocksPerSecond: 123.4, etaSeconds: 153},
        }),
      ),
    },
    {setting: nodeSetting},
  ),
  onboarding: snapshot({money: fresh(moneyWith({}, {stake: null, ownerIsWhitelisted: false}))}),
  leaving: snapshot({
    money: fresh(
      moneyWith({
        status: 'inactive',
        deactivationBatch: 9n,
        unlockClaimTimeSeconds: BigInt(NOW.wallMs / 1000 + 20 * 86_400),
      }),
    ),
  }),
  staking: snapshot(
    {lst: fresh(lstLook({hasSequencer: true}), 120_000)},
    {setting: {...setting, lstProvider: 'Artemis'}},
  ),
  'long names': snapshot(
    {},
    {
      setting: {...setting, network: longName, profile: longName},
      extras: {...extras, rewards: nothing(`${allDown} ${longName} ${longName}`)},
    },
  ),
  'refuted draws': snapshot(
    {},
    {
      extras: {
        ...extras,
        rotation: fresh(
          rotationLook({
            doubt: 'only 199 of the last 200 draws came true',
            backTest: {tested: 200, hits: 199, misses: [12n], set: 3, chance: 0},
          }),
          10_000,
        ),
        duty: fresh(dutyUnknown, 60_000),
      },
    },
  ),
}

describe.each(Object.entries(states))('%s', (name, state) => {
  const view = toDashboardView(state, NOW)

  test.each(sizes)('%ix%i', async (columns, rows) => {
    const shown = frame(columns, rows, {view})
    const lines = shown.split('\n')
    // A frame as tall as the terminal would scroll it.
    expect(lines).toHaveLength(rows - 1)
    for (const line of lines) expect(cellsOf(line), line).toBeLessThanOrEqual(columns)
    await expect(`${shown}\n`).toMatchFileSnapshot(
      `./frames/${name.replaceAll(' ', '-')}-${columns}x${rows}.txt`,
    )
  })

  test('every panel alone, and every overlay, fits', () => {
    for (const [columns, rows] of [[60, 16] as const, [80, 24] as const, [200, 60] as const]) {
      const screens: Partial<ScreenState>[] = [
        ...allPanels.map((single) => ({single, focus: single})),
        ...(['help', 'sources', 'issues', 'logs'] as const).map((overlay) => ({overlay})),
      ]
      for (const screen of screens) {
        const lines = frame(columns, rows, {view, screen}).split('\n')
        expect(lines).toHaveLength(rows - 1)
        for (const line of lines) expect(cellsOf(line), line).toBeLessThanOrEqual(columns)
      }
    }
  })

  test('ASCII: nothing else, and the same words', () => {
    const shown = frame(140, 40, {view, unicode: false})
    // Foreign names stay as they are.
    const ours = shown.replaceAll(/[長い名前のネットワーク]/g, '')
    expect(ours).toMatch(/^[ -~\n]*$/)
    expect(shown).toContain(view.state.word)
  })

  test('a screen reader gets the same in lines, and then only what has changed', () => {
    const text = spokenFrame(view)
    for (const panel of Object.values(view.panels)) if (panel) expect(text).toContain(panel.title)
    expect(text).not.toMatch(/[╭╰│┃]/)
    expect(text).not.toMatch(/[▁-█░]/)
    expect(text).not.toMatch(/^ {2}(past|coming) /m)
    expect(changedText(view, view)).toBe('')
    const before = toDashboardView(states['usual']!, NOW)
    if (name !== 'usual') expect(changedText(before, view)).not.toBe('')
  })
})

test('a screen reader is told an event once, however old it gets, and one that reads the same again', () => {
  const after = (seconds: number, batches: number[]) => {
    const events = batches.map((second) => ({
      ...{
        type: 'reward-credited' as const,
        atMs: NOW.wallMs + second * 1000,
        level: 'info' as const,
      },
      ...{text: 'A reward batch was credited.', headBlock: null, epoch: null, issue: null},
    }))
    const now = {...NOW, wallMs: NOW.wallMs + seconds * 1000}
    return toDashboardView(snapshot({}, {events}), now)
  }
  const told = (...views: Parameters<typeof changedText>) =>
    changedText(...views)
      .split('\n')
      .filter((line) => line.endsWith('credited.'))

  expect(told(after(10, [0]), after(80, [0]))).toEqual([])
  expect(told(after(10, [0]), after(80, [75, 0]))).toEqual([
    'Events, 5 s ago: A reward batch was credited.',
  ])
})

test('a screen reader is told each coming epoch once, and again when its producer changes', () => {
  const at = (seconds: number, headBlock: bigint, state = snapshot()) =>
    toDashboardView(
      {...state, feeds: {...state.feeds, l2: fresh(rotation({headBlock}))}},
      {...NOW, wallMs: NOW.wallMs + seconds * 1000},
    )
  const epochs = (text: string) => text.split('\n').filter((line) => /^Rotation, \d/.test(line))
  const first = at(0, 1149n)

  expect(epochs(changedText(first, at(4, 1151n)))).toEqual([])
  const look = rotationLook()
  const last = look.forecast.epochs.at(-1)
  const moved = {
    ...look.forecast,
    epochs: look.forecast.epochs.map((epoch) =>
      epoch === last ? {...epoch, signer: OTHER, mine: epoch.mine !== true} : epoch,
    ),
  }
  const later = snapshot(
    {},
    {extras: {...extras, rotation: fresh({...look, forecast: moved}, 10_000)}},
  )
  expect(epochs(changedText(first, at(4, 1151n, later)))).toHaveLength(1)
})

test.each([60, 70, 80])('%i columns: the mode and the clock are never cut off', (columns) => {
  for (const [name, state] of Object.entries(states)) {
    const view = toDashboardView(state, NOW)
    const first = (props: Props) => frame(columns, 24, {view, ...props}).split('\n')[0]!
    expect(first({}), name).toContain('  LIVE  12:00:00 UTC  ')
    const screen = {paused: true}
    expect(first({screen}), name).toContain('  PAUSED  12:00:00 UTC  ')
    expect(first({screen, mode: 'REPLAY'}), name).toContain('  REPLAY PAUSED  12:00:00 UTC  ')
    expect(first({}), name).toMatch(/[✓!✗?] (OK|WARN|CRIT|WAIT) /)
  }
})

test('a stall says when its respan is overdue, and no line of a small screen says that nobody is left', () => {
  const overdue = rotation({headTimestampSeconds: BigInt(NOW.wallMs / 1000 - 400)})
  const late = toDashboardView(snapshot({l2: fresh(overdue)}), NOW)
  expect(frame(80, 24, {view: late})).toMatch(/stall +400 s, respan over/)
  const small = frame(60, 16, {view: toDashboardView(states['no epoch']!, NOW)})
  expect(small).toContain('nobody: no epoch')
  expect(small).not.toMatch(/left +nobody/)
})

test('the frames on disk belong to the states above', () => {
  const shown = readFileSync(join(import.meta.dirname, 'frames/usual-80x24.txt'), 'utf8')
  expect(shown).toContain('✓ OK in order')
  expect(shown).toContain('Restart window')
})

test('80x24: why L2 is down, and how long blocks have stalled, are not cut off', () => {
  expect(frame(80, 24, {view: toDashboardView(states['down']!, NOW)})).toContain('Nothing answers')
  for (const rest of [{}, {lst: fresh(lstLook(), 120_000)}]) {
    const view = toDashboardView(snapshot({l2: fresh(old), ...rest}), NOW)
    expect(frame(80, 24, {view})).toContain('60 s of 180 s until')
  }
})

test('60x16: the five questions are answered', () => {
  const shown = frame(60, 16)
  for (const word of ['state', 'producer', 'my turn', 'restart', 'claimable'])
    expect(shown).toContain(word)
  expect(shown).toContain('next: metis-seq reward claim')
})

test('a value of a source that is down never stands alone', () => {
  const shown = frame(60, 16, {view: toDashboardView(states['down']!, NOW)})
  expect(shown).toMatch(/producer +0x2222…2222 \(nothing answers/)
  expect(shown).toMatch(/restart +UNKNOWN/)
})

test.each(['WARN', 'CRIT', 'WAIT'] as const)(
  '%s is a word and a glyph in the first line at 60 columns',
  (word) => {
    const looks = {
      WARN: snapshot({l2: fresh(old)}),
      CRIT: snapshot({l2: failing(rotation(), 1000, 'No L2 endpoint answers.')}),
      WAIT: snapshot({l2: nothing()}),
    }

    const [first] = frame(60, 16, {view: toDashboardView(looks[word], NOW)}).split('\n')

    expect(first).toContain(`${{WARN: '!', CRIT: '✗', WAIT: '?'}[word]} ${word}`)
  },
)

test('a panel that is not there leaves the screen to the others', () => {
  expect(frame(80, 24, {screen: {single: 'lst', focus: 'lst'}})).toContain('Production')
})

test('help covers the panels, and the footer says how to go on after a pause', () => {
  const help = frame(80, 24, {screen: {overlay: 'help'}})

  expect(help).toContain('next and previous panel')
  expect(help).not.toContain('Production')
  expect(frame(80, 24, {screen: {paused: true}})).toMatch(/PAUSED[^]*p go on/)
})

test('the debug view names each source with its age and last error', () => {
  const view = toDashboardView(states['down']!, NOW)
  const shown = frame(120, 40, {view, screen: {overlay: 'sources'}})
  expect(shown).toMatch(/l2 +5 s old, every 1 s, took 12 ms, failing for 5 s: Nothing answers/)
  expect(shown).toMatch(/node +none/)
})

test('issues over the screen have their cost, their command and their rule', () => {
  const view = toDashboardView(states['down']!, NOW)
  const shown = frame(120, 40, {view, screen: {overlay: 'issues'}})
  for (const {id, text, cost, remedy} of view.health.issues)
    for (const words of [id, text, cost, remedy]) expect(shown).toContain(words.slice(0, 60))
  const calm = toDashboardView(snapshot({money: fresh(moneyWith({rewardMetisWei: 0n}))}), NOW)
  expect(frame(120, 40, {view: calm, screen: {overlay: 'issues'}})).toContain('Nothing is wrong.')
  const scrolled = frame(80, 24, {view, screen: {overlay: 'issues', scroll: 1}})
  expect(scrolled).not.toMatch(
    new RegExp(`${view.issues[0]!.label} +${view.issues[0]!.value}`.slice(0, 40)),
  )
  expect(scrolled).toMatch(/Issues[^\n]*\n┃ cost/)
})

test('60x16: an issue over the screen, and a panel alone, are whole', () => {
  const words = (shown: string) =>
    shown
      .split('\n')
      .map((line) => line.replaceAll('┃', '').trim())
      .join(' ')
      .replaceAll(/ +/g, ' ')
  const view = toDashboardView(states['down']!, NOW)
  const [issue] = view.health.issues
  const issues = frame(60, 16, {view, screen: {overlay: 'issues'}})
  expect(issue!.cost.length).toBeGreaterThan(46)
  expect(words(issues)).toContain(issue!.cost)
  const why = usual.panels.window!.rows[1]!.value
  const alone = frame(60, 16, {screen: {single: 'window', focus: 'window'}})
  expect(why.length).toBeGreaterThan(44)
  expect(words(alone)).toContain(why)
})

test('60x16: the head is that of L2, also without a node that answers', () => {
  const dead = snapshot({node: fresh(nodeLook(null, {process: null}))}, {setting: nodeSetting})
  const shown = frame(60, 16, {view: toDashboardView(dead, NOW)})
  expect(shown).toMatch(/node +not running/)
  expect(shown).toMatch(/head +block 1149, 1 s ago/)
})

test('the log over the screen, and a command being typed', () => {
  const logs = [{label: '', value: 'sealed block 7', tone: 'plain' as const}]
  expect(frame(80, 24, {logs, screen: {overlay: 'logs'}})).toMatch(/Log of the node[^]*block 7/)
  const typing = (command: string) => frame(80, 24, {screen: {typing: 'command', command}})
  expect(typing('s')).toMatch(/:s_ {2}sync \| stake \| sources \| save \| sort\n?$/)
  expect(typing('zz')).toMatch(/:zz_ {2}no such command\n?$/)
})

test('the debug view says whether heads are pushed, and why not where an address is down', () => {
  const lines = (heads: DashboardSnapshot['heads']) => {
    const view = toDashboardView(snapshot({}, {heads}), NOW)
    return view.sources.map(({label, value}) => `${label} ${value}`).join('\n')
  }
  const endpoint = 'wss://l1.example'
  const down = {code: 'silent', reason: 'It no longer answers pings.'} as const
  const shown = lines({
    l2: {state: 'pushed', endpoint: 'ws://l2.example'},
    l1: {state: 'polled', endpoint, ...down},
  })
  expect(shown).toMatch(/^l2 .* old, at each head and every 1 s, took \d+ ms$/m)
  for (const name of ['l1', 'money']) {
    expect(shown).toMatch(
      new RegExp(
        `^${name} .*; no heads from wss://l1\\.example: It no longer answers pings\\. \\[silent\\]$`,
        'm',
      ),
    )
  }
  expect(shown).not.toMatch(/^(?:pos|node|machine) .*heads/m)
  expect(lines({l1: {state: 'none'}, l2: {state: 'none'}})).not.toContain('head')
})

describe('one panel alone', () => {
  const alone: Partial<ScreenState> = {single: 'events', focus: 'events'}

  test('fills the width; the focused one has a heavier border', () => {
    const single = frame(80, 24, {screen: alone})
    expect(single).toContain('Events')
    expect(single).not.toContain('Production')
    expect(single).toContain('┏')
    expect(frame(80, 24).match(/┏/g)).toHaveLength(1)
  })

  test('scrolls, and shows only rows that match the filter', () => {
    const events = Array.from({length: 50}, (_, at) => ({
      ...{type: 'epoch-started' as const, atMs: NOW.wallMs, level: 'info' as const},
      ...{text: `Epoch ${at} started.`, headBlock: null, epoch: null, issue: null},
    }))
    const view = toDashboardView(snapshot({}, {events}), NOW)
    expect(frame(80, 24, {view, screen: alone})).toContain('Epoch 0 started.')
    const scrolled = frame(80, 24, {view, screen: {...alone, scroll: 20}})
    expect(scrolled).not.toContain('Epoch 0 started.')
    expect(scrolled).toMatch(/Epoch 20 started[^]*Epoch 35 started/)
    const filtered = frame(80, 24, {view, screen: {...alone, filter: 'epoch 4'}})
    expect(filtered.match(/Epoch \d+ started/g)).toHaveLength(11)
    expect(frame(80, 24, {view, screen: {...alone, filter: 'nothing'}})).toContain('no row matches')
  })
})

test('too small: one line that names the need', () => {
  expect(frame(59, 16)).toBe('OK: in order (needs 60x16, has 59x16)')
  expect([...frame(20, 5)].length).toBeLessThanOrEqual(20)
})

describe('color', () => {
  const tones: Tone[] = ['ok', 'warn', 'critical', 'mine', 'dim']

  test('is never the only sign, and NO_COLOR beats FORCE_COLOR', () => {
    expect(hasColor({})).toBe(true)
    expect(hasColor({NO_COLOR: ''})).toBe(true)
    expect(hasColor({NO_COLOR: '1', FORCE_COLOR: '1'})).toBe(false)
    expect(hasColor({TERM: 'dumb'})).toBe(false)
    for (const theme of themeNames) {
      expect(styleOfTheme(theme, false)('critical')).toEqual({bold: true, inverse: true})
      expect(styleOfTheme(theme, false)('ok')).toEqual({})
    }
  })

  test('follows the background of a terminal that tells of it', () => {
    expect(styleOfTheme('auto', true, {COLORFGBG: '15;0'})).not.toBe(undefined)
    expect(styleOfTheme('auto', true, {COLORFGBG: '15;0'})('ok')).toEqual({color: '#56B4E9'})
    expect(styleOfTheme('auto', true, {COLORFGBG: '0;15'})('ok')).toEqual({color: '#0072B2'})
    expect(styleOfTheme('auto', true, {})('ok')).toEqual({color: '#56B4E9'})
  })

  test.each([
    ['dark', '#000000', 4.5],
    ['light', '#FFFFFF', 4.5],
    ['high-contrast', '#000000', 7],
  ] as const)('%s on %s has a contrast of at least %f', (theme, ground, least) => {
    for (const tone of tones) {
      const {color} = styleOfTheme(theme, true)(tone)
      expect(contrast(color!, ground), tone).toBeGreaterThanOrEqual(least)
    }
  })

  test('no two tones look alike, also without red or green', () => {
    for (const theme of ['dark', 'light', 'high-contrast'] as const) {
      const colors = tones.map((tone) => styleOfTheme(theme, true)(tone).color)
      expect(new Set(colors).size).toBe(tones.length)
    }
  })
})

/** WCAG 2.1, relative luminance. */
function contrast(a: string, b: string): number {
  const light = (hex: string) => {
    const [red, green, blue] = [1, 3, 5].map((at) => {
      const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    }) as [number, number, number]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const [high, low] = [light(a), light(b)].toSorted((x, y) => y - x) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

test('a text is cut by cells, never in the middle of a letter', () => {
  expect(fit('abc', 3, true)).toBe('abc')
  expect(fit('abcd', 3, true)).toBe('ab…')
  expect(fit('◆◆◆◆', 3, true)).toBe('◆◆…')
  // Each takes two cells.
  expect(fit('😀😀😀', 4, true)).toBe('😀…')
  expect(fit('長い名前', 5, true)).toBe('長い…')
  expect(fit('長い名前', 4, true)).toBe('長…')
  expect(fit('👩‍👩‍👧 family', 5, true)).toBe('👩‍👩‍👧 f…')
  expect(fit('abcd', 3, false)).toBe('ab~')
})
