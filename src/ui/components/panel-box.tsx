import {Box, Text} from 'ink'

import type {Row} from '../dashboard/model.ts'
import type {Panel} from '../dashboard/view.ts'
import {styleOf} from '../theme.ts'

export interface PanelBoxProps {
  panel: Panel
  width: number
  /** Whole height with the border. */
  height: number
  focused: boolean
  color: boolean
}

const BORDER = 2

/** One panel: a title, an age when the data is old, rows that are cut and never wrapped. */
export function PanelBox({panel, width, height, focused, color}: PanelBoxProps) {
  const inner = Math.max(1, width - BORDER - 2)
  const rows = panel.rows.slice(0, Math.max(0, height - BORDER - 1))
  const labelWidth = Math.max(0, ...panel.rows.map(({label}) => label.length))
  return (
    <Box
      borderStyle={focused ? 'bold' : 'round'}
      flexDirection="column"
      height={height}
      paddingX={1}
      width={width}
    >
      <Text bold wrap="truncate-end">
        {fit(panel.age ? `${panel.title}  ~ ${panel.age}` : panel.title, inner)}
      </Text>
      {rows.map((row, index) => (
        <PanelRow color={color} inner={inner} key={index} labelWidth={labelWidth} row={row} />
      ))}
    </Box>
  )
}

function PanelRow({
  row,
  labelWidth,
  inner,
  color,
}: {
  row: Row
  labelWidth: number
  inner: number
  color: boolean
}) {
  const label = labelWidth ? `${row.label.padEnd(labelWidth)}  ` : ''
  return (
    <Text wrap="truncate-end">
      {label}
      <Text {...styleOf(row.tone, color)}>{fit(row.value, Math.max(1, inner - label.length))}</Text>
    </Text>
  )
}

/** Cuts a text to a number of cells, with an ellipsis. */
export function fit(text: string, cells: number): string {
  const letters = [...text]
  return letters.length <= cells ? text : `${letters.slice(0, Math.max(0, cells - 1)).join('')}…`
}
