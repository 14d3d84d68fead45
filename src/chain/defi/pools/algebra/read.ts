import {concatHex, isAddressEqual, zeroAddress, type Address} from 'viem'
import {readContract, simulateContract} from 'viem/actions'

import type {AtBlock} from '../../../at-block.ts'
import type {AlgebraContracts} from '../../../../protocol/defi/pools/algebra/about.ts'
import type {PriceRatio} from '../../../../protocol/lst/peg.ts'
import {algebraFactoryAbi} from '../../../abis/algebra-factory.ts'
import {algebraPoolAbi} from '../../../abis/algebra-pool.ts'
import {algebraQuoterAbi} from '../../../abis/algebra-quoter.ts'
import {readTokenBalance} from '../../../actions/erc20/read-token.ts'
import type {ChainClient} from '../../../connect.ts'
import {isRevert} from '../../../reverts.ts'

export interface AlgebraPoolState {
  address: Address
  liquidity: bigint
  /** The pool's balances of both tokens, in the order asked for. */
  balances: readonly [bigint, bigint]
  /** Second token over the first, both in their smallest units. */
  price: {numerator: bigint; denominator: bigint}
}

/**
 * The pool of two tokens; null when there is none.
 *
 * - Signed by: nobody. Chain: L2.
 * - Source: Algebra `Factory.poolByPair`; `Pool.globalState`, whose first word is the square root of
 *   token 1 over token 0 with 96 binary places. Its other words differ by version.
 */
export async function readAlgebraPool(
  l2: ChainClient,
  {factory}: AlgebraContracts,
  [tokenA, tokenB]: readonly [Address, Address],
  at: AtBlock = {},
): Promise<AlgebraPoolState | null> {
  const address = await readContract(l2, {
    address: factory,
    abi: algebraFactoryAbi,
    functionName: 'poolByPair',
    args: [tokenA, tokenB],
    ...at,
  })
  if (isAddressEqual(address, zeroAddress)) return null
  const of = {address, abi: algebraPoolAbi, ...at} as const
  const [token0, [root], liquidity, heldA, heldB] = await Promise.all([
    readContract(l2, {...of, functionName: 'token0'}),
    readContract(l2, {...of, functionName: 'globalState'}),
    readContract(l2, {...of, functionName: 'liquidity'}),
    readTokenBalance(l2, {token: tokenA, account: address, ...at}),
    readTokenBalance(l2, {token: tokenB, account: address, ...at}),
  ])
  return {
    address,
    liquidity,
    balances: [heldA, heldB],
    price: ratioOfRoot(root, isAddressEqual(token0, tokenA)),
  }
}

/** Second token over the first, from the square root of token 1 over token 0 with 96 binary places. */
export function ratioOfRoot(root: bigint, isInOrder: boolean): PriceRatio {
  const [square, one] = [root * root, 2n ** 192n]
  return isInOrder ? {numerator: square, denominator: one} : {numerator: one, denominator: square}
}

/**
 * Output of a swap along a path; null where a pool of it is missing or cannot pay.
 *
 * - Source: Algebra `Quoter.quoteExactInput`: the path is addresses after each other, without fees,
 *   and the first word of the answer is the output.
 */
export async function quoteAlgebra(
  l2: ChainClient,
  {quoter}: AlgebraContracts,
  path: readonly Address[],
  amountIn: bigint,
  at: AtBlock = {},
): Promise<bigint | null> {
  try {
    const {result} = await simulateContract(l2, {
      address: quoter,
      abi: algebraQuoterAbi,
      functionName: 'quoteExactInput',
      args: [concatHex(path), amountIn],
      ...at,
    })
    return result
  } catch (error) {
    if (isRevert(error)) return null
    throw error
  }
}
