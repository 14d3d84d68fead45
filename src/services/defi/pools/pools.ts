import type {Address} from 'viem'

import {MetisSeqError} from '../../../lib/errors.ts'
import {amountsOf, ONE} from '../../../protocol/defi/pools/constant-product.ts'
import type {PoolsId} from '../../../protocol/defi/markets.ts'
import type {Amount} from '../../../protocol/amount.ts'
import type {Context} from '../../context.ts'
import {ourOwn, type Condition} from '../../sending/check.ts'
import {requireMarket} from '../require-market.ts'
import {exactText, findToken, knownTokens, readToken, unitsOf, type Token} from '../tokens.ts'
import {readShares} from './shares.ts'
import {openPools} from './providers.ts'
import type {AtBlock} from '../../../chain/at-block.ts'
import type {Exchange, Pool, PoolProvider, RouteQuote} from './provider.ts'

/**
 * The exchange with this name, or the first of the network.
 *
 * @throws {MetisSeqError} MARKET_UNKNOWN
 */
export function findExchange(context: Context, id: PoolsId | undefined): Exchange {
  const {defi} = context.network
  return requireMarket(context, 'pools', defi ? openPools(context, defi.pools) : [], id)
}

/**
 * The same, for a call that is sent.
 *
 * @throws {MetisSeqError} MARKET_UNKNOWN, MARKET_READ_ONLY
 */
export function findTradingExchange(context: Context, id: PoolsId | undefined): PoolProvider {
  const exchange = findExchange(context, id)
  if (exchange.spender) return exchange
  throw new MetisSeqError({
    code: 'MARKET_READ_ONLY',
    message: `${exchange.name} is only quoted: nothing can be sent to it from here.`,
    facts: {network: context.networkName, market: exchange.id},
    hints: ['Choose another exchange with `--dex`, or leave it out.'],
  })
}

/** @throws {MetisSeqError} TOKEN_UNKNOWN, USAGE */
export async function findPair(
  context: Context,
  [a, b]: readonly [string, string],
): Promise<readonly [Token, Token]> {
  const [tokenA, tokenB] = await Promise.all([findToken(context, a), findToken(context, b)])
  if (tokenA.address !== tokenB.address) return [tokenA, tokenB]
  throw new MetisSeqError({
    code: 'USAGE',
    message: `Both tokens are ${tokenA.symbol}.`,
    hints: ['Name two different tokens.'],
  })
}

/** @throws {MetisSeqError} POOL_UNKNOWN */
export async function requirePool(
  context: Context,
  exchange: Exchange,
  tokens: readonly [Token, Token],
  at?: AtBlock,
): Promise<Pool> {
  const pool = await exchange.pool(tokens, at)
  if (pool) return pool
  throw poolUnknown(context, exchange, tokens)
}

/** A pool that was created and never filled, or that everybody has left, has no price. */
export function poolFilled(
  {reserveA, reserveB}: Pool,
  [first, last]: readonly [Token, Token],
): Condition {
  return ourOwn('pool-filled', 'LIQUIDITY_LOW', {
    label: `the pool of ${first.symbol} and ${last.symbol} has liquidity`,
    ok: reserveA > 0n && reserveB > 0n,
    seen: `${exactText(reserveA, first)} and ${exactText(reserveB, last)}`,
    remedy: 'Choose another exchange with `--dex`, or wait until somebody has set its price.',
  })
}

function poolUnknown(
  {networkName}: Context,
  {name}: Exchange,
  [first, last]: readonly [Token, Token],
): MetisSeqError {
  return new MetisSeqError({
    code: 'POOL_UNKNOWN',
    message: `${name} has no pool of ${first.symbol} and ${last.symbol} on ${networkName}.`,
    facts: {network: networkName, tokens: `${first.symbol}, ${last.symbol}`},
    hints: ['Run `metis-seq pool show` to see the pools of known tokens.'],
  })
}

