import type {Address} from 'viem'

import type {PriceRatio, RatioChange} from '../../../../protocol/lst/peg.ts'
import {netswapPairAbi} from '../../../abis/netswap-pair.ts'
import type {ChainClient} from '../../../connect.ts'
import {scanEvents, type LstEvent} from '../../../lst/scan-events.ts'

type Reserves = readonly [bigint, bigint]

/**
 * Second token over the first around every event that moved a pool.
 *
 * - Signed by: nobody. Chain: L2.
 * - Source: `NetswapPair._update` emits `Sync` with the reserves after it; the `Swap`, `Mint` or `Burn`
 *   that follows has what moved.
 *
 * @param tokens in the order of the price; pools sort them
 * @throws {MetisSeqError} LOGS_UNREADABLE
 */
export async function readNetswapPrices(
  l2: ChainClient,
  pool: Address,
  [tokenA, tokenB]: readonly [Address, Address],
  range: {fromBlock: bigint; toBlock: bigint},
): Promise<RatioChange[]> {
  const events = await scanEvents(l2, netswapPairAbi, {addresses: [pool], ...range})
  const isInOrder = BigInt(tokenA) < BigInt(tokenB)
  const ratioOf = ([reserve0, reserve1]: Reserves): PriceRatio =>
    isInOrder
      ? {numerator: reserve1, denominator: reserve0}
      : {numerator: reserve0, denominator: reserve1}
  return events.flatMap((event, at) => {
    if (event.name !== 'Sync') return []
    const after = [numberOf(event, 'reserve0'), numberOf(event, 'reserve1')] as const
    const before = reservesBefore(after, events[at + 1])
    const change = {blockNumber: event.blockNumber, after: ratioOf(after)}
    return [{...change, before: before && ratioOf(before)}]
  })
}

/** Null after a `Sync` alone: somebody sent tokens, and had the pool count them. */
function reservesBefore(
  [reserve0, reserve1]: Reserves,
  event: LstEvent | undefined,
): Reserves | null {
  const of = (name: string) => (event ? numberOf(event, name) : 0n)
  switch (event?.name) {
    case 'Swap':
      return [
        reserve0 - of('amount0In') + of('amount0Out'),
        reserve1 - of('amount1In') + of('amount1Out'),
      ]
    case 'Mint':
      return [reserve0 - of('amount0'), reserve1 - of('amount1')]
    case 'Burn':
      return [reserve0 + of('amount0'), reserve1 + of('amount1')]
    default:
      return null
  }
}

function numberOf({args}: LstEvent, name: string): bigint {
  return args[name] as bigint
}
