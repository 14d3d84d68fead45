import {createInterface} from 'node:readline/promises'

import {questionFor} from './output.ts'

/** Prompts for one line on the terminal; empty input returns the fallback. */
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
