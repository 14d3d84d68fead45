import {Box, Text} from 'ink'

import {cellsOf, cutToCells, padToCells} from '../../lib/cell-width.ts'
import {asciiOf} from '../../lib/terminal.ts'
import type {Row} from '../dashboard/model.ts'
import type {Panel} from '../dashboard/view.ts'
import type {Style} from '../theme.ts'

export interface PanelBoxProps {
  panel: Panel
  width: number
  /** Total height, including the border. */
  height: number
  focused: boolean
  style: Style
  /** False for plain ASCII letters and borders. */
  unicode: boolean
  /** First row shown. */
  scroll?: number
}

const BORDER = 2

/** Rows that a panel of this height shows. */
export function rowsIn(height: number): number {
  return Math.max(0, height - BORDER - 1)
}

/** One panel: a title, an age when the data is old, rows that are truncated and never wrapped. */
export function PanelBox(props: PanelBoxProps) {
  const {panel, width, height, focused, style, unicode, scroll = 0} = props
  const inner = Math.max(1, width - BORDER - 2)
  // ASCII borders all look the same.
  const mark = focused && !unicode ? '> ' : ''
  const shown = panel.rows.slice(scroll, scroll + rowsIn(height))
  const labelWidth = Math.max(0, ...panel.rows.map(({label}) => cellsOf(label)))
  const more = panel.rows.length - shown.length
  const position = more > 0 && focused ? `  ${scroll + shown.length}/${panel.rows.length}` : ''
  return (
    <Box
      borderStyle={borderOf(unicode, focused)}
      flexDirection="column"
      height={height}
      paddingX={1}
      width={width}
    >
      <Text bold wrap="truncate-end">
        {fit(
          `${mark}${panel.title}${panel.age ? `  ~ ${panel.age}` : ''}${position}`,
          inner,
          unicode,
        )}
      </Text>
      {shown.map((row, index) => (
        <PanelRow
          inner={inner}
          key={index}
          labelWidth={Math.min(labelWidth, Math.floor(inner / 2))}
          row={row}
          style={style}
          unicode={unicode}
        />
      ))}
    </Box>
  )
}

function PanelRow({
  row,
  labelWidth,
  inner,
  style,
  unicode,
}: {
  row: Row
  labelWidth: number
  inner: number
  style: Style
  unicode: boolean
}) {
  const label = labelWidth ? `${padToCells(fit(row.label, labelWidth, unicode), labelWidth)}  ` : ''
  return (
    <Text wrap="truncate-end">
      {label}
      <Text {...style(row.tone)}>
        {fit(row.value, Math.max(1, inner - cellsOf(label)), unicode)}
      </Text>
    </Text>
  )
}

export function borderOf(unicode: boolean, focused: boolean): 'bold' | 'round' | 'classic' {
  if (!unicode) return 'classic'
  return focused ? 'bold' : 'round'
}

/** Truncates a text to a number of cells, with an ellipsis. */
export function fit(text: string, cells: number, unicode: boolean): string {
  const cut = cutToCells(text, cells)
  return unicode ? cut : asciiOf(cut)
}
