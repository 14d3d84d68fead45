/** The only list of exchanges in this layer. Nothing else outside their folders mentions one. */
import {poolsIds, type MarketDeployments, type PoolsId} from '../../../protocol/defi/markets.ts'
import type {Context} from '../../context.ts'
import {openAlgebra} from './algebra/algebra.ts'
import {openNetswap} from './netswap/netswap.ts'
import type {Exchange} from './provider.ts'

type Open = (context: Context, pools: MarketDeployments<'pools'>) => Exchange | null

const open: Readonly<Record<PoolsId, Open>> = {
  netswap: (context, {netswap}) => (netswap ? openNetswap(context.l2().client, netswap) : null),
  algebra: (context, {algebra}) => (algebra ? openAlgebra(context, algebra) : null),
}

/** The exchanges of a network, by name. */
export function openPools(context: Context, pools: MarketDeployments<'pools'>): Exchange[] {
  return poolsIds.flatMap((id) => open[id](context, pools) ?? [])
}
