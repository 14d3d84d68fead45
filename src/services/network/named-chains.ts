import {MetisSeqError} from '../../lib/errors.ts'
import type {Network} from '../../protocol/network.ts'

/** An address given with a chain prefix (`eth:0x...`). */
export interface NamedChain {
  /** As it was given. */
  text: string
  chainId: number
  /** Chain where the address is used; undefined for both. */
  layer: 'L1' | 'L2' | undefined
}

/**
 * A chain prefix is binding: a Safe on one chain may belong to nobody on another.
 *
 * @throws {MetisSeqError} ADDRESS_OF_OTHER_CHAIN
 */
export function assertChains(named: readonly NamedChain[], {name, l1, l2}: Network): void {
  const chains = {L1: l1.chainId, L2: l2.chainId}
  for (const {text, chainId, layer} of named) {
    const fits = layer ? chains[layer] === chainId : Object.values(chains).includes(chainId)
    if (fits) continue
    const here = layer
      ? `on ${layer} of ${name}, which is chain ${chains[layer]}`
      : `on ${name}, whose chains are ${chains.L1} and ${chains.L2}`
    throw new MetisSeqError({
      code: 'ADDRESS_OF_OTHER_CHAIN',
      message: `${text} names chain ${chainId}, and the address is used ${here}.`,
      facts: {given: text, chainId: `${chainId}`, network: name},
      hints: [
        'Omit the chain prefix if the account is the same on both chains; a contract such as a Safe is not.',
      ],
    })
  }
}
