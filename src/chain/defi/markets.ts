/** The only list of markets in this layer. No other file outside their folders refers to one. */
import type {Abi} from 'viem'

import {erc20Abi} from '../abis/erc20.ts'
import {marketFeedAbi} from '../abis/market-feed.ts'
import {entriesOf, type CatalogueEntry} from '../explain/entry.ts'
import {qidaoAbis} from './cdp/qidao/calls.ts'
import {qidaoRefusals} from './cdp/qidao/refusals.ts'
import {stablisAbis} from './cdp/stablis/calls.ts'
import {stablisRefusals} from './cdp/stablis/refusals.ts'
import {aaveAbis} from './lending/aave/calls.ts'
import {aaveRefusals} from './lending/aave/refusals.ts'
import {shoebillAbis} from './lending/shoebill/calls.ts'
import {shoebillRefusals} from './lending/shoebill/refusals.ts'
import {algebraAbis} from './pools/algebra/calls.ts'
import {algebraRefusals} from './pools/algebra/refusals.ts'
import {netswapAbis} from './pools/netswap/calls.ts'
import {netswapRefusals} from './pools/netswap/refusals.ts'

/** Their ABIs by the name of the contract; `ERC20` is any other token. */
export const marketAbis: readonly (readonly [name: string, abi: Abi])[] = [
  ['ERC20', erc20Abi],
  ...netswapAbis,
  ...algebraAbis,
  ...aaveAbis,
  ...shoebillAbis,
  ...qidaoAbis,
  ...stablisAbis,
  ['PriceFeed', marketFeedAbi],
]

export const marketRefusals: readonly CatalogueEntry[] = [
  ...netswapRefusals,
  ...algebraRefusals,
  ...aaveRefusals,
  ...shoebillRefusals,
  ...qidaoRefusals,
  ...stablisRefusals,
  ...entriesOf({kind: 'text', contracts: ['PriceFeed'], source: 'Chainlink aggregators'}, [
    {
      subject: 'No data present',
      code: 'PRICE_UNKNOWN',
      message: 'The feed has no such round.',
      meaning: 'Rounds are numbered from 1; later ones do not exist yet.',
      causes: ['The number of the round is wrong.'],
    },
  ]),
]
