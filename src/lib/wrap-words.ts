import {stripVTControlCharacters} from 'node:util'

/**
 * Text wrapped to a width, only between words: a hash, an address or a URL longer than a line stays
 * whole, so that it can be copied. A command in backticks stays on one line if it fits.
 *
 * @param width characters; continuation lines are indented like their first line, plus `hanging`
 */
export function wrapWords(text: string, width: number, hanging = 0): string {
  return text
    .split('\n')
    .map((line) => wrapLine(line, width, hanging))
    .join('\n')
}

/** Joins the source lines of each paragraph; empty lines, lists and indented lines stay. */
export function unwrapped(text: string): string {
  return text.replaceAll(/(\S)[ \t]*\n(?=[^\s\-*])/g, '$1 ')
}

/** One line of it. */
export function wrapLine(line: string, width: number, hanging: number): string {
  if (lengthOf(line) <= width) return line
  const indent = /^ */.exec(line)?.[0] ?? ''
  const lines: string[] = []
  let current = ''
  for (const word of line.slice(indent.length).match(WORDS) ?? []) {
    const start = current || (lines.length === 0 ? indent : `${indent}${' '.repeat(hanging)}`)
    const isFirst = current === ''
    const next = `${start}${isFirst ? word.trimStart() : word}`
    if (isFirst || lengthOf(next) <= width) {
      current = next
      continue
    }
    lines.push(current)
    current = `${indent}${' '.repeat(hanging)}${word.trimStart()}`
  }
  return [...lines, current].join('\n')
}

/** Characters on the screen: the codes of a color take no room. */
function lengthOf(text: string): number {
  return [...stripVTControlCharacters(text)].length
}

/** A word with its leading spaces, or a command in backticks with adjacent punctuation. */
const WORDS = /\s*(?:[^\s`]*`[^`]*`\S*|\S+)/g
