import {render, useApp, useInput, useWindowSize} from 'ink'
import {useEffect, useReducer, useRef, useState} from 'react'

import {showsUnicode} from '../../lib/terminal.ts'
import {
  DashboardFrame,
  overlayHeight,
  overlayRows,
  panelsOf,
  shownPanel,
  singleHeight,
} from '../components/dashboard-frame.tsx'
import {
  actionOf,
  afterAction,
  firstScreen,
  notACommand,
  typedCommand,
  type KeyAction,
  type Offer,
  type ScreenState,
} from '../dashboard/keys.ts'
import {lowerPanels} from '../dashboard/layout.ts'
import {panelText} from '../dashboard/text-frame.ts'
import {logRow} from '../dashboard/log-rows.ts'
import type {Mode, Row} from '../dashboard/model.ts'
import type {DashboardView} from '../dashboard/view.ts'
import {hasColor, styleOfTheme, type ThemeName} from '../theme.ts'

/** A new head is drawn at once, but where blocks are fast, not more often than the eye follows. */
const HEAD_FRAME_MS = 200
/** How long a note stands in place of the keys. */
const NOTE_MS = 4000

/** Where the frames come from: live sources, or a recording. */
export interface FrameSource {
  mode: Mode
  /** The view of this moment. */
  view(): DashboardView
  /** Told of each new head of L2 that was read. @returns ends it */
  onHead(listener: () => void): () => void
  /** Asks every source now. */
  refresh(): void
  /** Writes what is on the screen to a file. @returns a note about it */
  save(): string
  /** Newest lines of the node's log, oldest first. */
  logs(): readonly string[]
  /** What keeps it from its work; null where nothing does. */
  trouble(): string | null
  /** Null where the frames are of now. */
  player: Player | null
}

/** A recording, which moves by itself and on request. */
export interface Player {
  /** On by so many milliseconds; back where they are negative. */
  seek(ms: number): void
  hold(isHeld: boolean): void
}

export interface ScreenOptions {
  theme: ThemeName
  /** False for plain ASCII letters and borders. Undefined: by the locale. */
  unicode?: boolean | undefined
}

interface DashboardScreenProps {
  source: FrameSource
  color: boolean
  unicode: boolean
  /** False when keys cannot be read. */
  keys: boolean
  /** Kept over a suspension. */
  start: ScreenState
  onEnd(end: ScreenEnd): void
}

/** How a screen was left. */
interface ScreenEnd {
  how: 'quit' | 'suspend'
  screen: ScreenState
}

/** Draws the views of a source, which change on their own. */
export function DashboardScreen(props: DashboardScreenProps) {
  const {source, color, unicode, keys, start, onEnd} = props
  const {exit} = useApp()
  const {columns, rows} = useWindowSize()
  const [screen, act] = useReducer(reduce, start)
  const [note, tell] = useNote()
  const [view, look] = useDashboardView(source, screen)
  // A burst of keys arrives before the next drawing: each must see what the one before has done.
  const latest = useRef(start)
  const logs = useLogs(source, screen.overlay === 'logs')
  const press = (action: KeyAction) => {
    if (action === 'command-done') {
      const {command} = latest.current
      latest.current = afterAction(latest.current, action, noOffer)
      act(latest.current)
      const meant = typedCommand(command)
      if (meant) press(meant)
      else if (command.trim() !== '') tell(notACommand(command))
      return
    }
    const offer = offerOf({view, mode: source.mode, logs}, latest.current, columns, rows)
    if (action === 'quit' || action === 'suspend') {
      onEnd({how: action, screen: latest.current})
      exit()
    }
    if (action === 'refresh') source.refresh()
    if (action === 'save') tell(source.save())
    if (action === 'faster' || action === 'slower')
      tell(
        `The screen updates every ${afterAction(latest.current, action, offer).lookMs / 1000} s.`,
      )
    if (typeof action === 'object' && 'seconds' in action) {
      if (source.player) source.player.seek(action.seconds * 1000)
      else tell('Only a replay moves in time.')
      look()
    }
    if (action === 'copy') tell(copyPanel(view, latest.current))
    latest.current = afterAction(latest.current, action, offer)
    source.player?.hold(latest.current.paused)
    act(latest.current)
  }
  useInput(
    (input, key) => {
      // Keys typed quickly arrive as one string; each character counts.
      const isNamed = Object.values(key).some(Boolean) && !key.shift && !key.ctrl
      for (const letter of isNamed || key.tab || input === '' ? [input] : input) {
        const action = actionOf(letter, key, latest.current.typing)
        if (action !== undefined) press(action)
      }
    },
    {isActive: keys},
  )
  return (
    <DashboardFrame
      columns={columns}
      logs={logs}
      mode={source.mode}
      note={note ?? source.trouble()}
      rows={rows}
      screen={screen}
      style={styleOfTheme(screen.theme, color, process.env)}
      unicode={unicode}
      view={view}
    />
  )
}

const reduce = (_state: ScreenState, next: ScreenState) => next

const noOffer: Offer = {panels: [], lower: [], rows: 0, height: 0}

