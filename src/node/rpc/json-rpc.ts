import {PlainError} from '../../lib/errors.ts'
import {isRecord} from '../../lib/json.ts'
import {l2gethWords} from '../../protocol/l2geth-words.ts'
import {RPC_ANSWER_BYTES, RPC_BATCH, RPC_BATCH_AT_ONCE, RPC_NESTING} from '../rpc-limits.ts'

/** A JSON-RPC error, sent to the client unchanged. */
export class RpcError extends PlainError {
  readonly code: number
  readonly data: unknown

  constructor(code: number, message: string, data?: unknown) {
    super(message)
    this.name = 'RpcError'
    this.code = code
    this.data = data
  }
}

/** A result that is already serialized. */
export class JsonText {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

export const rpcCodes = {
  parse: -32_700,
  invalidRequest: -32_600,
  methodNotFound: -32_601,
  invalidParams: -32_602,
  internal: -32_603,
  /** The transaction or call is rejected. */
  rejected: -32_000,
  /** Temporarily unavailable: the node or its engine is starting. */
  unavailable: -32_002,
  limit: -32_005,
} as const

export type RequestId = string | number | null

export interface RpcRequest {
  /** Undefined: a notification, which gets no response. */
  id: RequestId | undefined
  method: string
  params: readonly unknown[]
}

/** Counts the size of one response, together with that of all others. */
export interface AnswerMeter {
  add(bytes: number): void
  readonly isFull: boolean
}

type Dispatch = (request: RpcRequest) => Promise<unknown>

/**
 * Answers one body: a request, or a list of them.
 *
 * @returns the response text; undefined when there is nothing to send, as for notifications only
 */
export async function answerBody(
  text: string,
  dispatch: Dispatch,
  meter: AnswerMeter,
  mostCalls = RPC_BATCH,
): Promise<string | undefined> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return refusal(rpcCodes.parse, l2gethWords.parse)
  }
  if (isDeeperThan(value, RPC_NESTING)) {
    return refusal(rpcCodes.invalidRequest, `The body is nested more than ${RPC_NESTING} deep.`)
  }
  if (!Array.isArray(value)) return answerMetered(value, dispatch, meter)
  if (value.length === 0) return refusal(rpcCodes.invalidRequest, l2gethWords.emptyBatch)
  if (value.length > mostCalls) {
    const message = `The batch has ${value.length} requests; at most ${mostCalls} are answered.`
    return refusal(rpcCodes.limit, message)
  }
  return answerBatch(value, dispatch, meter)
}

/** A few reads at a time, responses in the order of the requests. */
async function answerBatch(
  items: readonly unknown[],
  dispatch: Dispatch,
  meter: AnswerMeter,
): Promise<string | undefined> {
  const answers: (string | undefined)[] = []
  const answer = async (index: number) => {
    answers[index] = await answerMetered(items[index], dispatch, meter)
  }
  const reads: number[] = []
  const sends: Promise<void>[] = []
  // Transactions have small responses, and their signatures are recovered together.
  for (const [index, item] of items.entries()) {
    if (isSend(item)) sends.push(answer(index))
    else reads.push(index)
  }
  const work = async () => {
    for (let index = reads.shift(); index !== undefined; index = reads.shift()) await answer(index)
  }
  await Promise.all([...sends, ...Array.from({length: RPC_BATCH_AT_ONCE}, work)])
  const present = answers.filter((answer) => answer !== undefined)
  return present.length === 0 ? undefined : `[${present.join()}]`
}

function isSend(item: unknown): boolean {
  return isRecord(item) && item['method'] === 'eth_sendRawTransaction'
}

async function answerMetered(
  value: unknown,
  dispatch: Dispatch,
  meter: AnswerMeter,
): Promise<string | undefined> {
  const answer = await answerOne(value, meter.isFull ? tooLarge : dispatch)
  meter.add(answer?.length ?? 0)
  return answer
}

async function tooLarge(): Promise<never> {
  throw new RpcError(rpcCodes.limit, 'The responses are too large together; request less at once.')
}

async function answerOne(value: unknown, dispatch: Dispatch): Promise<string | undefined> {
  let request: RpcRequest
  try {
    request = parseRequest(value)
  } catch (error) {
    return errorText(idOf(value) ?? null, error)
  }
  const {id} = request
  try {
    const result = await dispatch(request)
    if (id === undefined) return undefined
    const text = resultText(id, result)
    if (text.length <= RPC_ANSWER_BYTES) return text
    throw new RpcError(rpcCodes.limit, 'The response is too large; request less at once.')
  } catch (error) {
    return id === undefined ? undefined : errorText(id, error)
  }
}

function resultText(id: RequestId, result: unknown): string {
  if (!(result instanceof JsonText)) {
    return JSON.stringify({jsonrpc: '2.0', id, result: result ?? null})
  }
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result.text}}`
}

/**
 * Looks no deeper than the limit, so that the nesting of a hostile body cannot exhaust the stack.
 */
function isDeeperThan(value: unknown, limit: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (limit === 0) return true
  for (const item of Object.values(value)) if (isDeeperThan(item, limit - 1)) return true
  return false
}

function parseRequest(value: unknown): RpcRequest {
  if (!isRecord(value)) throw invalid()
  const {method, params = []} = value
  if (typeof method !== 'string') throw invalid()
  if ('id' in value && idOf(value) === undefined) throw invalid()
  if (!Array.isArray(params)) {
    throw new RpcError(rpcCodes.invalidParams, 'non-array args')
  }
  return {id: idOf(value), method, params}
}

function idOf(value: unknown): RequestId | undefined {
  if (!isRecord(value)) return undefined
  const {id} = value
  return typeof id === 'string' || typeof id === 'number' || id === null ? id : undefined
}

function invalid(): RpcError {
  return new RpcError(rpcCodes.invalidRequest, l2gethWords.invalidRequest)
}

/** The response to something that is not a request. */
export function refusal(code: number, message: string): string {
  return errorText(null, new RpcError(code, message))
}

/** Only errors meant for clients are sent; anything else is a bug and reported without its text. */
function errorText(id: RequestId, error: unknown): string {
  const known =
    error instanceof RpcError ? error : new RpcError(rpcCodes.internal, 'Internal error.')
  const {code, message, data} = known
  return JSON.stringify({
    jsonrpc: '2.0',
    id,
    error: {code, message, ...(data === undefined ? {} : {data})},
  })
}
