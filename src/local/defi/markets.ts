/** The only list of markets in this layer. No other file outside their folders refers to one. */
import type {Address} from 'viem'

import type {DefiDeployments} from '../../protocol/defi/markets.ts'
import {buyLst} from '../lst/providers.ts'
import type {LocalPart} from '../../protocol/local-parts.ts'
import type {GenesisParts} from '../placement.ts'
import {localQiDao, planQiDao} from './cdp/qidao/plan.ts'
import {localAave, planAave} from './lending/aave/plan.ts'
import {localShoebill, planShoebill} from './lending/shoebill/plan.ts'
import {localAlgebra, planAlgebra} from './pools/algebra/plan.ts'
import {localNetswap, planNetswap} from './pools/netswap/plan.ts'
import {localFeeds, localTokens, planTokens} from './tokens.ts'

const localDefi: DefiDeployments = {
  tokens: localTokens,
  feeds: localFeeds,
  pools: {netswap: localNetswap, algebra: localAlgebra},
  lending: {aave: localAave, shoebill: localShoebill},
  cdp: {qidao: localQiDao},
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
  ]
  return {
    placements: planned.flatMap(({placements}) => placements),
    seeds: planned.flatMap(({seeds}) => seeds),
  }
}
