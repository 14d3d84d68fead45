import {
  entryOf,
  type ErrorCode,
  type ErrorEntry,
  type MetisSeqErrorOptions,
} from './error-codes/index.ts'
import {exitCodes, type ExitName} from './exit-codes.ts'

/** Base of every error an operator is meant to read. Anything else that escapes is a bug. */
export class MetisSeqError extends Error {
  /** Stable, upper snake case. Part of the public contract, like the exit code. */
  readonly code: ErrorCode
  readonly exit: ExitName
  /** Values a script needs. Strings only, so that `bigint` amounts survive JSON. */
  readonly facts: Readonly<Record<string, string>>
  /** Commands to run next, most likely first, with the real values filled in. */
  readonly hints: readonly string[]
  /** True when the same command can succeed later without a change. */
  readonly retryable: boolean

  /** @param told code and exit of the error with which another process ended; they stand for those of the options */
  constructor(options: MetisSeqErrorOptions, told?: {code: ErrorCode; exit: ExitName}) {
    const {code, message, facts, hints, exit, retryable, cause}: LooseOptions = options
    super(message, cause === undefined ? {} : {cause})
    const entry = entryOf(code)
    this.name = 'MetisSeqError'
    this.code = told?.code ?? code
    this.exit = told?.exit ?? exit ?? exitOf(entry)
    this.facts = facts ?? {}
    this.hints = hints ?? []
    this.retryable = retryable ?? entry.retry === 'yes'
  }

  get exitCode(): number {
    return exitCodes[this.exit]
  }
}

/** Of an entry with several whoever makes the error says which. */
function exitOf({exit}: ErrorEntry): ExitName {
  return typeof exit === 'string' ? exit : exit[0]!
}

/** The options of any code at once. */
interface LooseOptions {
  code: ErrorCode
  message: string
  facts?: Record<string, string>
  hints?: string[]
  exit?: ExitName
  retryable?: boolean
  cause?: unknown
}

/** @param reason why the signal of a command was aborted */
export function exitOfInterrupt(reason: unknown): 'sigint' | 'sigterm' {
  return reason instanceof MetisSeqError && reason.exit === 'sigterm' ? 'sigterm' : 'sigint'
}

/**
 * Base of errors that are answers: a refusal that is told to whoever asked. They are made by the thousand
 * while a node is flooded, and a stack trace costs more than all the rest of a refusal.
 */
export class PlainError extends Error {
  constructor(message: string) {
    const limit = Error.stackTraceLimit
    Error.stackTraceLimit = 0
    super(message)
    Error.stackTraceLimit = limit
  }
}

/** Libraries wrap what our transport throws; the error that says something is the one inside. */
export function findCause<T extends Error>(
  thrown: unknown,
  kind: abstract new (...args: never[]) => T,
): T | undefined {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 20; depth++) {
    if (error instanceof kind) return error
    error = error.cause
  }
  return undefined
}

/** The code of a Node.js system error (`ENOSPC`, `EADDRINUSE`, ...), or undefined. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** Text of anything thrown, for logs. Never shown to an operator without redaction. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message
  // A library that waits for an event may throw the event that came instead.
  if (error instanceof Event) return eventMessage(error)
  return String(error)
}

function eventMessage(event: Event): string {
  const inner = 'error' in event && event.error instanceof Error ? event.error : undefined
  return inner?.message ?? `It ended (${event.type}).`
}
