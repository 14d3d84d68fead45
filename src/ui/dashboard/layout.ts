export type PanelName = 'production' | 'rotation' | 'sync' | 'stake' | 'events' | 'lst'

/** In the order of their keys. The last is only there for operators with liquid staking. */
const allPanels: readonly PanelName[] = [
  ...(['production', 'rotation', 'sync', 'stake', 'events', 'lst'] as const),
]

export function panelNames(hasLst: boolean): readonly PanelName[] {
  return hasLst ? allPanels : allPanels.filter((name) => name !== 'lst')
}

export interface PanelPlace {
  name: PanelName
  width: number
  height: number
}

export type FrameLayout = {kind: 'line'} | {kind: 'panels'; lines: PanelPlace[][]}

const HEADER_ROWS = 2
const FOOTER_ROWS = 1
/** A frame as tall as the terminal makes it scroll, so one row stays free. */
const FREE_ROWS = 1
/** Border, title and the longest list of rows. */
const FULL_PANEL = 10

/** Border, title and one row. */
const LEAST_PANEL = 4

/** The layout of the panels. Pure; widths and heights always add up to the terminal, minus one row. */
export function frameLayout(columns: number, rows: number, hasLst: boolean): FrameLayout {
  if (columns < 60 || rows < 16) return {kind: 'line'}
  const room = rows - HEADER_ROWS - FOOTER_ROWS - FREE_ROWS
  if (columns < 80) {
    const production = Math.min(FULL_PANEL, Math.ceil(room / 2))
    return {
      kind: 'panels',
      lines: [
        [{name: 'production', width: columns, height: production}],
        [{name: 'rotation', width: columns, height: room - production}],
      ],
    }
  }
  const upper = Math.min(FULL_PANEL, Math.floor(room * 0.4))
  // An event is one line; a position needs more than one.
  const part = hasLst ? 0.35 : 0.4
  const middle = Math.min(FULL_PANEL, Math.floor(room * part), room - upper - LEAST_PANEL)
  const left = Math.ceil(columns / 2)
  const right = columns - left
  return {
    kind: 'panels',
    lines: [
      [
        {name: 'production', width: left, height: upper},
        {name: 'rotation', width: right, height: upper},
      ],
      [
        {name: 'sync', width: left, height: middle},
        {name: 'stake', width: right, height: middle},
      ],
      hasLst
        ? [
            {name: 'events', width: left, height: room - upper - middle},
            {name: 'lst', width: right, height: room - upper - middle},
          ]
        : [{name: 'events', width: columns, height: room - upper - middle}],
    ],
  }
}

/** One panel, full screen. */
export function singleLayout(name: PanelName, columns: number, rows: number): FrameLayout {
  if (columns < 60 || rows < 16) return {kind: 'line'}
  const height = rows - HEADER_ROWS - FOOTER_ROWS - FREE_ROWS
  return {kind: 'panels', lines: [[{name, width: columns, height}]]}
}
