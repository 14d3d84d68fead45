import type {RefusalCode} from '../../lib/error-codes/index.ts'
import {catalogue, nameOf} from './catalogue.ts'
import type {CatalogueEntry, RuleId} from './entry.ts'

/** What a rule of the preflight foretells. */
export interface Foretold {
  /** Operator error code. */
  code: RefusalCode
  /** What the contract would answer, for those who know it. */
  revert: string
  /** What mends it, without the values of the case. */
  remedy: string
}

let byRule: ReadonlyMap<RuleId, Foretold> | undefined

/** The refusal that a rule foretells, from the catalogue. */
export function foretoldBy(rule: RuleId): Foretold {
  byRule ??= new Map(
    catalogue.flatMap((entry) =>
      entry.foretoldBy.map(({rule: id, code = entry.code, remedy = entry.hints[0] ?? ''}) => [
        id,
        {code, revert: wordsOf(entry), remedy},
      ]),
    ),
  )
  const found = byRule.get(rule)
  if (found) return found
  throw new Error(`No refusal of the catalogue is foretold by ${rule}.`)
}

/** The answer of a contract as it is quoted: the name of an error, a text, or a panic with its code. */
function wordsOf(entry: CatalogueEntry): string {
  if (entry.kind === 'error') return nameOf(entry)
  return entry.kind === 'panic' ? `Panic(${entry.subject})` : entry.subject
}
