import {exitCodes, type ExitName} from './exit-codes.ts'

export interface MetisSeqErrorOptions {
  /** Stable, upper snake case. Part of the public contract, like the exit code. */
  code: string
  /** One sentence: what is true now. Present tense, no advice, no secrets. */
  message: string
  exit: ExitName
  /** Values a script needs. Strings only, so that `bigint` amounts survive JSON. */
  facts?: Record<string, string>
  /** Commands to run next, most likely first, with the real values filled in. */
  hints?: string[]
  /** True when the same command can succeed later without a change. */
  retryable?: boolean
  cause?: unknown
}

/** Base of every error an operator is meant to read. Anything else that escapes is a bug. */
export class MetisSeqError extends Error {
  readonly code: string
  readonly exit: ExitName
  readonly facts: Readonly<Record<string, string>>
  readonly hints: readonly string[]
  readonly retryable: boolean

  constructor(options: MetisSeqErrorOptions) {
    super(options.message, options.cause === undefined ? {} : {cause: options.cause})
    this.name = 'MetisSeqError'
    this.code = options.code
    this.exit = options.exit
    this.facts = options.facts ?? {}
    this.hints = options.hints ?? []
    this.retryable = options.retryable ?? false
  }

  get exitCode(): number {
    return exitCodes[this.exit]
  }
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
