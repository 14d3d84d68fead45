import type {DashboardView, Panel} from './view.ts'

/** A frame as plain lines, for a pipe, a log or a screen reader. */
export function textFrame({title, clock, state, nextAction, panels}: DashboardView): string {
  return [
    `${title}  ${clock}  ${state.word}: ${state.text}`,
    `next: ${nextAction}`,
    ...Object.values(panels).flatMap((panel) => (panel ? [panelText(panel)] : [])),
  ].join('\n')
}

function panelText({title, age, rows}: Panel): string {
  const width = Math.max(0, ...rows.map(({label}) => label.length))
  const lines = rows
    .filter(({value}) => value !== '')
    .map(({label, value}) => `  ${label.padEnd(width)}  ${value}`.trimEnd())
  return [`${title}${age ? ` (${age})` : ''}`, ...lines].join('\n')
}
