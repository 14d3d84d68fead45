/** The only list of markets in this layer. No other file outside their folders refers to one. */
import type {Abi} from 'viem'

import {erc20Abi} from '../abis/erc20.ts'
import type {CatalogueEntry} from '../explain/entry.ts'
import {netswapAbis} from './pools/netswap/calls.ts'
import {netswapRefusals} from './pools/netswap/refusals.ts'

/** Their ABIs by the name of the contract; `ERC20` is any other token. */
export const marketAbis: readonly (readonly [name: string, abi: Abi])[] = [
  ['ERC20', erc20Abi],
  ...netswapAbis,
]

export const marketRefusals: readonly CatalogueEntry[] = netswapRefusals
