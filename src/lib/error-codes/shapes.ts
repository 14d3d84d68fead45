import type {FactShape} from './entry.ts'
import {entryOf, type ErrorCode} from './index.ts'

/** The fact shapes of a code's errors; empty without facts. */
export function shapesOf(code: ErrorCode): readonly FactShape[] {
  const {facts} = entryOf(code)
  if (facts === undefined) return []
  return isList(facts) ? facts : [facts]
}

function isList(facts: FactShape | readonly FactShape[]): facts is readonly FactShape[] {
  return Array.isArray(facts)
}
