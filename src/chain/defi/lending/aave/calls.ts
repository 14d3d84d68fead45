import type {Abi} from 'viem'

import {aaveDataProviderAbi} from '../../../abis/aave-data-provider.ts'
import {aaveOracleAbi} from '../../../abis/aave-oracle.ts'
import {aavePoolAbi} from '../../../abis/aave-pool.ts'

export const aaveAbis: readonly (readonly [name: string, abi: Abi])[] = [
  ['AavePool', aavePoolAbi],
  ['AaveDataProvider', aaveDataProviderAbi],
  ['AaveOracle', aaveOracleAbi],
]