/** A pool with the share of an account. */
export interface PoolView {
  exchange: PoolsId
  address: Address
  tokens: readonly [Token, Token]
  reserves: readonly [bigint, bigint]
  supply: bigint
  /** Second token for one of the first, in its smallest units, without fee and slippage. */
  price: bigint
  /** Share of the input of a swap that stays in the pool, scaled by 1e18; null if it changes. */
  fee: bigint | null
  position: PoolPosition | null
}

export interface PoolPosition {
  account: Address
  shares: bigint
  /** Their worth now, in the order of the tokens. */
  amounts: readonly [bigint, bigint]
}

/**
 * One pool, or all pools of METIS and a known token.
 *
 * @param account whose share is shown; null for none
 * @throws {MetisSeqError} MARKET_UNKNOWN, TOKEN_UNKNOWN, POOL_UNKNOWN
 */
export async function showPools(
  context: Context,
  request: {
    exchange: PoolsId | undefined
    pair: readonly [string, string] | null
    account: Address | null
  },
): Promise<PoolView[]> {
  const exchange = findExchange(context, request.exchange)
  if (request.pair) {
    const tokens = await findPair(context, request.pair)
    const pool = await requirePool(context, exchange, tokens)
    return [await viewOf(context, exchange, pool, tokens, request.account)]
  }
  const metis = await findToken(context, 'METIS')
  const others = knownTokens(context).filter(([symbol]) => symbol !== metis.symbol)
  const views = await Promise.all(
    others.map(async ([, address]) => {
      const tokens = [await readToken(context, address), metis] as const
      const pool = await exchange.pool(tokens)
      return pool ? [await viewOf(context, exchange, pool, tokens, request.account)] : []
    }),
  )
  return views.flat()
}

async function viewOf(
  context: Context,
  exchange: Exchange,
  pool: Pool,
  tokens: readonly [Token, Token],
  account: Address | null,
): Promise<PoolView> {
  const {address, reserveA, reserveB, supply, feePerMille} = pool
  // Positions of a pool that is only quoted are not shares.
  const isShown = account !== null && exchange.spender !== null
  const shares = isShown ? await readShares(context, address, account) : 0n
  const {amountA, amountB} = amountsOf(shares, pool)
  const unit = 10n ** BigInt(tokens[0].decimals)
  const {numerator, denominator} = pool.spot ?? {numerator: reserveB, denominator: reserveA}
  return {
    exchange: exchange.id,
    ...{address, tokens, reserves: [reserveA, reserveB], supply},
    price: denominator === 0n ? 0n : (unit * numerator) / denominator,
    fee: feePerMille === null ? null : (feePerMille * ONE) / 1000n,
    position: isShown ? {account, shares, amounts: [amountA, amountB]} : null,
  }
}

export interface QuoteView extends RouteQuote {
  exchange: PoolsId
  amountIn: bigint
  /** The output within the tolerance. */
  minOut: bigint
}

/**
 * The result of a swap now: directly, or through METIS where there is no pool of the two.
 *
 * @throws {MetisSeqError} MARKET_UNKNOWN, TOKEN_UNKNOWN, POOL_UNKNOWN, USAGE
 */
export async function findRoute(
  context: Context,
  exchange: Exchange,
  [first, last]: readonly [Token, Token],
  amountIn: bigint,
): Promise<RouteQuote> {
  const direct = await exchange.quote([first, last], amountIn)
  if (direct) return direct
  const isWithMetis = first.isMetis || last.isMetis
  const metis = await findToken(context, 'METIS')
  const through = isWithMetis ? null : await exchange.quote([first, metis, last], amountIn)
  if (through) return through
  throw poolUnknown(context, exchange, [first, last])
}

/** @throws {MetisSeqError} those of {@link findRoute} */
export async function quoteSwap(
  context: Context,
  request: {exchange: PoolsId | undefined; amount: Amount; pair: readonly [string, string]},
): Promise<Omit<QuoteView, 'minOut'>> {
  const exchange = findExchange(context, request.exchange)
  const tokens = await findPair(context, request.pair)
  const amountIn = unitsOf(request.amount, tokens[0], 0n)
  const route = await findRoute(context, exchange, tokens, amountIn)
  return {exchange: exchange.id, amountIn, ...route}
}
