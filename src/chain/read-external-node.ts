import {RpcResponseError} from '../lib/json-rpc.ts'
import {
  externalMethods,
  parseExternalNode,
  type ExternalAnswer,
  type ExternalMethod,
  type ExternalNode,
} from '../protocol/external-node.ts'
import {createEndpoint, type EndpointOptions} from './endpoint.ts'

const params: Partial<Record<ExternalMethod, readonly unknown[]>> = {
  eth_getBlockByNumber: ['latest', false],
}

/**
 * "Method not found" of JSON-RPC; the error of providers and proxies for a method that they do not
 * forward.
 */
const NOT_OFFERED: readonly number[] = [-32_601, -32_004]

/**
 * Reads everything that one node reports about itself in one request, and the heads of other
 * endpoints of its chain.
 *
 * - Signed by: nobody. Chain: L2.
 *
 * @param others further endpoints of the same chain; endpoints that do not respond are left out
 * @throws {MetisSeqError} WRONG_CHAIN
 * @throws {RpcTransportError} the node returned no usable response
 */
export async function readExternalNode(
  node: EndpointOptions,
  others: readonly EndpointOptions[],
): Promise<ExternalNode> {
  const endpoint = createEndpoint(node)
  const ask = async (method: ExternalMethod): Promise<ExternalAnswer> => {
    try {
      return {answer: await endpoint.request({method, params: params[method] ?? []})}
    } catch (error) {
      if (!(error instanceof RpcResponseError)) throw error
      return {refusal: NOT_OFFERED.includes(error.code) ? 'not-offered' : 'refused'}
    }
  }
  try {
    const [answers, heads] = await Promise.all([
      Promise.all(externalMethods.map(async (method) => [method, await ask(method)] as const)),
      Promise.all(others.map(headOf)),
    ])
    const known = heads.filter((head) => head !== null)
    return parseExternalNode(
      endpoint.source.endpoint,
      Object.fromEntries(answers) as Record<ExternalMethod, ExternalAnswer>,
      known.length === 0 ? null : Math.max(...known),
    )
  } finally {
    endpoint.close()
  }
}

async function headOf(options: EndpointOptions): Promise<number | null> {
  const endpoint = createEndpoint(options)
  try {
    return Number(await endpoint.request({method: 'eth_blockNumber'}))
  } catch {
    return null
  } finally {
    endpoint.close()
  }
}
