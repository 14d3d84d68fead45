/** The only list of liquid-staking providers in this layer. Nothing else outside their folders mentions one. */
import type {ChainClient} from '../../chain/connect.ts'
import {lstIds, type LstDeployments, type LstId} from '../../protocol/lst/providers.ts'
import {openArtemis} from './artemis/artemis.ts'
import {openEnki} from './enki/enki.ts'
import type {LstProvider} from './provider.ts'
import {openStakelink} from './stakelink/stakelink.ts'

type Open = (client: ChainClient, lst: LstDeployments) => LstProvider | null

const open: Readonly<Record<LstId, Open>> = {
  artemis: (client, {artemis}) => (artemis ? openArtemis(client, artemis) : null),
  enki: (client, {enki}) => (enki ? openEnki(client, enki) : null),
  stakelink: (client, {stakelink}) => (stakelink ? openStakelink(client, stakelink) : null),
}

/** The providers of a network, by name. */
export function openProviders(client: ChainClient, lst: LstDeployments): LstProvider[] {
  return lstIds.flatMap((id) => open[id](client, lst) ?? [])
}
