/** Texts measured in cells of a terminal: wide letters take two, marks take none. */
import stringWidth from 'string-width'

const segmenter = new Intl.Segmenter()

/** Cells that a text takes. */
export function cellsOf(text: string): number {
  return isAscii(text) ? text.length : stringWidth(text)
}

/** A text cut to a number of cells, with an ellipsis where something is missing. */
export function cutToCells(text: string, cells: number): string {
  if (cellsOf(text) <= cells) return text
  if (cells < 1) return ''
  let kept = ''
  let used = 0
  for (const {segment} of segmenter.segment(text)) {
    const width = cellsOf(segment)
    if (used + width > cells - 1) break
    kept += segment
    used += width
  }
  return `${kept}…`
}

/** A text as lines of at most this many cells, broken between words where that is possible. */
export function wrapToCells(text: string, cells: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`
    if (cellsOf(joined) <= cells) {
      line = joined
      continue
    }
    if (line !== '') lines.push(line)
    const pieces = piecesOf(word, cells)
    lines.push(...pieces.slice(0, -1))
    line = pieces.at(-1) ?? ''
  }
  return [...lines, line]
}

/** A word that is longer than a line, broken where a line is full. */
function piecesOf(word: string, cells: number): string[] {
  const pieces = ['']
  for (const {segment} of segmenter.segment(word)) {
    const last = pieces.at(-1)!
    if (last !== '' && cellsOf(last + segment) > cells) pieces.push(segment)
    else pieces[pieces.length - 1] = last + segment
  }
  return pieces
}

/** A text filled up with spaces to a number of cells. */
export function padToCells(text: string, cells: number): string {
  return text + ' '.repeat(Math.max(0, cells - cellsOf(text)))
}

function isAscii(text: string): boolean {
  return !/[^ -~]/.test(text)
}
