import {clauseOf} from '../../lib/clause.ts'
import type {Row} from './model.ts'
import type {PanelName} from './layout.ts'
import type {DashboardView} from './view.ts'

/** Where the six lines of a small screen come from. */
const lines: readonly (readonly [label: string, panel: PanelName, row: string])[] = [
  ['producer', 'production', 'producer'],
  ['left', 'production', 'left'],
  ['my turn', 'rotation', 'my turn'],
  ['restart', 'window', 'restart'],
  ['node', 'sync', 'node'],
  ['head', 'sync', 'head'],
  ['claimable', 'stake', 'claimable'],
]

/** Health, producer, next turn, restart window, lag and money, for a screen without room for panels. */
export function summaryRows(view: DashboardView): Row[] {
  const {word, text, tone} = view.state
  return [
    {label: 'state', value: `${word} ${text}`, tone},
    ...lines.flatMap(([label, name, wanted]) =>
      // A node that does not answer has no head to show; the chain has one.
      label === 'head' && !has(view, name, wanted)
        ? summaryRow(view, label, 'production', wanted)
        : summaryRow(view, label, name, wanted),
    ),
  ]
}

function has({panels}: DashboardView, name: PanelName, wanted: string): boolean {
  return panels[name]?.rows.some(({label}) => label === wanted) ?? false
}

function summaryRow(view: DashboardView, label: string, name: PanelName, wanted: string): Row[] {
  const panel = view.panels[name]
  if (!panel) return []
  const found = panel.rows.find((row) => row.label === wanted)
  const down = panel.rows.find((row) => row.label === 'down')
  // A value of a source that is down stands with the reason, never alone.
  if (down) {
    const why = clauseOf(down.value)
    const value =
      !found || found.value === 'unknown' ? `unknown: ${why}` : `${found.value} (${why})`
    return [{label, value, tone: down.tone}]
  }
  // The first row says why the panel has few; another line has it already where it is one of these.
  const [first] = panel.rows
  if (!found) {
    const isShown = lines.some(([, of, row]) => of === name && row === first?.label)
    return first && !isShown ? [{...first, label}] : []
  }
  return [{...found, label, value: panel.age ? `${found.value}  ~ ${panel.age}` : found.value}]
}
