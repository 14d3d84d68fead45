import {Box, Text} from 'ink'

import {cellsOf, cutToCells, padToCells, wrapToCells} from '../../lib/cell-width.ts'
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
const LABEL_GAP = 2

/** Rows that a panel of this height shows. */
export function rowsIn(height: number): number {
  return Math.max(0, height - BORDER - 1)
}

const innerOf = (width: number) => Math.max(1, width - BORDER - 2)

function labelWidthOf(rows: readonly Row[], inner: number): number {
  const widest = Math.max(0, ...rows.map(({label}) => cellsOf(label)))
  return Math.min(widest, Math.floor(inner / 2))
}

/** Rows for a box that has the screen to itself: a value that is too long goes on in further rows, and is not truncated. */
export function wrapRows(rows: readonly Row[], width: number): Row[] {
  const inner = innerOf(width)
  const labelWidth = labelWidthOf(rows, inner)
  const room = Math.max(1, inner - (labelWidth ? labelWidth + LABEL_GAP : 0))
  return rows.flatMap((row) =>
    cellsOf(row.value) <= room
      ? [row]
      : wrapToCells(row.value, room).map((value, at) => ({
          ...row,
          label: at === 0 ? row.label : '',
          value,
        })),
  )
}

/** One panel: a title, an age when the data is old, rows that are truncated and never wrapped. */
export function PanelBox(props: PanelBoxProps) {
  const {panel, width, height, focused, style, unicode, scroll = 0} = props
  const inner = innerOf(width)
  // ASCII borders all look the same.
  const mark = focused && !unicode ? '> ' : ''
  const shown = panel.rows.slice(scroll, scroll + rowsIn(height))
  const labelWidth = labelWidthOf(panel.rows, inner)
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
          labelWidth={labelWidth}
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
  const label = labelWidth
    ? `${padToCells(fit(row.label, labelWidth, unicode), labelWidth + LABEL_GAP)}`
    : ''
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
