import {render, useApp, useInput, useWindowSize} from 'ink'
import {useEffect, useReducer, useState} from 'react'

import {showsUnicode} from '../../lib/terminal.ts'
import type {Dashboard} from '../../services/live/dashboard.ts'
import {DashboardFrame} from '../components/dashboard-frame.tsx'
import {
  actionOf,
  afterAction,
  firstScreen,
  type KeyAction,
  type ScreenState,
} from '../dashboard/keys.ts'
import {panelNames, type PanelName} from '../dashboard/layout.ts'
import {takeSnapshot, toDashboardView, type DashboardView} from '../dashboard/view.ts'
import {hasColor} from '../theme.ts'

/** Four frames a second are enough for the eye, and cost a few percent of one core. */
const FRAME_MS = 250

export interface DashboardScreenProps {
  dashboard: Dashboard
  color: boolean
  /** False for plain ASCII letters and borders. */
  unicode: boolean
  /** False when keys cannot be read. */
  keys: boolean
}

/** Draws the dashboard's stores, which fill on their own. */
export function DashboardScreen({dashboard, color, unicode, keys}: DashboardScreenProps) {
  const {exit} = useApp()
  const {columns, rows} = useWindowSize()
  const [screen, act] = useReducer(
    (state: ScreenState, {action, panels}: {action: KeyAction; panels: readonly PanelName[]}) =>
      afterAction(state, action, panels),
    firstScreen,
  )
  const view = useDashboardView(dashboard, screen.paused)
  useInput(
    (input, key) => {
      // Keys typed quickly arrive as one string; each character counts.
      for (const letter of key.tab || key.escape ? [''] : input) {
        const action = actionOf(letter, key)
        if (action === undefined) continue
        if (action === 'quit') exit()
        if (action === 'refresh') dashboard.refresh()
        act({action, panels: panelNames(view.panels.lst !== null)})
      }
    },
    {isActive: keys},
  )
  return (
    <DashboardFrame
      {...screen}
      color={color}
      columns={columns}
      rows={rows}
      unicode={unicode}
      view={view}
    />
  )
}

/** The view, four times a second; while paused, the last one stays. */
function useDashboardView(dashboard: Dashboard, paused: boolean): DashboardView {
  const [view, setView] = useState(() => viewNow(dashboard))
  useEffect(() => {
    if (paused) return
    const timer = setInterval(() => setView(viewNow(dashboard)), FRAME_MS)
    return () => clearInterval(timer)
  }, [dashboard, paused])
  return view
}

function viewNow(dashboard: Dashboard): DashboardView {
  return toDashboardView(takeSnapshot(dashboard), {
    wallMs: Date.now(),
    monotonicMs: performance.now(),
  })
}

/** Shows the screen until `q`, Ctrl-C or the signal, then restores the terminal. */
export async function showDashboard(dashboard: Dashboard, signal: AbortSignal): Promise<void> {
  const app = render(
    <DashboardScreen
      color={hasColor(process.env)}
      dashboard={dashboard}
      keys={process.stdin.isTTY === true}
      unicode={showsUnicode(process.env)}
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
  signal.addEventListener('abort', end, {once: true})
  try {
    await app.waitUntilExit()
  } finally {
    signal.removeEventListener('abort', end)
  }
}
