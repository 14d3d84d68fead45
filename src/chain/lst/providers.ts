/**
 * The only list of liquid-staking providers in this layer. No other file outside their folders
 * refers to one.
 */
import type {Abi} from 'viem'

import type {LstAmounts} from './amounts.ts'
import {artemisAbis, artemisAmounts} from './artemis/calls.ts'
import {artemisRefusals} from './artemis/refusals.ts'
import type {LstRefusals} from './refusals.ts'

/** Their ABIs by the name of the contract, those an operator calls first. */
export const lstAbis: readonly (readonly [name: string, abi: Abi])[] = artemisAbis

export const lstRefusals: LstRefusals = artemisRefusals

export const lstAmounts: readonly LstAmounts[] = [artemisAmounts]
