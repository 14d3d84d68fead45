/** Calls in as few requests as an endpoint allows. In: calls. Out: their results, in order. */
import type {RpcCall} from './rpc-call.ts'
import {RpcResponseError, RpcTransportError} from './rpc-errors.ts'

/** Results in the order of the calls, `undefined` for a missing one; or a single error for all of them. */
export type BatchAnswer = (unknown | RpcResponseError)[] | RpcResponseError

/** Batch size that an endpoint accepts, as observed in this process. By URL. */
const limits = new Map<string, number>()

/** Batch size that an endpoint accepts; undefined when it has rejected none. */
export function batchLimitOf(url: string): number | undefined {
  return limits.get(url)
}

/**
 * Sends calls as one batch. Endpoints report batch limits in a dozen wordings, so the text is
 * hardly used: a batch that fails as a whole is halved down to single calls, omitted calls are sent
 * again, and the size that worked is cached for the process. A call that fails alone has failed.
 *
 * @param send one request
 * @throws {RpcTransportError} no usable response
 */
export async function sendInParts(
  url: string,
  calls: readonly RpcCall[],
  send: (calls: readonly RpcCall[]) => Promise<BatchAnswer>,
): Promise<(unknown | RpcResponseError)[]> {
  const limit = limits.get(url) ?? Number.POSITIVE_INFINITY
  if (calls.length <= limit) return sendPart(url, calls, send)
  const answers: unknown[] = []
  while (answers.length < calls.length) {
    const size = limits.get(url) ?? limit
    answers.push(...(await sendPart(url, calls.slice(answers.length, answers.length + size), send)))
  }
  return answers
}

async function sendPart(
  url: string,
  calls: readonly RpcCall[],
  send: (calls: readonly RpcCall[]) => Promise<BatchAnswer>,
): Promise<unknown[]> {
  const outcome = await send(calls).catch((error: unknown) => {
    if (calls.length > 1 && mayBeLimit(error)) return error
    throw error
  })
  if (!Array.isArray(outcome)) return halved(url, calls, outcome, send)
  if (calls.length === 1) return [outcome[0] === undefined ? missing(url) : outcome[0]]
  const refused = outcome.flatMap((answer, at) => (isLeftOut(answer) ? [at] : []))
  if (refused.length === 0) return outcome
  if (refused.length === calls.length) return halved(url, calls, outcome, send)
  return asksAgain(url, calls, outcome, refused, send)
}

/** @param outcome response to the whole batch: one error, or a list of errors */
async function halved(
  url: string,
  calls: readonly RpcCall[],
  outcome: unknown,
  send: (calls: readonly RpcCall[]) => Promise<BatchAnswer>,
): Promise<unknown[]> {
  const size = Math.ceil(calls.length / 2)
  if (calls.length === 1) return [outcome]
  const first = await sendPart(url, calls.slice(0, size), send)
  // As bad as the whole batch: the number of calls is not the cause.
  if (first.every(isLeftOut)) return first.length === calls.length ? first : asWhole(calls, outcome)
  remember(url, size)
  return [...first, ...(await sendInParts(url, calls.slice(size), send))]
}

function asWhole(calls: readonly RpcCall[], outcome: unknown): unknown[] {
  if (outcome instanceof RpcTransportError) throw outcome
  return Array.isArray(outcome) ? outcome : calls.map(() => outcome)
}

/** The endpoint processed part of a batch, and the rest may only have exceeded its limit. */
async function asksAgain(
  url: string,
  calls: readonly RpcCall[],
  outcome: readonly unknown[],
  refused: readonly number[],
  send: (calls: readonly RpcCall[]) => Promise<BatchAnswer>,
): Promise<unknown[]> {
  const answered = calls.length - refused.length
  const again: unknown[] = []
  while (again.length < refused.length) {
    const part = refused.slice(again.length, again.length + answered)
    again.push(
      ...(await sendPart(
        url,
        part.map((at) => calls[at]!),
        send,
      )),
    )
  }
  if (!again.every(isLeftOut)) remember(url, answered)
  const answers = [...outcome]
  for (const [index, at] of refused.entries()) answers[at] = again[index]
  return answers
}

function remember(url: string, size: number): void {
  limits.set(url, Math.min(size, limits.get(url) ?? size))
}

/** "Limit exceeded" in the wordings of providers, and geth's text for the rest of an oversized response. */
const LEFT_OUT_CODES: readonly number[] = [-32_600, -32_005, -32_003, -32_097, 31, 35, 413, 429]

function isLeftOut(answer: unknown): boolean {
  if (answer === undefined) return true
  return answer instanceof RpcResponseError && LEFT_OUT_CODES.includes(answer.code)
}

/** Statuses with which endpoints that only accept single calls reject a batch. */
const TOO_MUCH: readonly number[] = [400, 405, 413, 414, 415, 422, 500, 501]

function mayBeLimit(error: unknown): boolean {
  if (!(error instanceof RpcTransportError)) return false
  const {reason, httpStatus} = error
  return reason === 'not-json' || (httpStatus !== undefined && TOO_MUCH.includes(httpStatus))
}

function missing(url: string): never {
  throw new RpcTransportError({
    reason: 'not-json',
    url,
    message: 'The endpoint returned JSON that is not a JSON-RPC response.',
  })
}
