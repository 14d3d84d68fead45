import {allPanels, type PanelName} from './layout.ts'
import {themeNames, type ThemeName} from '../theme.ts'

export type OverlayName = 'help' | 'sources' | 'issues' | 'logs'

/** The screen state that keys change. Keys never change data, and none of them acts on a chain. */
export interface ScreenState {
  focus: PanelName
  single: PanelName | null
  /** The panel at the bottom of a small screen. */
  lower: PanelName
  paused: boolean
  overlay: OverlayName | null
  /** First row shown of the single panel, or of what lies over the screen. */
  scroll: number
  /** Rows of the single panel must contain it; empty shows all. */
  filter: string
  /** While one is typed, letters are text and not keys. */
  typing: 'filter' | 'command' | null
  command: string
  /** Events alone, with the oldest first. */
  oldestFirst: boolean
  /** Milliseconds between two looks at the data. */
  lookMs: number
  theme: ThemeName
  /** Times in UTC, or of this machine. */
  utc: boolean
}

export type KeyAction =
  | 'quit'
  | 'suspend'
  | 'help'
  | 'sources'
  | 'issues'
  | 'logs'
  | 'sort'
  | 'slower'
  | 'faster'
  | 'command'
  | 'command-done'
  | 'next-panel'
  | 'previous-panel'
  | 'zoom'
  | 'refresh'
  | 'pause'
  | 'all-panels'
  | 'lower-next'
  | 'lower-previous'
  | 'theme'
  | 'units'
  | 'copy'
  | 'save'
  | 'filter'
  | 'filter-done'
  | 'erase'
  | 'scroll-start'
  | 'scroll-end'
  | {scroll: number}
  | {seconds: number}
  | {type: string}
  | {show: PanelName}
  | {theme: ThemeName}

export const firstScreen: ScreenState = {
  focus: 'production',
  single: null,
  lower: 'stake',
  paused: false,
  overlay: null,
  scroll: 0,
  filter: '',
  typing: null,
  command: '',
  oldestFirst: false,
  lookMs: 500,
  theme: 'auto',
  utc: true,
}

/** What a terminal tells of a key. */
export interface Key {
  tab: boolean
  shift: boolean
  escape: boolean
  return: boolean
  backspace: boolean
  delete: boolean
  upArrow: boolean
  downArrow: boolean
  leftArrow: boolean
  rightArrow: boolean
  pageUp: boolean
  pageDown: boolean
  ctrl: boolean
}

/** Every key with what it does, for the help. */
export const keyHelp: readonly (readonly [keys: string, meaning: string])[] = [
  ['q, Ctrl-C', 'quit'],
  ['Ctrl-Z', 'suspend; `fg` comes back'],
  ['? d', 'this help; sources with ages and errors'],
  ['x l', 'issues with their cost and command; log of the node'],
  ['Tab, Shift-Tab', 'next and previous panel'],
  ['Enter, 1-9, e', 'one panel alone, e the rotation; 0 or Esc shows all'],
  ['[ ]', 'another panel at the bottom of a small screen'],
  ['j k n N g G', 'scroll it; also arrows, PgUp and PgDn'],
  ['/ s', 'filter its rows, Esc ends it; oldest events first'],
  [':', 'command: a panel, issues, logs, theme NAME, ...'],
  ['r p', 'query every source now; pause drawing'],
  ['+ -', 'update the screen more or less often'],
  ['t u', 'next theme; UTC or local time'],
  ['c w', 'copy the panel; write a snapshot to a file'],
]

/** In place of `r p`, where a recording is shown. */
export const replayKeyHelp = ['left right < >', '10 s, 10 min back and on; p holds it'] as const

const PAGE = 10
const LOOKS_MS = [250, 500, 1000, 2000, 5000, 10_000]
const STEP_SECONDS = 10
const LEAP_SECONDS = 600

