/** The REST server of a consensus layer inside this process, right until a test makes it wrong. */
import type {Json, JsonObject} from '../../src/lib/json.ts'
import {spanJson, validatorSetJson} from '../../src/pos/rest-shapes.ts'
import type {Span, Validator} from '../../src/protocol/span.ts'
import {startHttpStub, type Answer, type HttpStub} from './http-stub.ts'

/** Changes the result of a path, or answers instead by returning undefined. */
export type ThemisFault = (
  path: string,
  result: Json,
  response: Parameters<Answer>[2],
) => Json | undefined

export interface ThemisStub extends HttpStub {
  /** Null: it is right again. */
  be(fault: ThemisFault | null): void
}

export interface ThemisState {
  l2ChainId: number
  l1Batch: number
  validators: readonly Validator[]
  /** The last one is the newest. */
  spans: readonly Span[]
}

export function validatorOf(id: bigint, signer: `0x${string}`, power: number): Validator {
  return {
    ...{id, power, nonce: 1n, startBatch: 0n, endBatch: 0n, lastUpdated: '', jailed: false},
    ...{signer: signer.toLowerCase() as `0x${string}`, pubKey: `0x04${'11'.repeat(64)}`, accum: 0},
  }
}

export async function startThemisStub(state: ThemisState): Promise<ThemisStub> {
  const {l2ChainId, l1Batch, validators, spans} = state
  const bodies = spans.map((span): [string, Json] => [
    `/metis/span/${span.id}`,
    spanJson(span, String(l2ChainId)),
  ])
  const results = new Map<string, Json>([
    ...bodies,
    ['/metis/latest-span', bodies.at(-1)![1]],
    ['/metis/respan/list', []],
    ['/staking/validator-set', validatorSetJson(validators)],
    ['/staking/current-batch', {batch: l1Batch}],
  ])
  let fault: ThemisFault | null = null
  const stub = await startHttpStub((_body, request, response) => {
    const [path = ''] = (request.url ?? '').split('?')
    const isSyncing = path === '/syncing'
    const found = isSyncing ? {syncing: false} : results.get(path)
    if (found === undefined && !fault) {
      response.statusCode = 404
      return void response.end('{"error":"not found"}')
    }
    const result = fault ? fault(path, found ?? null, response) : found
    if (result === undefined) return
    response.end(JSON.stringify(isSyncing ? result : {height: '7', result}))
  })
  return Object.assign(stub, {be: (next: ThemisFault | null) => void (fault = next)})
}

/** Every number and text of a document, changed. */
export function eachScalar(
  json: Json,
  change: (value: string | number, key: string) => Json,
): Json {
  const at = (value: Json, key: string): Json => {
    if (Array.isArray(value)) return (value as readonly Json[]).map((item) => at(item, key))
    if (typeof value === 'string' || typeof value === 'number') return change(value, key)
    if (value === null || typeof value !== 'object') return value
    const fields = Object.entries(value as JsonObject)
    return Object.fromEntries(fields.map(([name, field]) => [name, at(field, name)]))
  }
  return at(json, '')
}
