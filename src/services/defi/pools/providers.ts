/** The only list of exchanges in this layer. Nothing else outside their folders mentions one. */
import type {ChainClient} from '../../../chain/connect.ts'
import {poolsIds, type MarketDeployments, type PoolsId} from '../../../protocol/defi/markets.ts'
import {openNetswap} from './netswap/netswap.ts'
import type {PoolProvider} from './provider.ts'

type Open = (client: ChainClient, pools: MarketDeployments<'pools'>) => PoolProvider | null

const open: Readonly<Record<PoolsId, Open>> = {
  netswap: (client, {netswap}) => (netswap ? openNetswap(client, netswap) : null),
}

/** The exchanges of a network, by name. */
export function openPools(client: ChainClient, pools: MarketDeployments<'pools'>): PoolProvider[] {
  return poolsIds.flatMap((id) => open[id](client, pools) ?? [])
}
