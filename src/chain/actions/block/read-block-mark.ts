import {numberToHex} from 'viem'

import type {L1Mark} from '../../../protocol/l1-log.ts'
import type {ChainClient} from '../../connect.ts'

export interface BlockMark extends L1Mark {
  timeSeconds: number
}

/**
 * Number, hash and time of a block; undefined when the endpoint does not have it.
 *
 * - Signed by: nobody. Chain: either.
 */
export async function readBlockMark(
  client: ChainClient,
  block: bigint | 'latest',
): Promise<BlockMark | undefined> {
  const found = await client.request({
    method: 'eth_getBlockByNumber',
    params: [block === 'latest' ? block : numberToHex(block), false],
  })
  if (!found?.hash || !found.number) return undefined
  return {number: BigInt(found.number), hash: found.hash, timeSeconds: Number(found.timestamp)}
}
