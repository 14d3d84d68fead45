import {isRecord} from '../../lib/json.ts'
import {RPC_BATCH} from '../limits.ts'

/** A JSON-RPC error, told to the client as it is. */
export class RpcError extends Error {
  readonly code: number
  readonly data: unknown

  constructor(code: number, message: string, data?: unknown) {
    super(message)
    this.name = 'RpcError'
    this.code = code
    this.data = data
  }
}

export const rpcCodes = {
  parse: -32_700,
  invalidRequest: -32_600,
  methodNotFound: -32_601,
  invalidParams: -32_602,
  internal: -32_603,
  /** The transaction or the call is refused. */
  rejected: -32_000,
  /** Not now: the node starts or its engine restarts. */
  unavailable: -32_002,
  limit: -32_005,
} as const

export type RequestId = string | number | null

export interface RpcRequest {
  /** Undefined: a notification, which gets no answer. */
  id: RequestId | undefined
  method: string
  params: readonly unknown[]
}

export interface RpcAnswer {
  jsonrpc: '2.0'
  id: RequestId
  result?: unknown
  error?: {code: number; message: string; data?: unknown}
}

type Dispatch = (request: RpcRequest) => Promise<unknown>

/**
 * Answers one body: a request, or a list of them.
 *
 * @returns undefined when there is nothing to answer, as with notifications only
 */
export async function answerBody(
  text: string,
  dispatch: Dispatch,
): Promise<RpcAnswer | RpcAnswer[] | undefined> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return errorAnswer(null, new RpcError(rpcCodes.parse, 'The body is not JSON.'))
  }
  if (!Array.isArray(value)) return answerOne(value, dispatch)
  if (value.length === 0) {
    return errorAnswer(null, new RpcError(rpcCodes.invalidRequest, 'The batch is empty.'))
  }
  if (value.length > RPC_BATCH) {
    const message = `The batch has ${value.length} requests; at most ${RPC_BATCH} are answered.`
    return errorAnswer(null, new RpcError(rpcCodes.limit, message))
  }
  const answers = await Promise.all(value.map((item) => answerOne(item, dispatch)))
  const present = answers.filter((answer) => answer !== undefined)
  return present.length === 0 ? undefined : present
}

async function answerOne(value: unknown, dispatch: Dispatch): Promise<RpcAnswer | undefined> {
  let request: RpcRequest
  try {
    request = parseRequest(value)
  } catch (error) {
    return errorAnswer(idOf(value) ?? null, error)
  }
  try {
    const result = await dispatch(request)
    if (request.id === undefined) return undefined
    return {jsonrpc: '2.0', id: request.id, result: result ?? null}
  } catch (error) {
    return request.id === undefined ? undefined : errorAnswer(request.id, error)
  }
}

function parseRequest(value: unknown): RpcRequest {
  if (!isRecord(value)) throw invalid('A request is a JSON object.')
  if (value['jsonrpc'] !== '2.0') throw invalid('The request does not say `"jsonrpc": "2.0"`.')
  const {method, params = []} = value
  if (typeof method !== 'string') throw invalid('The request names no method.')
  if ('id' in value && idOf(value) === undefined) throw invalid('The id is not a string or number.')
  if (!Array.isArray(params)) {
    throw new RpcError(rpcCodes.invalidParams, 'The parameters are not a list.')
  }
  return {id: idOf(value), method, params}
}

function idOf(value: unknown): RequestId | undefined {
  if (!isRecord(value)) return undefined
  const {id} = value
  return typeof id === 'string' || typeof id === 'number' || id === null ? id : undefined
}

function invalid(message: string): RpcError {
  return new RpcError(rpcCodes.invalidRequest, message)
}

/** Only errors made for clients leave; anything else is a bug and told without its text. */
export function errorAnswer(id: RequestId, error: unknown): RpcAnswer {
  if (!(error instanceof RpcError)) {
    return {jsonrpc: '2.0', id, error: {code: rpcCodes.internal, message: 'Internal error.'}}
  }
  const {code, message, data} = error
  return {jsonrpc: '2.0', id, error: {code, message, ...(data === undefined ? {} : {data})}}
}
