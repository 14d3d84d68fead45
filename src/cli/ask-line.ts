import {createInterface} from 'node:readline/promises'

import {questionFor} from './output.ts'

/** Asks for one line on the terminal; an empty answer gives the fallback. */
export async function askLine(
  question: string,
  fallback: string,
  signal: AbortSignal,
): Promise<string> {
  const terminal = createInterface({input: process.stdin, output: process.stderr})
  try {
    const shown = fallback ? `${question} [${fallback}]:` : `${question}:`
    return (
      (await terminal.question(questionFor(process.stderr, shown), {signal})).trim() || fallback
    )
  } finally {
    terminal.close()
  }
}
