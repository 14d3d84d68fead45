import {Errors} from '@oclif/core'

import {MetisSeqError, messageOf} from '../lib/errors.ts'
import {exitCodes, type ExitName} from '../lib/exit-codes.ts'
import {redactUrls} from '../lib/redact.ts'

/** What an operator sees of a failure, in text and in JSON. Every string is redacted. */
export interface ErrorReport {
  code: string
  message: string
  facts: Record<string, string>
  hints: string[]
  /** Name of the exit code. */
  exit: ExitName
  retryable: boolean
}

/** Turns anything thrown into a report. Pure. */
export function toErrorReport(thrown: unknown, command: string): ErrorReport {
  const report = describe(findOperatorError(thrown) ?? thrown, command)
  return {
    ...report,
    message: redactUrls(report.message),
    facts: Object.fromEntries(
      Object.entries(report.facts).map(([name, value]) => [name, redactUrls(value)]),
    ),
    hints: report.hints.map(redactUrls),
  }
}

/** Libraries wrap what our transport throws; the operator's error is the one inside. */
function findOperatorError(thrown: unknown): MetisSeqError | undefined {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 20; depth++) {
    if (error instanceof MetisSeqError) return error
    error = error.cause
  }
  return undefined
}

function describe(error: unknown, command: string): ErrorReport {
  if (error instanceof MetisSeqError) {
    const {code, message, facts, hints, exit, retryable} = error
    return {code, message, facts: {...facts}, hints: [...hints], exit, retryable}
  }
  if (error instanceof Errors.CLIError) {
    return {
      code: 'USAGE',
      message: usageMessage(error.message),
      facts: {},
      hints: [`Run \`${command} --help\`.`],
      exit: 'usage',
      retryable: false,
    }
  }
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  return {
    code: 'BUG',
    message: messageOf(error),
    facts: {stack},
    hints: ['This is a fault of metis-seq. Report it with the command and this output.'],
    exit: 'internal',
    retryable: false,
  }
}

/** The parser's text without its own "See more help" line, which our hint replaces. */
function usageMessage(message: string): string {
  return message.replace(/\s*See more help with --help\s*$/, '').trim()
}

export function exitCodeOf(report: ErrorReport): number {
  return exitCodes[report.exit]
}
