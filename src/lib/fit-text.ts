import {wrapLine} from './wrap-words.ts'

/** Indentation of the continuation of a row. */
const HANGING = 4

/**
 * Our text wrapped to a terminal's width, only between words. `label  value` continues under the
 * value. A table that is too wide continues on a second line for every row, including its heading,
 * always at the same column.
 *
 * @param width characters
 */
export function fitText(text: string, width: number): string {
  const lines = text.split('\n')
  const fitted: string[] = []
  for (let at = 0; at < lines.length; ) {
    const block = tableAt(lines, at)
    fitted.push(...(block.length > 1 ? fitTable(block, width) : [fitLine(lines[at] ?? '', width)]))
    at += block.length
  }
  return fitted.join('\n')
}

/** A line that is not a table row. */
function fitLine(line: string, width: number): string {
  if (lengthOf(line) <= width) return line
  const starts = startsOf(line)
  if (starts.length > 1) return fitTable([line], width).join('\n')
  const indent = starts[0] ?? 0
  const mark = /^(?:error|hint|warning|note): |^(?:[-*]|\d+\.) /.exec(line.slice(indent))?.[0]
  const isFact = indent > 0 && /^\w+: /.test(line.slice(indent))
  return wrapLine(line, width, mark?.length ?? (isFact ? 2 : 0))
}

/** The lines from here on whose cells align with those of the first; only that line where it is not a table. */
function tableAt(lines: readonly string[], at: number): string[] {
  const starts = startsOf(lines[at] ?? '')
  if (starts.length < 3) return lines.slice(at, at + 1)
  let end = at + 1
  while (end < lines.length && isRow(lines[end] ?? '', starts)) end++
  return lines.slice(at, end)
}

function isRow(line: string, starts: readonly number[]): boolean {
  const letters = [...line]
  const own = startsOf(line)
  // A label and its value are not a row, even if aligned like one.
  if (own.length < 3 || own[0] !== starts[0]) return false
  return starts
    .slice(1)
    .every((start) => start > letters.length || letters.slice(start - 2, start).join('') === '  ')
}

/** Columns at which the cells of a line start: two spaces separate them. */
function startsOf(line: string): number[] {
  const letters = [...line]
  return letters.flatMap((letter, column) =>
    letter !== ' ' &&
    (column === 0 ||
      letters.slice(0, column).every((before) => before === ' ') ||
      (letters[column - 1] === ' ' && letters[column - 2] === ' '))
      ? [column]
      : [],
  )
}

/** Rows whose cells start at the same columns, folded where they are too wide. */
function fitTable(rows: readonly string[], width: number): string[] {
  if (rows.every((row) => lengthOf(row) <= width)) return [...rows]
  const starts = startsOf(rows[0] ?? '')
  const cells = rows.map((row) => cellsOf(row, starts))
  const last = starts.length - 1
  const lastCells = cells.map((row) => row[last] ?? '')
  const widths = starts.map((start, column) =>
    column === last ? Math.max(...lastCells.map(lengthOf)) : starts[column + 1]! - start - 2,
  )
  const longestWord = Math.max(...lastCells.flatMap((cell) => cell.split(' ').map(lengthOf)))
  const chunks = chunksOf(widths, longestWord, starts[0] ?? 0, width)
  return cells.flatMap((row) =>
    chunks.flatMap(({columns, indent}, index) => {
      if (index > 0 && columns.every((column) => row[column] === '')) return []
      return wrapRow(row, columns, widths, indent, width)
    }),
  )
}

interface Chunk {
  columns: number[]
  indent: number
}

/** Columns that share a line: as many as fit; the last one also if only its words fit. */
function chunksOf(
  widths: readonly number[],
  longestWord: number,
  margin: number,
  width: number,
): Chunk[] {
  const chunks: Chunk[] = [{columns: [], indent: margin}]
  let used = margin
  for (const [column, cell] of widths.entries()) {
    const chunk = chunks.at(-1)!
    const start = chunk.columns.length > 0 ? used + 2 : chunk.indent
    const isLast = column === widths.length - 1
    const mayWrap = isLast && start <= width / 2 && start + longestWord <= width
    const fits = start + cell <= width || mayWrap
    if (fits || chunk.columns.length === 0) {
      chunk.columns.push(column)
      used = start + cell
    } else {
      const indent = margin + HANGING
      chunks.push({columns: [column], indent})
      used = indent + cell
    }
  }
  return chunks
}

function wrapRow(
  row: readonly string[],
  columns: readonly number[],
  widths: readonly number[],
  indent: number,
  width: number,
): string[] {
  const before = columns
    .slice(0, -1)
    .map((column) => `${padded(row[column] ?? '', widths[column] ?? 0)}  `)
    .join('')
  const start = ' '.repeat(indent) + before
  const last = row[columns.at(-1) ?? 0] ?? ''
  const hanging = ' '.repeat(lengthOf(start))
  // The last cell is wrapped separately, so that its continuation is aligned under it.
  return wrapLine(hanging + last, width, 0)
    .split('\n')
    .map((line, index) => (index === 0 ? start + line.slice(hanging.length) : line).trimEnd())
}

function cellsOf(row: string, starts: readonly number[]): string[] {
  const letters = [...row]
  return starts.map((start, column) =>
    letters
      .slice(start, starts[column + 1])
      .join('')
      .trimEnd(),
  )
}

function padded(cell: string, width: number): string {
  return cell + ' '.repeat(Math.max(0, width - lengthOf(cell)))
}

function lengthOf(text: string): number {
  return [...text].length
}
