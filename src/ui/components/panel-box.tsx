import {Box, Text} from 'ink'

import {asciiOf} from '../../lib/terminal.ts'
import type {Row} from '../dashboard/model.ts'
import type {Panel} from '../dashboard/view.ts'
import {styleOf} from '../theme.ts'

export interface PanelBoxProps {
  panel: Panel
  width: number
  /** Total height, including the border. */
  height: number
  focused: boolean
  color: boolean
  /** False for plain ASCII letters and borders. */
  unicode: boolean
}

const BORDER = 2

/** One panel: a title, an age when the data is old, rows that are truncated and never wrapped. */
export function PanelBox({panel, width, height, focused, color, unicode}: PanelBoxProps) {
  const inner = Math.max(1, width - BORDER - 2)
  // ASCII borders all look the same.
  const mark = focused && !unicode ? '> ' : ''
  const rows = panel.rows.slice(0, Math.max(0, height - BORDER - 1))
  const labelWidth = Math.max(0, ...panel.rows.map(({label}) => label.length))
  return (
    <Box
      borderStyle={borderOf(unicode, focused)}
      flexDirection="column"
      height={height}
      paddingX={1}
      width={width}
    >
      <Text bold wrap="truncate-end">
        {fit(`${mark}${panel.title}${panel.age ? `  ~ ${panel.age}` : ''}`, inner, unicode)}
      </Text>
      {rows.map((row, index) => (
        <PanelRow
          color={color}
          inner={inner}
          key={index}
          labelWidth={labelWidth}
          row={row}
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
  color,
  unicode,
}: {
  row: Row
  labelWidth: number
  inner: number
  color: boolean
  unicode: boolean
}) {
  const label = labelWidth ? `${row.label.padEnd(labelWidth)}  ` : ''
  return (
    <Text wrap="truncate-end">
      {label}
      <Text {...styleOf(row.tone, color)}>
        {fit(row.value, Math.max(1, inner - label.length), unicode)}
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
  const letters = [...text]
  const cut =
    letters.length <= cells ? text : `${letters.slice(0, Math.max(0, cells - 1)).join('')}…`
  return unicode ? cut : asciiOf(cut)
}
