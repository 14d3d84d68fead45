import type {Address, Hash, Hex} from 'viem'

import type {ChainClient} from '../../connect.ts'

/**
 * Receiver and data of a transaction; undefined when the endpoint does not have it.
 *
 * - Signed by: nobody. Chain: either.
 */
export async function readCall(
  client: ChainClient,
  hash: Hash,
): Promise<{to: Address | null; input: Hex} | undefined> {
  const found = await client.request({method: 'eth_getTransactionByHash', params: [hash]})
  return found ? {to: found.to, input: found.input} : undefined
}
