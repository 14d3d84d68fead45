/** The one list of liquid-staking providers on this floor. Nothing else outside of their folders names one. */
import type {Address} from 'viem'

import type {LstDeployments} from '../../protocol/lst/providers.ts'
import type {Placement} from '../placement.ts'
import {localArtemis, planArtemis} from './artemis/plan.ts'

/** A local network has every provider. */
export type LocalLst = {[Id in keyof LstDeployments]: NonNullable<LstDeployments[Id]>}

export const localLst: LocalLst = {artemis: localArtemis}

/** The contracts of all providers. */
export function planLst(options: {governanceAddress: Address}): Placement[] {
  return planArtemis(options)
}
