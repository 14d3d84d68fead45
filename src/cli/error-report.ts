import {stripVTControlCharacters} from 'node:util'

import {Errors} from '@oclif/core'

import {wrongRead} from '../chain/endpoint-errors.ts'
import {cleanText} from '../lib/clean-text.ts'
import {endpointRefused} from '../lib/endpoint-refused.ts'
import type {ErrorCode} from '../lib/error-codes/index.ts'
import {findCause, MetisSeqError, messageOf} from '../lib/errors.ts'
import {exitCodes, type ExitName} from '../lib/exit-codes.ts'
import {RpcResponseError} from '../lib/json-rpc.ts'
import {redactUrls} from '../lib/redact.ts'
import {hideSecrets} from './hide-secrets.ts'

/** The report of a failure, in text and in JSON. Every string is redacted. */
export interface ErrorReport {
  code: ErrorCode
  message: string
  facts: Record<string, string>
  hints: string[]
  /** Name of the exit code. */
  exit: ExitName
  retryable: boolean
}

/** Converts any thrown value to a report. Pure. */
export function toErrorReport(thrown: unknown, command: string): ErrorReport {
  const report = describe(
    findCause(thrown, MetisSeqError) ?? findCause(thrown, RpcResponseError) ?? thrown,
    command,
  )
  return {
    ...report,
    message: redactUrls(report.message),
    facts: Object.fromEntries(
      Object.entries(report.facts).map(([name, value]) => [name, redactUrls(value)]),
    ),
    hints: report.hints.map(redactUrls),
  }
}

function describe(error: unknown, command: string): ErrorReport {
  const known = error instanceof MetisSeqError ? error : toOperatorError(error, command)
  const {code, message, facts, hints, exit, retryable} = known
  return {code, message, facts: {...facts}, hints: [...hints], exit, retryable}
}

/** Operator errors for the errors of libraries. */
function toOperatorError(error: unknown, command: string): MetisSeqError {
  if (isAbort(error)) {
    return new MetisSeqError({code: 'INTERRUPTED', message: 'Interrupted.', exit: 'sigint'})
  }
  if (error instanceof Errors.CLIError) {
    return new MetisSeqError({
      code: 'USAGE',
      message: usageMessage(error.message),
      hints: [`Run \`${command} --help\`.`],
    })
  }
  if (error instanceof RpcResponseError) return endpointRefused(error)
  const address = contractWithoutCode(error)
  if (address !== undefined) {
    return new MetisSeqError({
      code: 'NO_CONTRACT',
      message: `The address ${address} of the network document has no such contract.`,
      facts: {address},
      hints: ['Run `metis-seq network check` to test every address of the network.'],
    })
  }
  const read = whatWasMisread(error)
  return read === undefined ? bug(error) : wrongRead(read)
}

function bug(error: unknown): MetisSeqError {
  return new MetisSeqError({
    code: 'BUG',
    message: messageOf(error),
    facts: {stack: error instanceof Error ? (error.stack ?? '') : ''},
    hints: ['This is a fault of metis-seq. Report it with the command and this output.'],
  })
}

/** A read of an address without code returns no data. viem reports the address. */
function contractWithoutCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !(error.cause instanceof Error)) return undefined
  if (error.cause.name !== 'ContractFunctionZeroDataError') return undefined
  return 'contractAddress' in error ? String(error.contractAddress) : 'unknown'
}

/** viem errors for a response that does not match the request. */
const WRONG_READS: readonly string[] = [
  'AbiDecodingDataSizeTooSmallError',
  'AbiDecodingZeroDataError',
  'BlockNotFoundError',
  'IntegerOutOfRangeError',
  'InvalidBytesBooleanError',
  'InvalidHexBooleanError',
  'PositionOutOfBoundsError',
  'RecursiveReadLimitExceededError',
  'NegativeOffsetError',
  'SizeOverflowError',
  'SliceOffsetOutOfBoundsError',
]

/** The function whose response did not match; undefined for other errors. */
function whatWasMisread(thrown: unknown): string | undefined {
  let read = 'a read'
  for (let error = thrown, depth = 0; error instanceof Error && depth < 20; depth++) {
    if ('functionName' in error) read = cleanText(String(error.functionName), 60)
    if (WRONG_READS.includes(error.name)) return read
    error = error.cause
  }
  return undefined
}

/** Ctrl-C or the end of the input at a prompt. */
function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}

/**
 * The parser's text in one line, without its colors and without its own "See more help" line, which
 * our hint replaces.
 */
function usageMessage(message: string): string {
  return hideSecrets(
    inOwnWords(
      stripVTControlCharacters(message)
        .replace(/\s*See more help with --help\s*$/, '')
        // About flags that take several values, which are not what is missing.
        .replace(/\s*Note: --[\w-]+ allows multiple values\.[^]*beginning of arguments\.\s*$/, '')
        .replace(/^Parsing (--[\w-]+)\s+/, '$1: ')
        .replace(/^The following errors? occurred:\s*/, ''),
    ).replaceAll(/\s*\n\s*/g, ' '),
  ).trim()
}

/** Missing arguments and flags by their names, as they are typed. */
function inOwnWords(message: string): string {
  const [, table] = /^Missing \d+ required args?:\n([^]*)$/.exec(message) ?? []
  if (table !== undefined) {
    // A description that does not fit goes on in an indented line.
    const names = table.split('\n').flatMap((line) => {
      const [, name, choices = ''] = /^([\w-]+)(?:\s+(\([^)]*\|[^)]*\)))?/.exec(line) ?? []
      return name === undefined ? [] : [`${name.toUpperCase()} ${choices}`.trim()]
    })
    return `Missing ${names.length === 1 ? 'argument' : 'arguments'}: ${names.join(', ')}.`
  }
  const flags = [...message.matchAll(/^\s*Missing required flag ([\w-]+)$/gm)].map(
    ([, flag]) => `--${flag}`,
  )
  const others = message.replaceAll(/^\s*Missing required flag [\w-]+\n?/gm, '')
  if (flags.length === 0) return message
  return `Missing ${flags.length === 1 ? 'flag' : 'flags'}: ${flags.join(', ')}.\n${others}`
}

export function exitCodeOf(report: ErrorReport): number {
  return exitCodes[report.exit]
}
