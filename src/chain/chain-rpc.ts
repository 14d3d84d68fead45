/**
 * A chain's endpoint for programs that read all day. In: what it answers. Out: answers that have the shape of their
 * method and belong to their question, or its fault.
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

/** Code of what an endpoint answers that cannot be right, or is without measure. Asking later may mend it. */
export const WRONG_ANSWER = 'ENDPOINT_WRONG_ANSWER'

/**
 * @throws {RpcTransportError} on use: no usable answer; `wrong-answer` for one that cannot be right
 * @throws {RpcResponseError} on use: the answer is an error
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

/** For what only its reader can see. */
export function wrongAnswer(url: string, method: string, cause?: unknown): RpcTransportError {
  const message = `${redactUrl(url)} answers ${method} with something that is no answer to it.`
  return new RpcTransportError({reason: 'wrong-answer', url, message, cause})
}

/** The endpoint is there and what it says is of no use. */
export function isWrongAnswer(error: unknown): error is RpcTransportError {
  return (
    error instanceof RpcTransportError &&
    ['wrong-answer', 'too-large', 'not-json'].includes(error.reason)
  )
}

/** The same as an error with a code, for those who tell it on. */
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
