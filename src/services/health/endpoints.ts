import type {Connection} from '../../chain/connect.ts'
import type {EndpointFacts} from '../../health/snapshot.ts'
import {findCause, MetisSeqError} from '../../lib/errors.ts'
import {endpointsOf, type Context} from '../context.ts'
import {crossCheckDepth} from '../network/endpoint-agreement.ts'

/** Chains with more than one endpoint: a single one has nothing to be compared with. */
export function comparedChains(context: Context): ('L1' | 'L2')[] {
  const urls = endpointsOf(context.network, context.profile)
  return [
    ...(urls.l1.length > 1 ? (['L1'] as const) : []),
    ...(urls.l2.length > 1 ? (['L2'] as const) : []),
  ]
}

/** Agreement between the endpoints of a chain. A chain without any response is a separate issue. */
export async function compareEndpoints(context: Context): Promise<EndpointFacts[]> {
  const facts = await Promise.all(
    comparedChains(context).map((chain) =>
      compare(chain, chain === 'L1' ? context.l1() : context.l2(), crossCheckDepth(context, chain)),
    ),
  )
  return facts.flat()
}

async function compare(
  chain: string,
  connection: Connection,
  depth: bigint,
): Promise<EndpointFacts[]> {
  const endpoints = connection.sources().map(({endpoint}) => endpoint)
  const all = (state: string) => endpoints.map((endpoint) => ({chain, endpoint, state}))
  try {
    const {stale, down} = await connection.crossCheck(depth)
    const behind = stale.map(({endpoint}) => endpoint)
    return endpoints.map((endpoint) => ({
      chain,
      endpoint,
      state: behind.includes(endpoint) ? 'stale' : down.includes(endpoint) ? 'down' : 'fresh',
    }))
  } catch (error) {
    switch (findCause(error, MetisSeqError)?.code) {
      case 'ENDPOINTS_DISAGREE':
        return all('disagrees')
      case 'WRONG_CHAIN':
        return connection
          .sources()
          .map(({endpoint, state}) => ({chain, endpoint, state}))
          .filter(({state}) => state === 'wrong-chain')
      default:
        return []
    }
  }
}
