import type {Address} from 'viem'

import {readTokenBalance} from '../../../chain/actions/erc20/read-token.ts'
import type {Context} from '../../context.ts'
import type {Token} from '../tokens.ts'
import type {AtBlock} from '../../../chain/at-block.ts'

/** Shares of a pool that an account holds. The pool is their token. */
export function readShares(
  {l2}: Context,
  pool: Address,
  account: Address,
  at: AtBlock = {},
): Promise<bigint> {
  return readTokenBalance(l2().client, {token: pool, account, ...at})
}

/** The shares of a pool as a token, to approve and to show. */
export function shareToken(pool: Address): Token {
  return {symbol: 'LP', address: pool, decimals: 18, isMetis: false}
}
