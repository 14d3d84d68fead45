import {describe, expect, test} from 'vitest'

import {
  actionOf,
  afterAction,
  firstScreen,
  keyHelp,
  commandsFor,
  replayKeyHelp,
  notACommand,
  typedCommand,
  type Key,
  type KeyAction,
  type Offer,
  type ScreenState,
} from '../../src/ui/dashboard/keys.ts'
import {
  allPanels,
  frameLayout,
  lowerPanels,
  singleLayout,
  type PanelName,
} from '../../src/ui/dashboard/layout.ts'

const HEADER_AND_FOOTER = 3
const without = (...names: PanelName[]) => allPanels.filter((name) => !names.includes(name))
/** With everything, and for one who only watches. */
const offers: (readonly PanelName[])[] = [allPanels, without('lst', 'window', 'duty', 'rewards')]

test('every size from 60x16 to 250x80: widths fill the terminal, heights leave its last row free', () => {
  let laidOut = 0
  for (const panels of offers) {
    for (let columns = 60; columns <= 250; columns++) {
      for (let rows = 16; rows <= 80; rows++) {
        const layout = frameLayout(columns, rows, panels, 'stake')
        const at = `${columns}x${rows}`
        if (columns < 80 || rows < 20) {
          expect(layout, at).toEqual({kind: 'summary'})
          continue
        }
        if (layout.kind !== 'panels') throw new Error(`${at} has no panels.`)
        laidOut++
        let height = 0
        for (const line of layout.lines) {
          expect(
            line.reduce((sum, {width}) => sum + width, 0),
            at,
          ).toBe(columns)
          expect(new Set(line.map((panel) => panel.height)).size).toBe(1)
          height += line[0]!.height
          for (const panel of line) {
            expect(panel.width).toBeGreaterThanOrEqual(30)
            // Two borders, a title and at least one line under it.
            expect(panel.height, `${panel.name} at ${at}`).toBeGreaterThanOrEqual(4)
          }
        }
        expect(height + HEADER_AND_FOOTER, at).toBe(rows - 1)
        const names = layout.lines.flat().map(({name}) => name)
        expect(new Set(names).size).toBe(names.length)
        expect(names.slice(0, 2)).toEqual(['production', 'rotation'])
      }
    }
  }
  expect(laidOut).toBe(2 * 171 * 61)
})

test('140x40 shows every panel; smaller screens reach the others at the bottom', () => {
  const names = (columns: number, rows: number, lower: PanelName) => {
    const layout = frameLayout(columns, rows, allPanels, lower)
    return layout.kind === 'panels' ? layout.lines.flat().map(({name}) => name) : []
  }
  expect(names(140, 40, 'stake').toSorted()).toEqual([...allPanels].toSorted())
  for (const [columns, rows] of [
    [80, 24],
    [100, 30],
  ] as const) {
    const lower = lowerPanels(columns, rows, allPanels)
    expect(lower.length).toBeGreaterThan(2)
    const seen = new Set(lower.flatMap((name) => names(columns, rows, name)))
    expect([...seen].toSorted()).toEqual([...allPanels].toSorted())
  }
})

test.each([
  [59, 16],
  [60, 15],
  [1, 1],
  [200, 15],
])('%ix%i is too small: one line', (columns, rows) => {
  expect(frameLayout(columns, rows, allPanels, 'stake')).toEqual({kind: 'line'})
  expect(singleLayout('events', columns, rows)).toEqual({kind: 'line'})
})

test('one panel alone has the whole screen', () => {
  for (const name of allPanels) {
    expect(singleLayout(name, 100, 30)).toEqual({
      kind: 'panels',
      lines: [[{name, width: 100, height: 30 - 1 - HEADER_AND_FOOTER}]],
    })
  }
})

const plain: Key = {
  ...{tab: false, shift: false, escape: false, return: false, backspace: false, delete: false},
  ...{upArrow: false, downArrow: false, leftArrow: false, rightArrow: false, ctrl: false},
  ...{pageUp: false, pageDown: false},
}