const letters: Readonly<Record<string, KeyAction>> = {
  q: 'quit',
  '?': 'help',
  d: 'sources',
  r: 'refresh',
  p: 'pause',
  t: 'theme',
  u: 'units',
  c: 'copy',
  w: 'save',
  '/': 'filter',
  '[': 'lower-previous',
  ']': 'lower-next',
  '0': 'all-panels',
  j: {scroll: 1},
  k: {scroll: -1},
  g: 'scroll-start',
  G: 'scroll-end',
  x: 'issues',
  l: 'logs',
  e: {show: 'rotation'},
  s: 'sort',
  n: {scroll: 1},
  N: {scroll: -1},
  ':': 'command',
  '+': 'faster',
  '-': 'slower',
  '<': {seconds: -LEAP_SECONDS},
  '>': {seconds: LEAP_SECONDS},
}

/** Keys that are characters too: typed in a burst they arrive without a name. */
const controls: Readonly<Record<string, keyof Key>> = {
  '\t': 'tab',
  '\r': 'return',
  '\u001B': 'escape',
  '\u007F': 'backspace',
}

/** The action of a key; undefined when the key is not bound here. */
export function actionOf(
  input: string,
  given: Key,
  typing: ScreenState['typing'],
): KeyAction | undefined {
  const control = controls[input]
  const key = control ? {...given, [control]: true} : given
  if (key.ctrl) return input === 'z' ? 'suspend' : undefined
  if (typing) {
    if (key.escape) return 'all-panels'
    if (key.return) return typing === 'filter' ? 'filter-done' : 'command-done'
    if (key.backspace || key.delete) return 'erase'
    return /^[ -~]$/.test(input) ? {type: input} : undefined
  }
  if (key.tab) return key.shift ? 'previous-panel' : 'next-panel'
  if (key.escape) return 'all-panels'
  if (key.return) return 'zoom'
  if (key.upArrow) return {scroll: -1}
  if (key.downArrow) return {scroll: 1}
  if (key.leftArrow) return {seconds: -STEP_SECONDS}
  if (key.rightArrow) return {seconds: STEP_SECONDS}
  if (key.pageUp) return {scroll: -PAGE}
  if (key.pageDown) return {scroll: PAGE}
  if (Object.hasOwn(letters, input)) return letters[input]
  const panel = /^[1-9]$/.test(input) ? allPanels[Number(input) - 1] : undefined
  return panel ? {show: panel} : undefined
}

/** What the screen offers now. */
export interface Offer {
  /** Panels that are there; the key of another one means nothing. */
  panels: readonly PanelName[]
  /** Of them, those that may stand at the bottom. */
  lower: readonly PanelName[]
  /** Rows that the single panel, or what lies over the screen, could show, and how many fit. */
  rows: number
  height: number
}

