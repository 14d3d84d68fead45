import {Box, Text} from 'ink'

import {cellsOf} from '../../lib/cell-width.ts'
import {
  commandsFor,
  keyHelp,
  replayKeyHelp,
  type OverlayName,
  type ScreenState,
} from '../dashboard/keys.ts'
import {
  allPanels,
  frameLayout,
  singleLayout,
  type FrameLayout,
  type PanelName,
} from '../dashboard/layout.ts'
import type {Mode, Row} from '../dashboard/model.ts'
import {summaryRows} from '../dashboard/summary.ts'
import type {DashboardView, Panel} from '../dashboard/view.ts'
import type {Style} from '../theme.ts'
import {borderOf, fit, PanelBox, rowsIn, wrapRows} from './panel-box.tsx'

/** How the numbers on the screen came about. */

export interface DashboardFrameProps {
  view: DashboardView
  columns: number
  rows: number
  screen: ScreenState
  style: Style
  /** False for plain ASCII letters and borders. */
  unicode: boolean
  mode: Mode
  /** A line about the last key, in place of the keys; null without one. */
  note: string | null
  /** Newest lines of the node's log, while they are on the screen. */
  logs: readonly Row[]
}

/** One frame. A pure function of its props: it never reads a clock, a store or a chain. */
export function DashboardFrame(props: DashboardFrameProps) {
  const {view, columns, rows, screen, style, unicode} = props
  const layout = layoutOf(props)
  if (layout.kind === 'line') {
    const {word, text} = view.state
    return (
      <Text wrap="truncate-end">
        {fit(`${word}: ${text} (needs 60x16, has ${columns}x${rows})`, columns, unicode)}
      </Text>
    )
  }
  return (
    <Box flexDirection="column" width={columns}>
      <Header {...props} />
      {screen.overlay ? (
        <Overlay
          columns={columns}
          rows={rows}
          scroll={screen.scroll}
          style={style}
          title={overlayTitles[screen.overlay]}
          unicode={unicode}
        >
          {overlayRows(screen.overlay, props, columns)}
        </Overlay>
      ) : layout.kind === 'summary' ? (
        <Summary columns={columns} rows={rows} style={style} unicode={unicode} view={view} />
      ) : (
        layout.lines.map((line, index) => (
          <Box key={index}>
            {line.map(({name, width, height}) => (
              <PanelBox
                focused={name === screen.focus}
                height={height}
                key={name}
                panel={shownPanel(view, name, screen, columns)}
                scroll={screen.single === name ? screen.scroll : 0}
                style={style}
                unicode={unicode}
                width={width}
              />
            ))}
          </Box>
        ))
      )}
      <Footer {...props} />
    </Box>
  )
}

const overlayTitles: Record<OverlayName, string> = {
  ...{help: 'Keys', sources: 'Sources', issues: 'Issues', logs: 'Log of the node'},
}

type Shown = Pick<DashboardFrameProps, 'view' | 'mode' | 'logs'>

/** Rows of what lies over the screen, at its width. */
export function overlayRows(name: OverlayName, shown: Shown, columns: number): readonly Row[] {
  return wrapRows(wholeRows(name, shown), columns)
}

function wholeRows(name: OverlayName, {view, mode, logs}: Shown): readonly Row[] {
  switch (name) {
    case 'help':
      return helpRows(mode)
    case 'sources':
      return view.sources
    case 'issues':
      return view.issues
    case 'logs':
      return logs
  }
}

function helpRows(mode: Mode): Row[] {
  const keys = keyHelp.map((row) => (mode === 'REPLAY' && row[0] === 'r p' ? replayKeyHelp : row))
  return keys.map(([label, value]) => ({label, value, tone: 'plain'}))
}

/** Panels that are there for this operator. */
export function panelsOf(view: DashboardView): PanelName[] {
  return allPanels.filter((name) => view.panels[name] !== null)
}

function layoutOf({view, columns, rows, screen}: DashboardFrameProps): FrameLayout {
  const {single, lower} = screen
  // A panel that is no longer there leaves the screen to the others.
  return single && view.panels[single]
    ? singleLayout(single, columns, rows)
    : frameLayout(columns, rows, panelsOf(view), lower)
}

