import type {Abi} from 'viem'

import {cErc20Abi} from '../../../abis/c-erc20.ts'
import {cEtherAbi} from '../../../abis/c-ether.ts'
import {comptrollerAbi} from '../../../abis/comptroller.ts'
import {maximillionAbi} from '../../../abis/maximillion.ts'
import {shoebillOracleAbi} from '../../../abis/shoebill-oracle.ts'

export const shoebillAbis: readonly (readonly [name: string, abi: Abi])[] = [
  ['CErc20', cErc20Abi],
  ['CEther', cEtherAbi],
  ['Comptroller', comptrollerAbi],
  ['Maximillion', maximillionAbi],
  ['PriceOracle', shoebillOracleAbi],
]
