/** The only list of markets in this layer. No other file outside their folders refers to one. */
import type {Address} from 'viem'

import type {DefiDeployments} from '../../protocol/defi/markets.ts'
import {buyLst} from '../lst/providers.ts'
import type {LocalPart} from '../../protocol/local-parts.ts'
import type {GenesisParts} from '../placement.ts'
import {localQiDao, planQiDao} from './cdp/qidao/plan.ts'
import {FIRST_LOAN_WEI, localStablis, planStablis} from './cdp/stablis/plan.ts'
import {localAave, planAave} from './lending/aave/plan.ts'
import {localShoebill, planShoebill} from './lending/shoebill/plan.ts'
import {localAlgebra, planAlgebra} from './pools/algebra/plan.ts'
import {fillPool, localNetswap, planNetswap} from './pools/netswap/plan.ts'
import {firstMetisPrice, localFeeds, localTokenDecimals, localTokens, planTokens} from './tokens.ts'

/** Half of the first loan makes a pool: a fee is owed on top of what was borrowed, so more must be bought. */
const USDS_WEI = FIRST_LOAN_WEI / 2n

const localDefi: DefiDeployments = {
  tokens: {...localTokens, USDS: localStablis.usds},
  tokenDecimals: localTokenDecimals,
  feeds: localFeeds,
  pools: {netswap: localNetswap, algebra: localAlgebra},
  lending: {aave: localAave, shoebill: localShoebill},
  cdp: {qidao: localQiDao, stablis: localStablis},
}

export interface DefiOptions {
  governanceAddress: Address
  with?: readonly LocalPart[]
}

/** For the document of a network with these parts; nothing without the markets. */
export function defiOf({with: parts = []}: Pick<DefiOptions, 'with'>): {defi?: DefiDeployments} {
  return parts.includes('defi') ? {defi: localDefi} : {}
}

/** The contracts of all markets with their first liquidity; none without the part `defi`. */
export function planDefi(options: DefiOptions): GenesisParts {
  const {governanceAddress, with: parts = []} = options
  if (!parts.includes('defi')) return {placements: [], seeds: []}
  const planned = [
    {placements: planTokens(governanceAddress), seeds: []},
    planNetswap({governanceAddress, lst: buyLst(governanceAddress)}),
    planAlgebra({governanceAddress, lst: buyLst(governanceAddress)}),
    planAave({governanceAddress}),
    planShoebill({governanceAddress, lst: buyLst(governanceAddress)}),
    planQiDao({governanceAddress}),
    planStablis({governanceAddress, lst: buyLst(governanceAddress)}),
    {
      placements: [],
      seeds: fillPool(governanceAddress, localStablis.usds, USDS_WEI, USDS_WEI / firstMetisPrice),
    },
  ]
  return {
    placements: planned.flatMap(({placements}) => placements),
    seeds: planned.flatMap(({seeds}) => seeds),
  }
}
