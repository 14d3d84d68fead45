import type {Mode, Row} from './model.ts'
import type {DashboardView, Panel} from './view.ts'

/** A frame as plain lines, for a pipe or a log. */
export function textFrame(
  {title, clock, state, nextAction, panels}: DashboardView,
  mode: Mode = 'LIVE',
): string {
  return [
    `${titleOf(title, mode)}  ${clock}  ${state.word}: ${state.text}`,
    `next: ${nextAction}`,
    ...Object.values(panels).flatMap((panel) => (panel ? [panelText(panel)] : [])),
  ].join('\n')
}

/** The same for a screen reader: rows that are drawn, and not written, say nothing aloud. */
export function spokenFrame(view: DashboardView, mode: Mode = 'LIVE'): string {
  return textFrame({...view, panels: spokenPanels(view)}, mode)
}

function spokenPanels({panels}: DashboardView): DashboardView['panels'] {
  const spoken = Object.entries(panels).map(([name, panel]) => [
    name,
    panel && {...panel, rows: panel.rows.flatMap((row) => spokenRow(row) ?? [])},
  ])
  return Object.fromEntries(spoken) as DashboardView['panels']
}

/** Cells of sparklines and bars. */
const DRAWN = /[\u{2581}-\u{2588}\u{2591}]+/gu

/** Without its bars; null where nothing else is left, or where letters stand for epochs that have rows of their own. */
function spokenRow(row: Row): Row | null {
  if (row.isTimeline) return null
  const value = row.value.replaceAll(DRAWN, '').trim()
  return value === '' ? null : {...row, value}
}

/** A recording must not pass for the present. */
export function titleOf(title: string, mode: Mode): string {
  return mode === 'REPLAY' ? `${title}  REPLAY` : title
}

/** A panel as lines. */
export function panelText({title, age, rows}: Panel): string {
  const width = Math.max(0, ...rows.map(({label}) => label.length))
  const lines = rows
    .filter(({value}) => value !== '')
    .map(({label, value}) => `  ${label.padEnd(width)}  ${value}`.trimEnd())
  return [`${title}${age ? ` (${age})` : ''}`, ...lines].join('\n')
}

/** The spoken lines of a frame that are not in the one before; empty when nothing has changed. */
export function changedText(before: DashboardView, after: DashboardView): string {
  const known = new Map<string, number>()
  for (const {said} of linesOf(before)) known.set(said, (known.get(said) ?? 0) + 1)
  // From the end, where the oldest events are: of two that read the same, the newer one is news.
  const isNews = ({said}: Line) => {
    const left = known.get(said) ?? 0
    known.set(said, left - 1)
    return left <= 0
  }
  const news = linesOf(after).toReversed().filter(isNews).toReversed()
  return news.map(({text}) => text).join('\n')
}

interface Line {
  /** With its panel, so that it can be read alone. */
  text: string
  /** What it says besides its age. */
  said: string
}

/** Rows that are many and only get older or nearer; undefined for any other row, which says all of its text. */
function saidBy(panel: string, {label, value}: Pick<Row, 'label' | 'value'>): string | undefined {
  // The label of an event is its age.
  if (panel === 'events') return value
  const isEpoch = panel === 'rotation' && /^\d+$/.test(label)
  return isEpoch ? `${label} ${value.replace(/, (?:now|in [^,]+)$/, '')}` : undefined
}

/** Ages of panels and counts of rows tell nothing new. */
function linesOf(view: DashboardView): Line[] {
  const {state, nextAction} = view
  const rows = Object.entries(spokenPanels(view)).flatMap(([name, panel]) =>
    (panel?.rows ?? []).map(({label, value}): Line => {
      const text = `${panel!.title}, ${label}: ${value}`
      return {text, said: saidBy(name, {label, value}) ?? text}
    }),
  )
  const head = `${state.word}: ${state.text}`
  const next = `next: ${nextAction}`
  return [{text: head, said: head}, {text: next, said: next}, ...rows]
}
