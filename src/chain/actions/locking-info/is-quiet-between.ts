import {numberToHex, type Address} from 'viem'

import type {ChainClient} from '../../connect.ts'
import {readBlockMark, type BlockMark} from '../block/read-block-mark.ts'

/**
 * True when no stake, signer or status has changed between two blocks: LockingInfo emits an event for
 * each of them. False when that is not certain, because a block was replaced or the endpoint does not
 * have the logs.
 *
 * - Signed by: nobody. Chain: L1.
 * - Source: events of `LockingInfo`.
 *
 * @param options.after exclusive
 * @param options.until inclusive
 */
export async function isQuietBetween(
  l1: ChainClient,
  {lockingInfo, after, until}: {lockingInfo: Address; after: BlockMark; until: BlockMark},
): Promise<boolean> {
  const range = {fromBlock: numberToHex(after.number + 1n), toBlock: numberToHex(until.number)}
  // In one HTTP request: a replica that lags has no logs of a block that it does not have.
  const [first, last, logs] = await Promise.all([
    readBlockMark(l1, after.number),
    readBlockMark(l1, until.number),
    l1.request({method: 'eth_getLogs', params: [{address: [lockingInfo], ...range}]}),
  ])
  const isSame = first?.hash === after.hash && last?.hash === until.hash
  return isSame && Array.isArray(logs) && logs.length === 0
}
