import type {Abi} from 'viem'

import {netswapFactoryAbi} from '../../../abis/netswap-factory.ts'
import {netswapPairAbi} from '../../../abis/netswap-pair.ts'
import {netswapRouterAbi} from '../../../abis/netswap-router.ts'

export const netswapAbis: readonly (readonly [name: string, abi: Abi])[] = [
  ['NetswapRouter', netswapRouterAbi],
  ['NetswapPair', netswapPairAbi],
  ['NetswapFactory', netswapFactoryAbi],
]
