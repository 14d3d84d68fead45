import {MetisSeqError} from '../lib/errors.ts'
import type {Network} from './network.ts'
import {networkShape} from './network-shape.ts'

/** Hints for an invalid document. */
export const networkHints = [
  'Check it against the output of `metis-seq network schema`.',
  'Compare it with the output of `metis-seq network show andromeda --json`.',
]

/**
 * Checks an untrusted network document field by field.
 *
 * @param source where it came from, for the error
 * @throws {MetisSeqError} NETWORK_INVALID with every wrong field named
 */
export function parseNetwork(value: unknown, source: string): Network {
  const problems: string[] = []
  networkShape.check(value, '', problems)
  if (problems.length > 0) throw networkInvalid(source, problems)
  return value as Network
}

function networkInvalid(source: string, problems: string[]): MetisSeqError {
  return new MetisSeqError({
    code: 'NETWORK_INVALID',
    message: `${source} is not a valid network document: ${problems[0]}.`,
    facts: {source, problems: problems.join('; ')},
    hints: networkHints,
  })
}