describe('keys', () => {
  test('mean what the help says, and all others mean nothing', () => {
    const meanings = Object.fromEntries(
      [...'q?drptucw/[]0jkgG<>xlesnN:+-159yQ', '', '11'].map((input) => [
        input,
        actionOf(input, plain, null),
      ]),
    )
    expect(meanings).toEqual({
      ...{q: 'quit', '?': 'help', d: 'sources', r: 'refresh', p: 'pause', t: 'theme', u: 'units'},
      ...{c: 'copy', w: 'save', '/': 'filter', '[': 'lower-previous', ']': 'lower-next'},
      ...{'0': 'all-panels', j: {scroll: 1}, k: {scroll: -1}},
      ...{g: 'scroll-start', G: 'scroll-end', '<': {seconds: -600}, '>': {seconds: 600}},
      ...{'1': {show: 'production'}, '5': {show: 'duty'}, '9': {show: 'host'}},
      ...{x: 'issues', l: 'logs', e: {show: 'rotation'}, s: 'sort', ':': 'command'},
      ...{n: {scroll: 1}, N: {scroll: -1}, '+': 'faster', '-': 'slower'},
      ...{y: undefined, Q: undefined, '': undefined, '11': undefined},
    })
    const named: [Partial<Key>, KeyAction][] = [
      [{tab: true}, 'next-panel'],
      [{tab: true, shift: true}, 'previous-panel'],
      [{escape: true}, 'all-panels'],
      [{return: true}, 'zoom'],
      [{upArrow: true}, {scroll: -1}],
      [{downArrow: true}, {scroll: 1}],
      [{leftArrow: true}, {seconds: -10}],
      [{rightArrow: true}, {seconds: 10}],
      [{pageUp: true}, {scroll: -10}],
      [{pageDown: true}, {scroll: 10}],
    ]
    for (const [key, action] of named)
      expect(actionOf('', {...plain, ...key}, null)).toEqual(action)
    // In a burst they arrive as characters.
    expect(['\t', '\r', '\u001B'].map((input) => actionOf(input, plain, null))).toEqual([
      ...['next-panel', 'zoom', 'all-panels'],
    ])
    expect(actionOf('\u007F', plain, 'filter')).toBe('erase')
    expect(actionOf('z', {...plain, ctrl: true}, null)).toBe('suspend')
    expect(actionOf('q', {...plain, ctrl: true}, null)).toBeUndefined()
    // Every letter that acts is in the help.
    const help = keyHelp.map(([keys]) => keys).join(' ')
    for (const key of 'q?dr[]jkgG/tucwpxlesnN:+-') expect(help).toContain(key)
    for (const key of ['left', 'right', '<', '>']) expect(replayKeyHelp[0]).toContain(key)
  })

  test('are text while a filter or a command is typed', () => {
    for (const letter of 'q?drptucw/[]0jkgGxl:+-1 ~') {
      expect(actionOf(letter, plain, 'filter')).toEqual({type: letter})
      expect(actionOf(letter, plain, 'command')).toEqual({type: letter})
    }
    expect(actionOf('', {...plain, return: true}, 'command')).toBe('command-done')
    expect(actionOf('', {...plain, backspace: true}, 'command')).toBe('erase')
    expect(actionOf('\u0007', plain, 'filter')).toBeUndefined()
    expect(actionOf('', {...plain, return: true}, 'filter')).toBe('filter-done')
    expect(actionOf('', {...plain, backspace: true}, 'filter')).toBe('erase')
    expect(actionOf('', {...plain, escape: true}, 'filter')).toBe('all-panels')
  })
})

const offer = (panels: readonly PanelName[] = without('lst')): Offer => ({
  ...{panels, lower: lowerPanels(80, 24, panels), rows: 50, height: 17},
})

/** The screen after these actions. */
function afterWith(panels: readonly PanelName[], ...actions: KeyAction[]): ScreenState {
  return actions.reduce<ScreenState>(
    (state, action) => afterAction(state, action, offer(panels)),
    firstScreen,
  )
}
const after = (...actions: KeyAction[]) => afterWith(without('lst'), ...actions)

test('Tab walks through all panels and comes back; Shift-Tab walks the other way', () => {
  for (const panels of offers) {
    const walk = panels.map(
      (_name, index) => afterWith(panels, ...Array(index + 1).fill('next-panel')).focus,
    )
    expect(walk).toEqual([...panels.slice(1), panels[0]])
    expect(afterWith(panels, 'previous-panel').focus).toBe(panels.at(-1))
  }
  expect(after('next-panel', 'previous-panel')).toEqual(firstScreen)
})

test('switches switch back; one panel can be shown alone and left again', () => {
  expect(after('help').overlay).toBe('help')
  expect(after('help', 'sources').overlay).toBe('sources')
  for (const action of ['help', 'sources', 'issues', 'logs', 'sort', 'pause', 'units'] as const)
    expect(after(action, action)).toEqual(firstScreen)
  expect(after({show: 'stake'})).toMatchObject({single: 'stake', focus: 'stake'})
  expect(after('next-panel', 'zoom')).toMatchObject({single: 'rotation'})
  expect(after('help', {show: 'stake'}, 'all-panels')).toMatchObject({single: null, overlay: null})
})

