import {poolsIds} from '../../protocol/defi/markets.ts'
import type {poolsJson, quoteJson} from '../presenters/pool.ts'
import {address, as, digits, list, nullable, object, signedDigits, wei, word} from './build.ts'
import type {CommandSchemas} from './document.ts'
import {sends} from './parts/plan.ts'
import {token, tokenAmount} from './parts/token.ts'

type PoolJson = ReturnType<typeof poolsJson>['pools'][number]

const exchange = word('Exchange.', poolsIds)
const fee = nullable(
  digits('Share of the input that stays in the pools, scaled by 1e18; null if it is not known.'),
)
const both = list('In the order of the tokens.', tokenAmount)

const pool = object<PoolJson>('A pool of two tokens.', {
  exchange,
  address: address('The pool, which is the token of its shares too.'),
  reserves: both,
  supply: wei('Shares that exist.'),
  price: as(tokenAmount, 'The second token for one of the first, without fee.'),
  feeE18: fee,
  position: nullable(
    object<NonNullable<PoolJson['position']>>('Share of an account; null without an account.', {
      account: address('The account.'),
      shares: wei('Shares that it holds.'),
      worth: both,
    }),
  ),
})

const moved = {
  pool: address('The pool.'),
  amounts: both,
  shares: wei('Shares that were minted or burned.'),
}

export const poolSchemas: CommandSchemas = {
  'pool add': sends('Mined, and read from its events.', moved),
  'pool quote': {
    data: object<ReturnType<typeof quoteJson>>('Result of a swap at current reserves.', {
      exchange,
      path: list('Tokens from the first to the last.', token),
      amountIn: as(tokenAmount, 'Given.'),
      amountOut: as(tokenAmount, 'Received.'),
      feeE18: fee,
      impactE18: signedDigits(
        'How much less than at the current price, without the fee, scaled by 1e18.',
      ),
    }),
  },
  'pool remove': sends('Mined, and read from its events.', moved),
  'pool show': {
    data: object('Pools.', {pools: list('By token.', pool)}),
  },
  'pool swap': sends('Mined, and read from its events.', {
    received: as(tokenAmount, 'The output of the swap.'),
  }),
}
