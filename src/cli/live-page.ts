import {movesCursor} from '../lib/terminal.ts'
import {textFor} from './output.ts'

type Environment = Readonly<Record<string, string | undefined>>

interface Screen {
  isTTY?: boolean
  columns?: number
  rows?: number
  write(text: string): unknown
}

/** Shows a page in place of the previous one. Where the cursor cannot be moved, pages are appended. */
export function createLivePage(screen: Screen, env: Environment): (text: string) => void {
  const moves = movesCursor(screen, env)
  let shown: string | undefined
  return (text) => {
    const page = textFor(screen, text)
    const before = shown === undefined ? '' : moves ? backOver(shown, screen) : '\n'
    screen.write(`${before}${page}\n`)
    shown = page
  }
}

/** Moves to the start of the page and clears below it; clears the whole screen if the page is longer. */
function backOver(page: string, screen: Screen): string {
  // A terminal of unknown size reports 0.
  const columns = screen.columns || 80
  const rows = screen.rows || 24
  const height = page
    .split('\n')
    .reduce((sum, line) => sum + Math.max(1, Math.ceil([...line].length / columns)), 0)
  return height < rows ? `\u001B[${height}A\u001B[J` : '\u001B[2J\u001B[H'
}
