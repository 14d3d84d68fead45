/** The only list of lending markets in this layer. Nothing else outside their folders mentions one. */
import {lendingIds, type LendingId, type MarketDeployments} from '../../../protocol/defi/markets.ts'
import type {Context} from '../../context.ts'
import {openAave} from './aave/aave.ts'
import {openShoebill} from './shoebill/shoebill.ts'
import type {LendingProvider} from './provider.ts'

type Open = (context: Context, lending: MarketDeployments<'lending'>) => LendingProvider | null

const open: Readonly<Record<LendingId, Open>> = {
  shoebill: (context, {shoebill}) => (shoebill ? openShoebill(context, shoebill) : null),
  aave: (context, {aave}) => (aave ? openAave(context, aave) : null),
}

/** The lending markets of a network, by name. */
export function openLending(
  context: Context,
  lending: MarketDeployments<'lending'>,
): LendingProvider[] {
  return lendingIds.flatMap((id) => open[id](context, lending) ?? [])
}
