import {expect, test} from 'vitest'

import {
  actionOf,
  afterAction,
  firstScreen,
  type KeyAction,
  type ScreenState,
} from '../../src/ui/dashboard/keys.ts'
import {
  frameLayout,
  panelNames,
  singleLayout,
  type PanelName,
} from '../../src/ui/dashboard/layout.ts'

const HEADER_AND_FOOTER = 3

const everySize = [false, true].flatMap((hasLst) =>
  Array.from({length: 141}, (_, column) =>
    Array.from({length: 45}, (_row, row) => ({columns: column + 60, rows: row + 16, hasLst})),
  ).flat(),
)

test('every size from 60x16 to 200x60: widths fill the terminal, heights leave its last row free', () => {
  for (const {columns, rows, hasLst} of everySize) {
    const layout = frameLayout(columns, rows, hasLst)
    if (layout.kind !== 'panels') throw new Error(`${columns}x${rows} has no panels.`)
    let height = 0
    for (const line of layout.lines) {
      expect(
        line.reduce((sum, {width}) => sum + width, 0),
        `${columns}x${rows}`,
      ).toBe(columns)
      expect(new Set(line.map((panel) => panel.height)).size).toBe(1)
      height += line[0]!.height
      for (const panel of line) {
        expect(panel.width).toBeGreaterThanOrEqual(30)
        // Two borders, a title and at least two lines under it.
        expect(panel.height, `${panel.name} at ${columns}x${rows}`).toBeGreaterThanOrEqual(4)
      }
    }
    expect(height + HEADER_AND_FOOTER, `${columns}x${rows}`).toBe(rows - 1)
    const names = layout.lines.flat().map(({name}) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(names.slice(0, 2)).toEqual(['production', 'rotation'])
  }
  expect(everySize).toHaveLength(2 * 141 * 45)
})

test.each([false, true])(
  'from 80 columns on every panel is there (liquid staking: %s)',
  (hasLst) => {
    const layout = frameLayout(80, 24, hasLst)
    const names = layout.kind === 'panels' && layout.lines.flat().map(({name}) => name)

    expect(names).toEqual(panelNames(hasLst))
    expect(panelNames(hasLst).includes('lst')).toBe(hasLst)
  },
)

test.each([
  [59, 16],
  [60, 15],
  [1, 1],
  [200, 15],
])('%ix%i is too small for panels: one line', (columns, rows) => {
  expect(frameLayout(columns, rows, true)).toEqual({kind: 'line'})
  expect(singleLayout('events', columns, rows)).toEqual({kind: 'line'})
})

test('one panel alone has the whole screen', () => {
  for (const name of panelNames(true)) {
    expect(singleLayout(name, 100, 30)).toEqual({
      kind: 'panels',
      lines: [[{name, width: 100, height: 30 - 1 - HEADER_AND_FOOTER}]],
    })
  }
})

const plain = {tab: false, shift: false, escape: false}

test('keys mean what the help says, and all others mean nothing', () => {
  const meanings = ['q', '?', 'r', 'p', '0', '1', '5', '6', '7', 'x', 'Q', '', '11'].map(
    (input) => [input, actionOf(input, plain)],
  )

  expect(Object.fromEntries(meanings)).toEqual({
    q: 'quit',
    '?': 'help',
    r: 'refresh',
    p: 'pause',
    '0': 'all-panels',
    '1': {show: 'production'},
    '5': {show: 'events'},
    '6': {show: 'lst'},
    '7': undefined,
    x: undefined,
    Q: undefined,
    '': undefined,
    '11': undefined,
  })
  expect(actionOf('', {...plain, tab: true})).toBe('next-panel')
  expect(actionOf('', {...plain, tab: true, shift: true})).toBe('previous-panel')
  expect(actionOf('', {...plain, escape: true})).toBe('all-panels')
})

/** The screen after these actions. */
function afterWith(panels: readonly PanelName[], ...actions: KeyAction[]): ScreenState {
  return actions.reduce((state, action) => afterAction(state, action, panels), firstScreen)
}
const after = (...actions: KeyAction[]) => afterWith(panelNames(false), ...actions)

test('Tab walks through all panels and comes back; Shift-Tab walks the other way', () => {
  for (const panels of [panelNames(false), panelNames(true)]) {
    const walk = panels.map(
      (_name, index) => afterWith(panels, ...Array(index + 1).fill('next-panel')).focus,
    )
    expect(walk).toEqual([...panels.slice(1), panels[0]])
    expect(afterWith(panels, 'previous-panel').focus).toBe(panels.at(-1))
  }
  expect(after('next-panel', 'previous-panel')).toEqual(firstScreen)
})

test('help and pause are switches; one panel can be shown alone and left again', () => {
  expect(after('help').help).toBe(true)
  expect(after('help', 'help')).toEqual(firstScreen)
  expect(after('pause').paused).toBe(true)
  expect(after('pause', 'pause')).toEqual(firstScreen)
  expect(after({show: 'stake'})).toMatchObject({single: 'stake', focus: 'stake'})
  expect(after('help', {show: 'stake'}, 'all-panels')).toMatchObject({single: null, help: false})
})

test('quit and refresh change nothing on the screen, and a paused screen stays paused', () => {
  expect(after('quit')).toBe(firstScreen)
  expect(after('pause', 'refresh', 'next-panel').paused).toBe(true)
})

test('Tab moves the panel that is shown alone', () => {
  expect(after({show: 'production'}, 'next-panel')).toMatchObject({
    single: 'rotation',
    focus: 'rotation',
  })
})

test('a number leaves the help, or the panel would be hidden behind it', () => {
  expect(after('help', {show: 'stake'})).toMatchObject({single: 'stake', help: false})
})

test('the key of a panel that is not there means nothing', () => {
  expect(after({show: 'lst'})).toBe(firstScreen)
  expect(afterWith(panelNames(true), {show: 'lst'})).toMatchObject({single: 'lst', focus: 'lst'})
})
