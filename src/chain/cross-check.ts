import {isHex, type Hash} from 'viem'

import {isRecord} from '../lib/json.ts'
import {
  commonBlock,
  isDisagreement,
  staleEndpoints,
  type EndpointHead,
} from '../protocol/endpoint-agreement.ts'
import {disagree, firstFailure, notABlock} from './endpoint-errors.ts'
import type {Endpoint} from './endpoint.ts'

/** Compares the endpoints of a chain. */
export interface CrossCheck {
  /** The newest block that an endpoint has. */
  head: EndpointHead
  stale: EndpointHead[]
  /** Scheme and host of endpoints that did not respond. */
  down: string[]
}

/**
 * Reads the newest block of every endpoint, and one that all of them must share.
 *
 * @throws {MetisSeqError} ENDPOINTS_DISAGREE, WRONG_CHAIN, and ENDPOINT_UNREACHABLE when none
 * responds
 */
export async function crossCheck(
  name: string,
  endpoints: Endpoint[],
  depth: bigint,
): Promise<CrossCheck> {
  const asked = await Promise.allSettled(
    endpoints.map(async (endpoint) => ({endpoint, head: await readHead(endpoint)})),
  )
  const answered = asked.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  if (answered.length === 0) throw firstFailure(name, endpoints, asked)
  const heads = answered.map(({head}) => head)
  const stale = staleEndpoints(heads)
  // An endpoint that is behind shares older blocks: a fork that runs ahead must not silence the
  // others.
  if (answered.length > 1) await assertAgreement(name, answered, depth)
  // Set last: every response marks an endpoint as fresh.
  for (const {endpoint, head} of answered) if (stale.includes(head)) endpoint.source.state = 'stale'
  const head = heads.reduce((best, each) => (each.number > best.number ? each : best))
  const down = endpoints.filter((each) => !answered.some(({endpoint}) => endpoint === each))
  return {head, stale, down: down.map(({source}) => source.endpoint)}
}

async function assertAgreement(
  name: string,
  answered: {endpoint: Endpoint; head: EndpointHead}[],
  depth: bigint,
): Promise<void> {
  const block = commonBlock(
    answered.map(({head}) => head),
    depth,
  )
  const views = await Promise.all(
    answered.map(async ({endpoint}) => ({
      endpoint,
      hash: await readHash(endpoint, block).catch(() => null),
    })),
  )
  if (!isDisagreement(views.map(({hash}) => hash))) return
  for (const {endpoint} of answered) endpoint.source.state = 'disagrees'
  throw disagree(name, block, views)
}

async function readHead({source, request}: Endpoint): Promise<EndpointHead> {
  const block = await request({method: 'eth_getBlockByNumber', params: ['latest', false]})
  const [number, time] = isRecord(block) ? [block['number'], block['timestamp']] : []
  if (!isHex(number) || !isHex(time)) throw notABlock(source)
  return {endpoint: source.endpoint, number: BigInt(number), timeSeconds: Number(time)}
}

async function readHash({request}: Endpoint, block: bigint): Promise<Hash | null> {
  const params = [`0x${block.toString(16)}`, false]
  const found = await request({method: 'eth_getBlockByNumber', params})
  return isRecord(found) && typeof found['hash'] === 'string' ? (found['hash'] as Hash) : null
}