/** The screen after an action. Pure; quit, refresh, copy, save and a move in time are effects and leave it unchanged. */
export function afterAction(state: ScreenState, action: KeyAction, offer: Offer): ScreenState {
  const {panels} = offer
  if (typeof action === 'object') {
    if ('show' in action) return panels.includes(action.show) ? alone(state, action.show) : state
    if ('seconds' in action) return state
    if ('theme' in action) return {...state, theme: action.theme}
    if ('type' in action) return typed(state, action.type)
    return {...state, scroll: within(state.scroll + action.scroll, offer)}
  }
  switch (action) {
    case 'help':
    case 'sources':
    case 'issues':
    case 'logs':
      return {...state, overlay: state.overlay === action ? null : action, scroll: 0}
    case 'sort':
      return {...state, oldestFirst: !state.oldestFirst, scroll: 0}
    case 'faster':
      return {...state, lookMs: neighbourWithin(LOOKS_MS, state.lookMs, -1)}
    case 'slower':
      return {...state, lookMs: neighbourWithin(LOOKS_MS, state.lookMs, 1)}
    case 'command':
      return {...state, typing: 'command', command: ''}
    case 'command-done':
      return {...state, typing: null, command: ''}
    case 'pause':
      return {...state, paused: !state.paused}
    case 'all-panels':
      return {
        ...state,
        ...{single: null, overlay: null, scroll: 0, filter: '', typing: null, command: ''},
      }
    case 'zoom':
      return alone(state, state.focus)
    case 'next-panel':
      return focusOn(state, neighbour(panels, state.focus, 1))
    case 'previous-panel':
      return focusOn(state, neighbour(panels, state.focus, -1))
    case 'lower-next':
      return {...state, lower: neighbour(offer.lower, state.lower, 1)}
    case 'lower-previous':
      return {...state, lower: neighbour(offer.lower, state.lower, -1)}
    case 'theme':
      return {...state, theme: neighbour(themeNames, state.theme, 1)}
    case 'units':
      return {...state, utc: !state.utc}
    case 'filter':
      return {...alone(state, state.single ?? 'events'), typing: 'filter'}
    case 'filter-done':
      return {...state, typing: null}
    case 'erase':
      return state.typing === 'command'
        ? {...state, command: state.command.slice(0, -1)}
        : {...state, filter: state.filter.slice(0, -1), scroll: 0}
    case 'scroll-start':
      return {...state, scroll: 0}
    case 'scroll-end':
      return {...state, scroll: within(offer.rows, offer)}
    case 'quit':
    case 'suspend':
    case 'refresh':
    case 'copy':
    case 'save':
      return state
  }
}

function typed(state: ScreenState, letter: string): ScreenState {
  return state.typing === 'command'
    ? {...state, command: state.command + letter}
    : {...state, filter: state.filter + letter, scroll: 0}
}

const plainCommands = [
  ...['quit', 'help', 'sources', 'issues', 'logs', 'refresh', 'pause', 'copy', 'save'],
  ...['units', 'sort', 'all-panels'],
] as const satisfies readonly KeyAction[]

/** Commands that can be typed, by their full names. */
const commands = new Map<string, KeyAction>([
  ...allPanels.map((name): [string, KeyAction] => [name, {show: name}]),
  ...plainCommands.map((name): [string, KeyAction] => [name, name]),
  ...themeNames.map((theme): [string, KeyAction] => [`theme ${theme}`, {theme}]),
])

/** Commands that begin with this text; one whose name is the text is alone. */
export function commandsFor(text: string): string[] {
  const wanted = text.trim().toLowerCase()
  if (commands.has(wanted)) return [wanted]
  return [...commands.keys()].filter((name) => name.startsWith(wanted))
}

/** The action of a typed command, which may be shortened while it is the only one; undefined for any other text. */
export function typedCommand(text: string): KeyAction | undefined {
  const [name, ...others] = commandsFor(text)
  return name !== undefined && others.length === 0 ? commands.get(name) : undefined
}

/** Why a text is none: it is unknown, or it begins several. */
export function notACommand(text: string): string {
  const names = commandsFor(text)
  const typed = `"${text.trim()}"`
  return names.length > 1
    ? `${typed} could be ${names.join(', ')}.`
    : `There is no command ${typed}.`
}

function alone(state: ScreenState, name: PanelName): ScreenState {
  return {...state, single: name, focus: name, overlay: null, scroll: 0, filter: ''}
}

/** A panel shown alone is replaced by the next one. */
function focusOn(state: ScreenState, focus: PanelName): ScreenState {
  return {...state, focus, single: state.single && focus, scroll: 0, filter: ''}
}

function within(scroll: number, {rows, height}: Offer): number {
  return Math.max(0, Math.min(scroll, rows - height))
}

/** Like {@link neighbour}, and stays at the ends. */
function neighbourWithin<T>(items: readonly T[], at: T, step: number): T {
  return items[items.indexOf(at) + step] ?? at
}

function neighbour<T>(items: readonly T[], at: T, step: number): T {
  const index = items.indexOf(at) + step
  return items[(index + items.length) % items.length] ?? at
}
