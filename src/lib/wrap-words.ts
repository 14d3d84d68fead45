/**
 * Text in lines of a width, broken between words only: a hash, an address or a URL that is longer than a line stays
 * whole, so that it can be copied. A command in backticks keeps to one line where it fits on one.
 *
 * @param width characters; what follows a break is indented like its line, and `hanging` more
 */
export function wrapWords(text: string, width: number, hanging = 0): string {
  return text
    .split('\n')
    .map((line) => wrapLine(line, width, hanging))
    .join('\n')
}

/** Lines of one paragraph, as they stand in a source file, made one; empty lines, lists and indented lines stay. */
export function unwrapped(text: string): string {
  return text.replaceAll(/(\S)[ \t]*\n(?=[^\s\-*])/g, '$1 ')
}

/** One line of it. */
export function wrapLine(line: string, width: number, hanging: number): string {
  if ([...line].length <= width) return line
  const indent = /^ */.exec(line)?.[0] ?? ''
  const lines: string[] = []
  let current = ''
  for (const word of line.slice(indent.length).match(WORDS) ?? []) {
    const start = current || (lines.length === 0 ? indent : `${indent}${' '.repeat(hanging)}`)
    const isFirst = current === ''
    const next = `${start}${isFirst ? word.trimStart() : word}`
    if (isFirst || [...next].length <= width) {
      current = next
      continue
    }
    lines.push(current)
    current = `${indent}${' '.repeat(hanging)}${word.trimStart()}`
  }
  return [...lines, current].join('\n')
}

/** A word with the spaces before it, or a command in backticks with what sticks to it. */
const WORDS = /\s*(?:[^\s`]*`[^`]*`\S*|\S+)/g
