import type {FactShape} from './entry.ts'
import {entryOf, type ErrorCode} from './index.ts'

/** The shapes of facts that errors of a code have; empty for one without facts. */
export function shapesOf(code: ErrorCode): readonly FactShape[] {
  const {facts} = entryOf(code)
  if (facts === undefined) return []
  return isList(facts) ? facts : [facts]
}

function isList(facts: FactShape | readonly FactShape[]): facts is readonly FactShape[] {
  return Array.isArray(facts)
}
