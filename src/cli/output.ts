import type {SourceState} from '../chain/connect.ts'
import {cleanJson, cleanLines} from '../lib/clean-text.ts'
import {fitText} from '../lib/fit-text.ts'
import {stringifyJson} from '../lib/json.ts'
import {asciiOf, showsUnicode} from '../lib/terminal.ts'
import type {ErrorReport} from './error-report.ts'

/** A thing worth knowing that did not stop the command. */
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

/** Lines for people. What came from elsewhere in them cannot steer the terminal. */
export function printText(text: string): void {
  process.stdout.write(`${textFor(process.stdout, text)}\n`)
}

/** The same on stderr. */
export function tellText(text: string): void {
  process.stderr.write(`${textFor(process.stderr, text)}\n`)
}

/** A document for programs, on a terminal too: a line break of ours would be one of the document. */
export function printDocument(text: string): void {
  process.stdout.write(`${forTerminal(text)}\n`)
}

/** Narrower ones than this are no place to read. */
const MIN_WIDTH = 20

/** What a stream shows of a text: lines of a terminal's width. JSON, and what is piped or kept in a file, stays as it is. */
export function textFor(stream: {isTTY?: boolean; columns?: number}, text: string): string {
  const shown = forTerminal(text)
  const {isTTY, columns = 0} = stream
  const isJson = /^[{[]\n/.test(shown)
  return isTTY === true && columns >= MIN_WIDTH && !isJson ? fitText(shown, columns) : shown
}

/** Room for a short answer behind the question. */
const ANSWER_WIDTH = 8

/** A question at a terminal: broken between words, and what is typed stands a blank behind it. */
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
