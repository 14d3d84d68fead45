/**
 * The only list of liquid-staking providers in this layer. No other file outside their folders
 * refers to one.
 */
import type {Address} from 'viem'

import type {LstDeployments} from '../../protocol/lst/providers.ts'
import type {GenesisParts, LocalPart, SeedCall} from '../placement.ts'
import {depositWithArtemis, localArtemis, planArtemis} from './artemis/plan.ts'

/** A local network has every provider. */
export type LocalLst = {[Id in keyof LstDeployments]: NonNullable<LstDeployments[Id]>}

export const localLst: LocalLst = {artemis: localArtemis}

/** The contracts of the providers. */
export function planLst(options: {
  governanceAddress: Address
  with?: readonly LocalPart[]
}): GenesisParts {
  return {placements: planArtemis(options), seeds: []}
}

/** A token for the first liquidity of the markets, and the deposit by which `from` gets it. */
export function buyLst(from: Address): {token: Address; buy(amountWei: bigint): SeedCall} {
  return {
    token: localArtemis.artMetis,
    buy: (amountWei) => depositWithArtemis(from, amountWei),
  }
}