test('themes go round', () => {
  const themes = new Set<string>()
  let state = firstScreen
  for (let at = 0; at < 5; at++) {
    themes.add(state.theme)
    state = afterAction(state, 'theme', offer())
  }
  expect(themes.size).toBe(5)
  expect(state.theme).toBe('auto')
})

test('the panel at the bottom changes both ways', () => {
  const seen = new Set<string>()
  let state = firstScreen
  const {lower} = offer(allPanels)
  for (const _name of lower) {
    state = afterAction(state, 'lower-next', offer(allPanels))
    seen.add(state.lower)
  }
  expect([...seen].toSorted()).toEqual([...lower].toSorted())
  expect(afterAction(state, 'lower-previous', offer(allPanels)).lower).not.toBe(state.lower)
})

test('scrolling stays within the rows, and another panel begins at its top', () => {
  expect(after({show: 'events'}, {scroll: -5}).scroll).toBe(0)
  expect(after({show: 'events'}, {scroll: 1000}).scroll).toBe(50 - 17)
  expect(after({show: 'events'}, 'scroll-end').scroll).toBe(50 - 17)
  expect(after({show: 'events'}, 'scroll-end', 'scroll-start').scroll).toBe(0)
  expect(after({show: 'events'}, 'scroll-end', 'next-panel').scroll).toBe(0)
})

test('a filter is typed, kept and ended', () => {
  const typed: KeyAction[] = ['filter', ...[...'epoch q'].map((type) => ({type}))]
  expect(after(...typed)).toMatchObject({typing: 'filter', filter: 'epoch q', single: 'events'})
  expect(after(...typed, 'erase').filter).toBe('epoch ')
  expect(after(...typed, 'filter-done')).toMatchObject({typing: null, filter: 'epoch q'})
  expect(after(...typed, 'all-panels')).toEqual({...firstScreen, focus: 'events'})
})

test('a command is typed, shortened where it is the only one, and left', () => {
  const typed: KeyAction[] = ['command', ...[...'rota'].map((type) => ({type}))]
  expect(after(...typed)).toMatchObject({typing: 'command', command: 'rota', filter: ''})
  expect(after(...typed, 'erase').command).toBe('rot')
  expect(after(...typed, 'command-done')).toEqual(firstScreen)
  expect(after(...typed, 'all-panels')).toEqual(firstScreen)
  expect(typedCommand('rota')).toEqual({show: 'rotation'})
  expect(typedCommand(' THEME da ')).toEqual({theme: 'dark'})
  expect(typedCommand('s')).toBeUndefined()
  expect(commandsFor('s')).toEqual(['sync', 'stake', 'sources', 'save', 'sort'])
  expect(commandsFor('theme auto')).toEqual(['theme auto'])
  for (const text of ['', 'nothing', 'constructor', '__proto__'])
    expect(typedCommand(text)).toBeUndefined()
  expect(after({theme: 'light'}).theme).toBe('light')
  expect(notACommand(' zz ')).toBe('There is no command "zz".')
  expect(notACommand('s')).toBe('"s" could be sync, stake, sources, save, sort.')
})

test('data are looked at more or less often, within bounds', () => {
  expect(after('faster', 'faster', 'faster').lookMs).toBe(250)
  expect(after('slower').lookMs).toBe(1000)
  expect(after(...Array<KeyAction>(20).fill('slower')).lookMs).toBe(10_000)
})

test('what lies over the screen scrolls, and begins at its top', () => {
  expect(after('issues', {scroll: 5})).toMatchObject({overlay: 'issues', scroll: 5})
  expect(after('issues', {scroll: 5}, 'logs')).toMatchObject({overlay: 'logs', scroll: 0})
})

test('effects change nothing on the screen, and a paused screen stays paused', () => {
  for (const action of ['quit', 'suspend', 'copy', 'save', 'refresh'] as const)
    expect(after(action)).toBe(firstScreen)
  expect(after('pause', 'refresh', 'next-panel').paused).toBe(true)
})

test('the key of a panel that is not there means nothing', () => {
  expect(after({show: 'lst'})).toBe(firstScreen)
  expect(afterWith(allPanels, {show: 'lst'})).toMatchObject({single: 'lst', focus: 'lst'})
})
