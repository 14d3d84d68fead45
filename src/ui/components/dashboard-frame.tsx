import {Box, Text} from 'ink'

import {frameLayout, panelNames, singleLayout, type PanelName} from '../dashboard/layout.ts'
import type {DashboardView, Panel} from '../dashboard/view.ts'
import {styleOf} from '../theme.ts'
import {borderOf, fit, PanelBox} from './panel-box.tsx'

export interface DashboardFrameProps {
  view: DashboardView
  columns: number
  rows: number
  focus: PanelName
  /** Panel shown alone, full screen; null shows all. */
  single: PanelName | null
  paused: boolean
  help: boolean
  color: boolean
  /** False for plain ASCII letters and borders. */
  unicode: boolean
}

const helpLines = (panels: number) => [
  'q  quit            ?  this help',
  'Tab  next panel    r  query every source now',
  `p  pause drawing   1-${panels}  one panel, 0  all`,
]

/** One frame. A pure function of its props: it never reads a clock, a store or a chain. */
export function DashboardFrame(props: DashboardFrameProps) {
  const {view, columns, rows, focus, single, paused, help, color, unicode} = props
  const hasLst = view.panels.lst !== null
  // A panel that is no longer there leaves the screen to the others.
  const layout =
    single && view.panels[single]
      ? singleLayout(single, columns, rows)
      : frameLayout(columns, rows, hasLst)
  if (layout.kind === 'line') {
    return (
      <Text wrap="truncate-end">
        {fit(
          `${view.state.word}: ${view.state.text} (needs 60x16, has ${columns}x${rows})`,
          columns,
          unicode,
        )}
      </Text>
    )
  }
  return (
    <Box flexDirection="column" width={columns}>
      <Header color={color} columns={columns} paused={paused} unicode={unicode} view={view} />
      {help ? (
        <Box
          borderStyle={borderOf(unicode, false)}
          flexDirection="column"
          paddingX={1}
          width={columns}
        >
          {helpLines(panelNames(hasLst).length).map((line) => (
            <Text key={line}>{line}</Text>
          ))}
        </Box>
      ) : (
        layout.lines.map((line, index) => (
          <Box key={index}>
            {line.map(({name, width, height}) => (
              <PanelBox
                color={color}
                focused={name === focus}
                height={height}
                key={name}
                panel={panelOf(view, name)}
                unicode={unicode}
                width={width}
              />
            ))}
          </Box>
        ))
      )}
      <Text {...styleOf('dim', color)} wrap="truncate-end">
        {fit(
          `q quit  ? help  Tab panel  r refresh  p ${paused ? 'go on' : 'pause'}`,
          columns,
          unicode,
        )}
      </Text>
    </Box>
  )
}

function panelOf({panels}: DashboardView, name: PanelName): Panel {
  return panels[name] ?? {title: '', age: '', rows: []}
}

function Header({
  view,
  columns,
  paused,
  color,
  unicode,
}: {
  view: DashboardView
  columns: number
  paused: boolean
  color: boolean
  unicode: boolean
}) {
  const glyph = {OK: '✓', WARN: '!', CRIT: '✗', WAIT: '?'}[view.state.word]
  const state = `${glyph} ${view.state.word} ${view.state.text}`
  const title = `${view.title}  ${paused ? 'PAUSED' : 'LIVE'}  ${view.clock}`
  // Long names are shortened to leave room for the state, down to half of the line.
  const kept = Math.min([...state].length, Math.floor(columns / 2))
  const left = `${fit(title, columns - kept - 2, unicode)}  `
  return (
    <Box flexDirection="column" width={columns}>
      <Text bold wrap="truncate-end">
        {left}
        <Text {...styleOf(view.state.tone, color)}>
          {fit(state, Math.max(1, columns - [...left].length), unicode)}
        </Text>
      </Text>
      <Text wrap="truncate-end">{fit(`next: ${view.nextAction}`, columns, unicode)}</Text>
    </Box>
  )
}
