import {
  entryOf,
  type ErrorCode,
  type ErrorEntry,
  type MetisSeqErrorOptions,
} from './error-codes/index.ts'
import {exitCodes, type ExitName} from './exit-codes.ts'

/** Base class of every error meant for operators. Any other uncaught error is a bug. */
export class MetisSeqError extends Error {
  /** Stable, upper snake case. Part of the public contract, like the exit code. */
  readonly code: ErrorCode
  readonly exit: ExitName
  /** Values for scripts. Strings only, so that `bigint` amounts survive JSON. */
  readonly facts: Readonly<Record<string, string>>
  /** Commands to run next, most likely first, with the real values filled in. */
  readonly hints: readonly string[]
  /** True when the same command may succeed later without a change. */
  readonly retryable: boolean

  /** @param told code and exit of an error from another process; they override the options */
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

/** For an entry with several, the caller chooses. */
function exitOf({exit}: ErrorEntry): ExitName {
  return typeof exit === 'string' ? exit : exit[0]!
}

/** The union of the options of all codes. */
interface LooseOptions {
  code: ErrorCode
  message: string
  facts?: Record<string, string>
  hints?: string[]
  exit?: ExitName
  retryable?: boolean
  cause?: unknown
}

/** @param reason reason with which the command's signal was aborted */
export function exitOfInterrupt(reason: unknown): 'sigint' | 'sigterm' {
  return reason instanceof MetisSeqError && reason.exit === 'sigterm' ? 'sigterm' : 'sigint'
}

/**
 * Base class of errors used as responses to a request. They are created by the thousand while a
 * node is flooded, and a stack trace would cost more than the rest of a rejection.
 */
export class PlainError extends Error {
  constructor(message: string) {
    const limit = Error.stackTraceLimit
    Error.stackTraceLimit = 0
    super(message)
    Error.stackTraceLimit = limit
  }
}

/** Libraries wrap errors of our transport; the useful error is the inner one. */
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

/** Text of any thrown value, for logs. Never shown to an operator without redaction. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message
  // A library that waits for an event may throw the event it got instead.
  if (error instanceof Event) return eventMessage(error)
  return String(error)
}

function eventMessage(event: Event): string {
  const inner = 'error' in event && event.error instanceof Error ? event.error : undefined
  return inner?.message ?? `It ended (${event.type}).`
}
