import {findCause, MetisSeqError, messageOf} from './errors.ts'
import {RpcTransportError} from './json-rpc.ts'

/** Why one source gave no answer, as data. */
export interface Failure {
  /** Code of the error; `READ_FAILED` when it has none. */
  code: string
  reason: string
  /** It took the request and did not answer in time: a process that hangs, not one that is gone. */
  isSilent: boolean
}

export function failureOf(error: unknown): Failure {
  const known = findCause(error, MetisSeqError)
  const isSilent = findCause(error, RpcTransportError)?.reason === 'timeout'
  if (known) return {code: known.code, reason: known.message, isSilent}
  return {code: 'READ_FAILED', reason: messageOf(error).split('\n')[0] ?? '', isSilent}
}
