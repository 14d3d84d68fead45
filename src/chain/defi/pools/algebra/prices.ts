import {isAddressEqual, type Address} from 'viem'
import {readContract} from 'viem/actions'

import type {RatioChange} from '../../../../protocol/lst/peg.ts'
import {algebraPoolAbi} from '../../../abis/algebra-pool.ts'
import type {ChainClient} from '../../../connect.ts'
import {scanEvents} from '../../../lst/scan-events.ts'
import {ratioOfRoot} from './read.ts'

/**
 * Second token over the first after every swap. Only swaps move the price.
 *
 * - Signed by: nobody. Chain: L2.
 * - Source: Algebra `Pool.Swap`, whose price is the square root after it.
 *
 * @throws {MetisSeqError} LOGS_UNREADABLE
 */
export async function readAlgebraPrices(
  l2: ChainClient,
  pool: Address,
  tokenA: Address,
  range: {fromBlock: bigint; toBlock: bigint},
): Promise<RatioChange[]> {
  const [events, token0] = await Promise.all([
    scanEvents(l2, algebraPoolAbi, {addresses: [pool], ...range}),
    readContract(l2, {address: pool, abi: algebraPoolAbi, functionName: 'token0'}),
  ])
  const isInOrder = isAddressEqual(token0, tokenA)
  return events.flatMap(({name, blockNumber, args}) =>
    name === 'Swap'
      ? [{blockNumber, before: null, after: ratioOfRoot(args['price'] as bigint, isInOrder)}]
      : [],
  )
}