/** A panel alone shows only the rows that match the filter, each of them whole. */
export function shownPanel(
  view: DashboardView,
  name: PanelName,
  screen: ScreenState,
  columns: number,
): Panel {
  const panel = view.panels[name] ?? {title: '', age: '', rows: []}
  if (screen.single !== name) return panel
  // Only there is a row by itself whole.
  const all = name === 'events' && screen.oldestFirst ? panel.rows.toReversed() : panel.rows
  if (screen.filter === '') return {...panel, rows: wrapRows(all, columns)}
  const wanted = screen.filter.toLowerCase()
  const rows = all.filter(({label, value}) => `${label} ${value}`.toLowerCase().includes(wanted))
  const none: Row = {label: '', value: 'no row matches', tone: 'dim'}
  return {...panel, rows: rows.length > 0 ? wrapRows(rows, columns) : [none]}
}

/** Rows that fit on what lies over the screen. */
export function overlayHeight(rows: number): number {
  return rowsIn(rows - FRAME_ROWS)
}

/** Rows that fit on the panel alone. */
export function singleHeight(columns: number, rows: number): number {
  const layout = singleLayout('events', columns, rows)
  return layout.kind === 'panels' ? rowsIn(layout.lines[0]![0]!.height) : 0
}

interface Part {
  columns: number
  rows: number
  style: Style
  unicode: boolean
}

const FRAME_ROWS = 4

function Overlay({
  columns,
  rows,
  style,
  unicode,
  title,
  scroll,
  children,
}: Part & {title: string; scroll: number; children: readonly Row[]}) {
  const panel = {title, age: '', rows: [...children]}
  return (
    <PanelBox
      focused
      height={rows - FRAME_ROWS}
      panel={panel}
      scroll={scroll}
      style={style}
      unicode={unicode}
      width={columns}
    />
  )
}

function Summary({view, columns, rows, style, unicode}: Part & {view: DashboardView}) {
  const shown = summaryRows(view).slice(0, rows - FRAME_ROWS - 2)
  return (
    <Box
      borderStyle={borderOf(unicode, false)}
      flexDirection="column"
      height={rows - FRAME_ROWS}
      paddingX={1}
      width={columns}
    >
      {shown.map(({label, value, tone}) => (
        <Text key={label} wrap="truncate-end">
          {label.padEnd(11)}
          <Text {...style(tone)}>{fit(value, columns - 15, unicode)}</Text>
        </Text>
      ))}
    </Box>
  )
}

const glyphs = {OK: '✓', WARN: '!', CRIT: '✗', WAIT: '?'} as const

function Header({view, columns, screen, style, unicode, mode}: DashboardFrameProps) {
  const state = `${glyphs[view.state.word]} ${view.state.word} ${view.state.text}`
  const shown = screen.paused ? (mode === 'REPLAY' ? 'REPLAY PAUSED' : 'PAUSED') : mode
  // The mode and the clock are always whole: a time that is cut off may be any.
  const tail = `${shown}  ${screen.utc ? view.clock : view.localClock}  `
  const room = columns - cellsOf(tail)
  // Names make room for the state: the program's first, then all of them, down to half of the rest.
  const kept = Math.min(cellsOf(state), Math.ceil(room / 2))
  const isTight = cellsOf(view.title) + 2 > room - cellsOf(state)
  const names = isTight ? view.title.replace(/^metis-seq {2}/, '') : view.title
  const left = `${fit(names, room - kept - 2, unicode)}  ${tail}`
  return (
    <Box flexDirection="column" width={columns}>
      <Text bold wrap="truncate-end">
        {left}
        <Text {...style(view.state.tone)}>
          {fit(state, Math.max(1, columns - cellsOf(left)), unicode)}
        </Text>
      </Text>
      <Text wrap="truncate-end">{fit(`next: ${view.nextAction}`, columns, unicode)}</Text>
    </Box>
  )
}

function Footer({columns, screen, style, unicode, note, mode}: DashboardFrameProps) {
  const {typing, filter, single, paused, theme, command, overlay} = screen
  const keys = overlay
    ? 'Esc closes  j k scroll'
    : single
      ? `0 all panels  j k scroll  / filter${filter ? ` "${filter}"` : ''}`
      : `Tab panel  Enter alone  t theme ${theme}`
  const again = mode === 'REPLAY' ? 'left right 10 s' : 'r refresh'
  const usual = `q quit  ? help  ${keys}  ${again}  p ${paused ? 'go on' : 'pause'}`
  const typed = {
    filter: `filter: ${filter}_  Enter keeps it, Esc ends it`,
    command: `:${command}_  ${commandsFor(command).join(' | ') || 'no such command'}`,
  }
  const text = typing ? typed[typing] : (note ?? usual)
  return (
    <Text {...style('dim')} wrap="truncate-end">
      {fit(text, columns, unicode)}
    </Text>
  )
}
