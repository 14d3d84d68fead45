import {BaseError, type Address, type Hex} from 'viem'

import {findCause, MetisSeqError} from '../lib/errors.ts'
import {isRecord} from '../lib/json.ts'
import {RpcResponseError} from '../lib/json-rpc.ts'
import {cleanText} from '../lib/clean-text.ts'
import {decodeRevert, explainRevert} from './explain/decode-revert.ts'

export {decodeRevert}

/** Context of the rejected call, for the message and the next command. */
export interface RevertContext {
  contract: string
  functionName: string
  from: Address
}

/**
 * Turns a rejected call into an operator error, using the catalogue of refusals: ABI error name or
 * decoded reason, and where it occurred. Errors that are not reverts are returned unchanged.
 */
export function fromRevert(error: unknown, context: RevertContext): unknown {
  const data = revertDataOf(error)
  if (data === undefined) return error
  const revert = decodeRevert(data)
  const name = revert.name
  const reason = revert.reason === undefined ? undefined : cleanText(revert.reason)
  const [entry] = explainRevert(revert, context)
  return new MetisSeqError({
    code: entry?.code ?? 'CALL_REVERTED',
    message:
      entry?.message ?? `${context.contract}.${context.functionName} refuses: ${reason ?? name}.`,
    exit: 'precondition',
    facts: {
      contract: context.contract,
      function: context.functionName,
      from: context.from,
      revert: reason === undefined ? name : `${name}: ${reason}`,
    },
    hints: entry ? [...entry.hints] : unexplained(data),
    cause: error,
  })
}

/** Longer data is not repeated in a hint: nobody would copy it. */
const MAX_HINT_DATA = 522

function unexplained(data: Hex): string[] {
  if (data === '0x') return []
  const shown = data.length > MAX_HINT_DATA ? data.slice(0, 10) : data
  return [`Run \`metis-seq explain ${shown}\` to see what is known about it.`]
}

/** JSON-RPC reports a revert with code 3 and the data; some nodes wrap it once more. */
export function revertDataOf(error: unknown): Hex | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 20; depth++) {
    if ('code' in at && at.code === 3 && !(at instanceof BaseError)) {
      const data = 'data' in at ? at.data : undefined
      if (typeof data === 'string' && data.startsWith('0x')) return data as Hex
      if (isRecord(data) && typeof data['data'] === 'string') return data['data'] as Hex
      return '0x'
    }
    at = at.cause
  }
  return undefined
}

/** geth's fixed words of a revert. Without data it reports them with the code of any other fault. */
const REVERTED = /^execution reverted(?:$|: )/
const SERVER_ERROR = -32_000

/**
 * Whether a contract refused a call. An internal error of the endpoint (-32603) is not a refusal, although
 * viem takes it for one.
 */
export function isRevert(error: unknown): boolean {
  if (revertDataOf(error) !== undefined) return true
  const answer = findCause(error, RpcResponseError)
  return answer?.code === SERVER_ERROR && REVERTED.test(answer.message)
}
