import {Flags} from '@oclif/core'
import type {Address} from 'viem'

import type {SignerNames} from '../services/network/registry-names.ts'

/** The public list of sequencers, for names beside addresses. */
export const namesFlag = Flags.string({
  description: 'List of sequencers (`all.json` of the public registry), for names of signers.',
  helpValue: 'FILE',
})

/** Adds the name of each signer; null without one. */
export function withNames<T extends {signer: Address | null}>(
  items: readonly T[],
  names: SignerNames,
): (T & {name: string | null})[] {
  return items.map((item) => ({
    ...item,
    name: (item.signer && names.get(item.signer.toLowerCase())) ?? null,
  }))
}
