import type {Mode} from './model.ts'
import type {DashboardView, Panel} from './view.ts'

/** A frame as plain lines, for a pipe, a log or a screen reader. */
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

/** The lines of a frame that are not in the one before; empty when nothing has changed. */
export function changedText(before: DashboardView, after: DashboardView): string {
  const known = new Set(linesOf(before))
  return linesOf(after)
    .filter((line) => !known.has(line))
    .join('\n')
}

/** Each line with its panel, so that it can be read alone. Ages and counts tell nothing new. */
function linesOf({state, nextAction, panels}: DashboardView): string[] {
  const rows = Object.values(panels).flatMap((panel) =>
    panel ? panel.rows.map(({label, value}) => `${panel.title}, ${label}: ${value}`) : [],
  )
  return [`${state.word}: ${state.text}`, `next: ${nextAction}`, ...rows]
}
