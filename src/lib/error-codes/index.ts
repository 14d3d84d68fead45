import {alertCodes} from './alerts.ts'
import {refusalCodes} from './contracts.ts'
import {endpointCodes} from './endpoints.ts'
import type {ErrorEntry, ErrorWording, FactsOf, OptionsOf} from './entry.ts'
import {keyCodes} from './keys.ts'
import {machineCodes} from './machine.ts'
import {networkCodes} from './network.ts'
import {nodeCodes} from './node.ts'
import {rotationCodes} from './rotation.ts'
import {settingsCodes} from './settings.ts'
import {transactionCodes} from './transactions.ts'

export type {ErrorEntry} from './entry.ts'

const makeCodes = () => ({
  ...settingsCodes(),
  ...alertCodes(),
  ...transactionCodes(),
  ...refusalCodes(),
  ...keyCodes(),
  ...endpointCodes(),
  ...machineCodes(),
  ...nodeCodes(),
  ...networkCodes(),
  ...rotationCodes(),
})

type Codes = ReturnType<typeof makeCodes>

export type ErrorCode = keyof Codes

let made: Codes | undefined

/**
 * Every error code that an operator can see, with its required facts, its exit code, and whether
 * retrying may help. Public: a code never changes its meaning. The explanations are in
 * `error-words`. Built on the first error, which saves a successful command a millisecond at
 * startup.
 */
export function errorCodes(): Codes {
  return (made ??= makeCodes())
}

type Refusals = ReturnType<typeof refusalCodes>

/** Codes of contract reverts, and of the preconditions that predict them. */
export type RefusalCode = keyof Refusals

type Options = {[Code in ErrorCode]: OptionsOf<Code, Codes[Code]>}

/** Reverts are built in one place, from a table, where the code is only known to be one of these. */
type RefusalOptions = ErrorWording & {
  code: RefusalCode
  facts: FactsOf<Refusals['CALL_REVERTED']>
  exit: 'precondition'
  retryable?: never
}

export type MetisSeqErrorOptions = Options[ErrorCode] | RefusalOptions

/** The entry of any code, for lookups. */
export function entryOf(code: ErrorCode): ErrorEntry {
  return errorCodes()[code]
}

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorCodes(), text)
}
