import type {SourceState} from '../chain/connect.ts'
import {cleanJson, cleanLines} from '../lib/clean-text.ts'
import {fitText} from '../lib/fit-text.ts'
import {stringifyJson} from '../lib/json.ts'
import {asciiOf, showsUnicode} from '../lib/terminal.ts'
import type {ErrorReport} from './error-report.ts'

/** A warning that did not stop the command. */
export interface Warning {
  code: string
  message: string
}

/** The one JSON document of a command. Within `/1` fields are only added. */
export interface Envelope {
  schema: string
  ok: boolean
  command: string
  profile: string | null
  network: string | null
  at: string
  data: unknown
  warnings: Warning[]
  error: (ErrorReport & {exitCode: number}) | null
  sources: SourceState[]
  elapsedMs: number
}

export interface EnvelopeParts {
  /** `reward claim`: words of the command. */
  command: string
  profile: string | null
  network: string | null
  data: unknown
  warnings: Warning[]
  error: (ErrorReport & {exitCode: number}) | null
  sources: SourceState[]
  startedMs: number
}

export function toEnvelope(parts: EnvelopeParts): Envelope {
  return {
    schema: `metis-seq.${parts.command.replaceAll(' ', '.')}/1`,
    ok: parts.error === null,
    command: parts.command,
    profile: parts.profile,
    network: parts.network,
    at: new Date().toISOString(),
    data: parts.data ?? null,
    warnings: parts.warnings,
    error: parts.error,
    sources: parts.sources,
    elapsedMs: Math.round(performance.now() - parts.startedMs),
  }
}

export function printJson(document: unknown): void {
  const text = stringifyJson(document, process.stdout.isTTY ? 2 : undefined)
  process.stdout.write(`${cleanJson(text)}\n`)
}

/** Human-readable lines. Foreign text in them cannot control the terminal. */
export function printText(text: string): void {
  process.stdout.write(`${textFor(process.stdout, text)}\n`)
}

/** The same on stderr. */
export function tellText(text: string): void {
  process.stderr.write(`${textFor(process.stderr, text)}\n`)
}

/** A document for programs, even on a terminal: wrapping would change it. */
export function printDocument(text: string): void {
  process.stdout.write(`${forTerminal(text)}\n`)
}

/** Narrower terminals are not supported. */
const MIN_WIDTH = 20

/** Text wrapped to a terminal's width. JSON, pipes and files stay unchanged. */
export function textFor(stream: {isTTY?: boolean; columns?: number}, text: string): string {
  const shown = forTerminal(text)
  const {isTTY, columns = 0} = stream
  const isJson = /^[{[]\n/.test(shown)
  return isTTY === true && columns >= MIN_WIDTH && !isJson ? fitText(shown, columns) : shown
}

/** Space for a short answer after the question. */
const ANSWER_WIDTH = 8

/** A terminal prompt: wrapped between words, with a space before the input. */
export function questionFor(
  {isTTY = false, columns = 0}: {isTTY?: boolean; columns?: number},
  question: string,
): string {
  const room = columns < MIN_WIDTH ? columns : Math.max(MIN_WIDTH, columns - ANSWER_WIDTH)
  return `${textFor({isTTY, columns: room}, question.trimEnd())} `
}

function forTerminal(text: string): string {
  const clean = cleanLines(text)
  return showsUnicode(process.env) ? clean : asciiOf(clean)
}