function offerOf(
  shown: Parameters<typeof overlayRows>[1],
  screen: ScreenState,
  columns: number,
  rows: number,
): Offer {
  const {view} = shown
  const panels = panelsOf(view)
  const lower = lowerPanels(columns, rows, panels)
  if (screen.overlay) {
    const {length} = overlayRows(screen.overlay, shown, columns)
    return {panels, lower, rows: length, height: overlayHeight(rows)}
  }
  const length = screen.single ? shownPanel(view, screen.single, screen, columns).rows.length : 0
  return {panels, lower, rows: length, height: singleHeight(columns, rows)}
}

/**
 * The view, at the rate of the screen and at each new head, and only when it has changed; while paused, the last one stays.
 * A rate that was made slower holds for heads, too.
 *
 * @returns the view, and a look at once, also while paused
 */
function useDashboardView(
  source: FrameSource,
  {paused, lookMs}: ScreenState,
): [DashboardView, () => void] {
  const [view, setView] = useState(() => source.view())
  const drawn = useRef('')
  const lookedMs = useRef(-Infinity)
  const look = () => {
    lookedMs.current = performance.now()
    const next = source.view()
    const text = fingerprint(next)
    if (text === drawn.current) return
    drawn.current = text
    setView(next)
  }
  useEffect(() => {
    if (paused) return
    const timer = setInterval(look, lookMs)
    let soon: NodeJS.Timeout | undefined
    const gapMs = lookMs > firstScreen.lookMs ? lookMs : HEAD_FRAME_MS
    const end = source.onHead(() => {
      clearTimeout(soon)
      soon = setTimeout(look, Math.max(0, lookedMs.current + gapMs - performance.now()))
    })
    return () => {
      clearInterval(timer)
      clearTimeout(soon)
      end()
    }
  }, [source, paused, lookMs])
  return [view, look]
}

/** Everything that is drawn. */
function fingerprint(view: DashboardView): string {
  const {title, clock, state, nextAction, sources, issues, panels} = view
  return JSON.stringify([title, clock, state, nextAction, sources, issues, panels])
}

const LOG_MS = 2000

/** Lines of the log, read while they are shown; empty otherwise. */
function useLogs(source: FrameSource, isShown: boolean): readonly Row[] {
  const [lines, setLines] = useState<readonly string[]>([])
  useEffect(() => {
    if (!isShown) return
    const read = () => setLines(source.logs())
    read()
    const timer = setInterval(read, LOG_MS)
    return () => clearInterval(timer)
  }, [source, isShown])
  // The newest first, which are those that one looks for.
  return lines.toReversed().map(logRow)
}

function useNote(): [string | null, (text: string) => void] {
  const [note, setNote] = useState<string | null>(null)
  useEffect(() => {
    if (note === null) return
    const timer = setTimeout(() => setNote(null), NOTE_MS)
    return () => clearTimeout(timer)
  }, [note])
  return [note, setNote]
}

/** Terminals take a copy as base64 in an escape sequence; most ask nobody, and some ignore it. */
function copyPanel(view: DashboardView, screen: ScreenState): string {
  const panel = shownPanel(view, screen.single ?? screen.focus, screen, Infinity)
  const text = Buffer.from(panelText(panel)).toString('base64')
  process.stdout.write(`\u001B]52;c;${text}\u0007`)
  return `Sent "${panel.title}" to the clipboard of the terminal, if it takes copies.`
}

/** Shows the screen until `q`, Ctrl-C or the signal, then restores the terminal. */
export async function showDashboard(
  source: FrameSource,
  signal: AbortSignal,
  {theme, unicode = showsUnicode(process.env)}: ScreenOptions,
): Promise<void> {
  let start: ScreenState = {...firstScreen, theme}
  for (;;) {
    const end = await showOnce(source, signal, {start, unicode})
    if (end.how !== 'suspend' || signal.aborted) return
    start = end.screen
    // The shell gets the terminal as it was; `fg` continues here.
    process.kill(process.pid, 'SIGSTOP')
  }
}

async function showOnce(
  source: FrameSource,
  signal: AbortSignal,
  {start, unicode}: {start: ScreenState; unicode: boolean},
): Promise<ScreenEnd> {
  let ended: ScreenEnd = {how: 'quit', screen: start}
  const app = render(
    <DashboardScreen
      color={hasColor(process.env)}
      keys={process.stdin.isTTY === true}
      onEnd={(end) => (ended = end)}
      source={source}
      start={start}
      unicode={unicode}
    />,
    {
      alternateScreen: true,
      incrementalRendering: true,
      interactive: process.stdout.isTTY,
      maxFps: 15,
      exitOnCtrlC: true,
    },
  )
  const end = () => app.unmount()
  const suspend = () => {
    ended = {how: 'suspend', screen: start}
    app.unmount()
  }
  signal.addEventListener('abort', end, {once: true})
  process.on('SIGTSTP', suspend)
  try {
    await app.waitUntilExit()
  } finally {
    signal.removeEventListener('abort', end)
    process.off('SIGTSTP', suspend)
  }
  return ended
}
