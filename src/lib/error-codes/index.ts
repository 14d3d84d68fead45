import {refusalCodes} from './contracts.ts'
import {endpointCodes} from './endpoints.ts'
import type {ErrorEntry, ErrorWording, FactsOf, OptionsOf} from './entry.ts'
import {keyCodes} from './keys.ts'
import {machineCodes} from './machine.ts'
import {networkCodes} from './network.ts'
import {nodeCodes} from './node.ts'
import {settingsCodes} from './settings.ts'
import {transactionCodes} from './transactions.ts'

export type {ErrorEntry} from './entry.ts'

const makeCodes = () => ({
  ...settingsCodes(),
  ...transactionCodes(),
  ...refusalCodes(),
  ...keyCodes(),
  ...endpointCodes(),
  ...machineCodes(),
  ...nodeCodes(),
  ...networkCodes(),
})

type Codes = ReturnType<typeof makeCodes>

export type ErrorCode = keyof Codes

let made: Codes | undefined

/**
 * Every code of an error that an operator can meet, with the facts that it demands, its exit code, and whether a
 * repetition can help. Public: a code keeps its meaning. Their words are in `error-words`. Made for the first error: a
 * command that succeeds starts a millisecond sooner without.
 */
export function errorCodes(): Codes {
  return (made ??= makeCodes())
}

type Refusals = ReturnType<typeof refusalCodes>

/** Codes of what a contract refuses, and of the conditions that foretell it. */
export type RefusalCode = keyof Refusals

type Options = {[Code in ErrorCode]: OptionsOf<Code, Codes[Code]>}

/** Several refusals are made in one place, from a table: there the code is known only to be one of theirs. */
type RefusalOptions = ErrorWording & {
  code: RefusalCode
  facts: FactsOf<Refusals['CALL_REVERTED']>
  exit: 'precondition'
  retryable?: never
}

export type MetisSeqErrorOptions = Options[ErrorCode] | RefusalOptions

/** The entry of a code, for what looks up any of them. */
export function entryOf(code: ErrorCode): ErrorEntry {
  return errorCodes()[code]
}

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorCodes(), text)
}
