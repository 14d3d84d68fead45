/**
 * The only list of liquid-staking providers in this layer. No other file outside their folders
 * refers to one.
 */
import type {Address} from 'viem'

import type {LstDeployments} from '../../protocol/lst/providers.ts'
import type {LocalPart} from '../../protocol/local-parts.ts'
import type {GenesisParts} from '../placement.ts'
import {localArtemis, planArtemis} from './artemis/plan.ts'

/** The addresses that the providers have on a local network, where they are part of it. */
export type LocalLst = {[Id in keyof LstDeployments]-?: NonNullable<LstDeployments[Id]>}

export const localLst: LocalLst = {artemis: localArtemis}

/** The contracts of the providers. */
export function planLst(options: {
  governanceAddress: Address
  with?: readonly LocalPart[]
}): GenesisParts {
  return {placements: planArtemis(options), seeds: []}
}
