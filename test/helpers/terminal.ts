import {spawn} from '@lydell/node-pty'
import xterm from '@xterm/headless'

export interface TestTerminal extends Disposable {
  /** Lines of the screen as a person sees them, without trailing spaces. */
  lines(): string[]
  /** The same as one text. */
  screen(): string
  /** `alternate` while a full-screen program draws. */
  buffer(): 'normal' | 'alternate'
  /** Everything the program wrote, with its control sequences. */
  written(): string
  type(text: string): void
  resize(columns: number, rows: number): void
  pid: number
  exit: Promise<number>
}

/** A program in a real pseudo-terminal, drawn by a real terminal emulator without a window. */
export function startTerminal(
  file: string,
  args: readonly string[],
  options: {columns: number; rows: number; env: Record<string, string>},
): TestTerminal {
  const {columns, rows, env} = options
  const terminal = new xterm.Terminal({cols: columns, rows, allowProposedApi: true})
  const name = env['TERM'] ?? 'xterm-256color'
  const child = spawn(file, [...args], {cols: columns, rows, env, name})
  let written = ''
  child.onData((data) => {
    written += data
    terminal.write(data)
  })
  let running = true
  const exit = new Promise<number>((resolve) =>
    child.onExit(({exitCode}) => {
      running = false
      resolve(exitCode)
    }),
  )
  const lines = () => {
    const {active} = terminal.buffer
    return Array.from(
      {length: terminal.rows},
      (_, row) => active.getLine(active.viewportY + row)?.translateToString(true) ?? '',
    )
  }
  return {
    lines,
    screen: () => lines().join('\n'),
    buffer: () => terminal.buffer.active.type,
    written: () => written,
    type: (text) => child.write(text),
    resize(nextColumns, nextRows) {
      terminal.resize(nextColumns, nextRows)
      child.resize(nextColumns, nextRows)
    },
    pid: child.pid,
    exit,
    [Symbol.dispose]() {
      if (running) child.kill('SIGKILL')
      terminal.dispose()
    },
  }
}
