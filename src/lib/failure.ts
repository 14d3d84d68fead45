import {findCause, MetisSeqError, messageOf, systemErrorCode} from './errors.ts'
import {RpcTransportError} from './json-rpc.ts'
import {redactUrls} from './redact.ts'

/** Why a source is unreachable, as data. */
export interface Failure {
  /** Code of the error; `READ_FAILED` when it has none. */
  code: string
  reason: string
  /** It accepted the request and did not respond in time: the process hangs but is not gone. */
  isSilent: boolean
}

export function failureOf(error: unknown): Failure {
  const known = findCause(error, MetisSeqError)
  const isSilent = hangs(error)
  if (known) return {code: known.code, reason: redactUrls(known.message), isSilent}
  return {code: 'READ_FAILED', reason: redactUrls(messageOf(error).split('\n')[0] ?? ''), isSilent}
}

function hangs(thrown: unknown): boolean {
  if (findCause(thrown, RpcTransportError)?.reason === 'timeout') return true
  for (let error = thrown; error instanceof Error; error = error.cause) {
    if (systemErrorCode(error) === 'ETIMEDOUT') return true
  }
  return false
}
