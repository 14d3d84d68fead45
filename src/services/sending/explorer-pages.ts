import type {Hash} from 'viem'

import {explorerPage} from '../../protocol/network.ts'
import type {Context} from '../context.ts'
import type {Plan} from './plan.ts'

/** Explorer URL of a transaction; null where the network has no explorer. */
export function pagesOf(
  {network}: Context,
  {chain}: Pick<Plan, 'chain'>,
): (hash: Hash) => string | null {
  return (hash) => explorerPage(network, chain, hash)
}
