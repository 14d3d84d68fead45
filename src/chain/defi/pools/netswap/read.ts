import {isAddressEqual, zeroAddress, type Address} from 'viem'
import {readContract} from 'viem/actions'

import type {PoolFigures} from '../../../../protocol/defi/pools/constant-product.ts'
import type {NetswapContracts} from '../../../../protocol/defi/pools/netswap/about.ts'
import {netswapFactoryAbi} from '../../../abis/netswap-factory.ts'
import {netswapPairAbi} from '../../../abis/netswap-pair.ts'
import type {ChainClient} from '../../../connect.ts'

export interface NetswapPool extends PoolFigures {
  address: Address
  /** Thousandths of the input of a swap. */
  feePerMille: bigint
}

/**
 * The pool of two tokens, in their order; null when there is none.
 *
 * - Signed by: nobody. Chain: L2.
 * - Source: `NetswapFactory.getPair`, `feeRate` and `feeTo`; `NetswapPair.getReserves`, `token0`,
 *   `totalSupply` and `kLast`.
 */
export async function readNetswapPool(
  l2: ChainClient,
  {factory}: NetswapContracts,
  [tokenA, tokenB]: readonly [Address, Address],
  at: {blockNumber?: bigint} = {},
): Promise<NetswapPool | null> {
  const ofFactory = {address: factory, abi: netswapFactoryAbi, ...at}
  const pair = await readContract(l2, {
    ...ofFactory,
    functionName: 'getPair',
    args: [tokenA, tokenB],
  })
  if (isAddressEqual(pair, zeroAddress)) return null
  const ofPair = {address: pair, abi: netswapPairAbi, ...at}
  const [token0, [reserve0, reserve1], supply, kLast, feePerMille, feeTo] = await Promise.all([
    readContract(l2, {...ofPair, functionName: 'token0'}),
    readContract(l2, {...ofPair, functionName: 'getReserves'}),
    readContract(l2, {...ofPair, functionName: 'totalSupply'}),
    readContract(l2, {...ofPair, functionName: 'kLast'}),
    readContract(l2, {...ofFactory, functionName: 'feeRate'}),
    readContract(l2, {...ofFactory, functionName: 'feeTo'}),
  ])
  const isInOrder = isAddressEqual(token0, tokenA)
  return {
    address: pair,
    reserveA: isInOrder ? reserve0 : reserve1,
    reserveB: isInOrder ? reserve1 : reserve0,
    ...{supply, kLast, feePerMille},
    feeOn: !isAddressEqual(feeTo, zeroAddress),
  }
}
