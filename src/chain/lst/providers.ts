/**
 * The only list of liquid-staking providers in this layer. No other file outside their folders
 * refers to one.
 */
import type {Abi} from 'viem'

import type {LstAmounts} from './amounts.ts'
import {artemisAbis, artemisAmounts} from './artemis/calls.ts'
import {artemisRefusals} from './artemis/refusals.ts'
import {enkiAbis, enkiAmounts} from './enki/calls.ts'
import {enkiRefusals} from './enki/refusals.ts'
import type {LstRefusals} from './refusals.ts'
import {stakelinkAbis, stakelinkAmounts} from './stakelink/calls.ts'
import {stakelinkRefusals} from './stakelink/refusals.ts'

/** Their ABIs by the name of the contract, those an operator calls first. */
export const lstAbis: readonly (readonly [name: string, abi: Abi])[] = [
  ...artemisAbis,
  ...enkiAbis,
  ...stakelinkAbis,
]

export const lstRefusals: LstRefusals = together([artemisRefusals, enkiRefusals, stakelinkRefusals])

export const lstAmounts: readonly LstAmounts[] = [
  artemisAmounts,
  ...enkiAmounts,
  ...stakelinkAmounts,
]

/** Family by family, in the order of the providers. */
function together(all: readonly LstRefusals[]): LstRefusals {
  const families = Object.keys(all[0]!) as (keyof LstRefusals)[]
  return Object.fromEntries(
    families.map((family) => [family, all.flatMap((each): readonly unknown[] => each[family])]),
  ) as unknown as LstRefusals
}
