import {panelNames, type PanelName} from './layout.ts'

/** The screen state that keys change. Keys never change data. */
export interface ScreenState {
  focus: PanelName
  single: PanelName | null
  paused: boolean
  help: boolean
}

export type KeyAction =
  | 'quit'
  | 'help'
  | 'next-panel'
  | 'previous-panel'
  | 'refresh'
  | 'pause'
  | 'all-panels'
  | {show: PanelName}

export const firstScreen: ScreenState = {
  focus: 'production',
  single: null,
  paused: false,
  help: false,
}

/** The action of a key; undefined when the key is not bound here. */
export function actionOf(
  input: string,
  key: {tab: boolean; shift: boolean; escape: boolean},
): KeyAction | undefined {
  if (key.tab) return key.shift ? 'previous-panel' : 'next-panel'
  if (key.escape || input === '0') return 'all-panels'
  if (input === 'q') return 'quit'
  if (input === '?') return 'help'
  if (input === 'r') return 'refresh'
  if (input === 'p') return 'pause'
  const panel = /^[1-6]$/.test(input) ? panelNames(true)[Number(input) - 1] : undefined
  return panel ? {show: panel} : undefined
}

/**
 * The screen after an action. Pure; quit and refresh are effects and leave it unchanged.
 *
 * @param panels those that are there; the key of another one means nothing
 */
export function afterAction(
  state: ScreenState,
  action: KeyAction,
  panels: readonly PanelName[],
): ScreenState {
  if (typeof action === 'object') {
    if (!panels.includes(action.show)) return state
    return {...state, single: action.show, focus: action.show, help: false}
  }
  switch (action) {
    case 'help':
      return {...state, help: !state.help}
    case 'pause':
      return {...state, paused: !state.paused}
    case 'all-panels':
      return {...state, single: null, help: false}
    case 'next-panel':
      return focusOn(state, neighbour(panels, state.focus, 1))
    case 'previous-panel':
      return focusOn(state, neighbour(panels, state.focus, -1))
    case 'quit':
    case 'refresh':
      return state
  }
}

/** A panel shown alone is replaced by the next one. */
function focusOn(state: ScreenState, focus: PanelName): ScreenState {
  return {...state, focus, single: state.single && focus}
}

function neighbour(panels: readonly PanelName[], focus: PanelName, step: number): PanelName {
  const index = panels.indexOf(focus) + step
  return panels[(index + panels.length) % panels.length] ?? focus
}
