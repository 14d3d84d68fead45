/** The only list of stablecoin vaults in this layer. Nothing else outside their folders mentions one. */
import {cdpIds, type CdpId, type MarketDeployments} from '../../../protocol/defi/markets.ts'
import type {Context} from '../../context.ts'
import type {CdpProvider} from './provider.ts'
import {openQiDao} from './qidao/qidao.ts'
import {openStablis} from './stablis/stablis.ts'

type Open = (context: Context, cdp: MarketDeployments<'cdp'>) => CdpProvider | null

const open: Readonly<Record<CdpId, Open>> = {
  stablis: (context, {stablis}) => (stablis ? openStablis(context, stablis) : null),
  qidao: (context, {qidao}) => (qidao ? openQiDao(context, qidao) : null),
}

/** The vaults of a network, by name. */
export function openCdps(context: Context, cdp: MarketDeployments<'cdp'>): CdpProvider[] {
  return cdpIds.flatMap((id) => open[id](context, cdp) ?? [])
}
