import {cleanText} from './clean-text.ts'
import {MetisSeqError} from './errors.ts'
import type {RpcResponseError} from './rpc-errors.ts'

/** An endpoint's error object, as an operator error. */
export function endpointRefused(error: RpcResponseError): MetisSeqError {
  return new MetisSeqError({
    code: 'ENDPOINT_ERROR',
    message: `The endpoint rejected a request: ${cleanText(error.message).replace(/\.$/, '')}.`,
    facts: {rpcCode: `${error.code}`},
    hints: ['Run `metis-seq network check` to test every endpoint of the network.'],
    cause: error,
  })
}
