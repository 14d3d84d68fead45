import type {Failure} from '../../../lib/failure.ts'
import {flag, object, pattern, text, type JsonSchema} from '../build.ts'

/** Why one source gave no answer. */
export const failureFields = {
  code: pattern('Code of the error.', '[A-Z][A-Z0-9_]*'),
  reason: text('Why, for people.'),
  isSilent: flag('True when it took the request and did not respond in time.'),
}

export function failure(description: string): JsonSchema<Failure> {
  return object<Failure>(description, failureFields)
}
