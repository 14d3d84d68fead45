import type {Hash} from 'viem'

import {explorerPage} from '../../protocol/network.ts'
import type {Context} from '../context.ts'
import type {Plan} from './plan.ts'

/** Where a transaction can be looked at in a browser; null where the network names no explorer. */
export function pagesOf(
  {network}: Context,
  {chain}: Pick<Plan, 'chain'>,
): (hash: Hash) => string | null {
  return (hash) => explorerPage(network, chain, hash)
}
