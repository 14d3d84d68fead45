import {catalogue, narrowed, type Place} from '../../chain/explain/catalogue.ts'
import {entryOf, isErrorCode, type ErrorCode} from '../../lib/error-codes/index.ts'
import {shapesOf} from '../../lib/error-codes/shapes.ts'
import {wordsOf} from '../../lib/error-words/index.ts'
import {exitCodes, type ExitName} from '../../lib/exit-codes.ts'
import {nothingKnown, toRefusal, type Explained, type ExplainedCode} from './explain.ts'

/** Codes are upper case, but may be typed in any case. */
export function errorCodeIn(text: string): ErrorCode | undefined {
  const code = text.trim().toUpperCase()
  return isErrorCode(code) ? code : undefined
}

/** An error of this program by its code, with the contract reverts that map to it. */
export function explainCode(code: ErrorCode, place: Place): Explained {
  const refusals = catalogue.filter((entry) => entry.code === code)
  return {
    ...nothingKnown,
    readAs: 'error code',
    error: aboutCode(code),
    refusals: narrowed(refusals, place).map(toRefusal),
  }
}

/** Everything a code determines, with its explanation. */
export function aboutCode(code: ErrorCode): ExplainedCode {
  const {exit, retry = 'no'} = entryOf(code)
  const {meaning, next} = wordsOf(code)
  const exits: readonly ExitName[] = typeof exit === 'string' ? [exit] : exit
  return {
    code,
    meaning,
    exits: exits.map((name) => ({exit: name, exitCode: exitCodes[name]})),
    retry,
    facts: [
      ...new Set(
        shapesOf(code)
          .flatMap(Object.keys)
          .map((name) => name.replace(/\?$/, '')),
      ),
    ].filter((name) => name !== '*'),
    next: [...next],
  }
}
