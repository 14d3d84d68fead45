/**
 * A chain's endpoint for long-running programs. In: its raw responses. Out: responses that have the
 * shape of their method and belong to their request, or an endpoint error.
 */
import {MetisSeqError} from '../lib/errors.ts'
import {
  createRpcClient,
  RpcResponseError,
  RpcTransportError,
  type RpcCall,
  type RpcClient,
  type RpcClientOptions,
} from '../lib/json-rpc.ts'
import {redactUrl} from '../lib/redact.ts'
import {isAnswerTo} from './answer-shapes.ts'

/** Error code for an impossible or oversized response. A later retry may help. */
export const WRONG_ANSWER = 'ENDPOINT_WRONG_ANSWER'

/**
 * @throws {RpcTransportError} on use: no usable response; `wrong-answer` for an impossible one
 * @throws {RpcResponseError} on use: the response is an error
 */
export function createChainRpc(url: string, options: RpcClientOptions = {}): RpcClient {
  return checkAnswers(createRpcClient(url, options))
}

export function checkAnswers(rpc: RpcClient): RpcClient {
  const checked = (call: RpcCall, answer: unknown) => {
    if (isAnswerTo(call, answer)) return answer
    throw wrongAnswer(rpc.url, call.method)
  }
  return {
    url: rpc.url,
    async request(method, params = []) {
      return checked({method, params}, await rpc.request(method, params))
    },
    async batch(calls) {
      const answers = await rpc.batch(calls)
      return answers.map((answer, at) =>
        answer instanceof RpcResponseError ? answer : checked(calls[at]!, answer),
      )
    },
    close: () => rpc.close(),
  }
}

/** For responses that only the reader can recognize as invalid. */
export function wrongAnswer(url: string, method: string, cause?: unknown): RpcTransportError {
  const message = `${redactUrl(url)} answers ${method} with an invalid response.`
  return new RpcTransportError({reason: 'wrong-answer', url, message, cause})
}

/** The endpoint is reachable but its response is unusable. */
export function isWrongAnswer(error: unknown): error is RpcTransportError {
  return (
    error instanceof RpcTransportError &&
    ['wrong-answer', 'too-large', 'not-json'].includes(error.reason)
  )
}

/** The same as an error with a code, for callers that report it. */
export function wrongAnswerError(endpoints: readonly string[], cause: Error): MetisSeqError {
  return new MetisSeqError({
    code: WRONG_ANSWER,
    message: cause.message,
    facts: {endpoints: endpoints.join(', ')},
    hints: ['Run `metis-seq network check` to test every endpoint of the network.'],
    retryable: true,
    cause,
  })
}
