import type {Abi} from 'viem'

import {algebraFactoryAbi} from '../../../abis/algebra-factory.ts'
import {algebraPoolAbi} from '../../../abis/algebra-pool.ts'
import {algebraQuoterAbi} from '../../../abis/algebra-quoter.ts'

export const algebraAbis: readonly (readonly [name: string, abi: Abi])[] = [
  ['AlgebraQuoter', algebraQuoterAbi],
  ['AlgebraPool', algebraPoolAbi],
  ['AlgebraFactory', algebraFactoryAbi],
]
