import type {Failure} from '../../../lib/failure.ts'
import {flag, object, pattern, text, type JsonSchema} from '../build.ts'

/** Reason why a source is unreachable. */
export const failureFields = {
  code: pattern('Code of the error.', '[A-Z][A-Z0-9_]*'),
  reason: text('Reason, human-readable.'),
  isSilent: flag('True when it accepted the request and did not respond in time.'),
}

export function failure(description: string): JsonSchema<Failure> {
  return object<Failure>(description, failureFields)
}
