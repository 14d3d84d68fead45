import type {Address} from 'viem'

import {depthOf} from '../../protocol/defi/pools/constant-product.ts'
import type {PoolsId} from '../../protocol/defi/markets.ts'
import {discountOf, type PriceRatio} from '../../protocol/lst/peg.ts'
import type {LstId} from '../../protocol/lst/providers.ts'
import type {Context} from '../context.ts'
import type {Exchange, Pool} from '../defi/pools/provider.ts'
import {openPools} from '../defi/pools/providers.ts'
import {findToken, type Token} from '../defi/tokens.ts'
import {idOf, ofEach, type Answers} from './each.ts'
import type {LstProvider} from './provider.ts'

const ONE = 10n ** 18n

/** The price of a token in a pool with METIS, beside its rate. */
export interface LstPeg {
  provider: LstId
  token: string
  exchange: PoolsId
  pool: Address
  /** METIS per token, scaled by 1e18, without fee and slippage. */
  poolPrice: bigint
  /** METIS per token by which the provider counts, scaled by 1e18. */
  rate: bigint
  /** Of the rate; above zero: the pool pays less. */
  discountBasisPoints: number
  /** METIS that raises the price by 1 %, without the fee; null where the liquidity depends on the price. */
  depthMetisWei: bigint | null
}

export interface LstPegs {
  provider: LstId
  pegs: LstPeg[]
  /** Symbols of its tokens without a pool. */
  withoutPool: string[]
}

/** Pool prices and rates, by provider. @throws {MetisSeqError} those of {@link ofEach} */
export function readPegs(context: Context, id?: LstId): Promise<Answers<LstPegs>> {
  return ofEach(context, id, (provider) => pegsOf(context, provider))
}

/** The same for one provider. Without an exchange on the network, nothing is read. */
export async function pegsOf(context: Context, provider: LstProvider): Promise<LstPegs> {
  const id = idOf(provider)
  const {token, shareToken, parTokens = []} = provider.about
  const symbols = [token, ...(shareToken === undefined ? [] : [shareToken]), ...parTokens]
  const {defi} = context.network
  const exchanges = defi ? openPools(context, defi.pools) : []
  if (exchanges.length === 0) return {provider: id, pegs: [], withoutPool: symbols}
  const [{rate, shareRate}, metis] = await Promise.all([
    provider.read(),
    findToken(context, 'METIS'),
  ])
  const rates = symbols.map((symbol) => ({
    symbol,
    rate: symbol === token ? rate : symbol === shareToken ? shareRate : ONE,
  }))
  const found = await Promise.all(
    rates.map(async (each) => {
      const tokens = [await findToken(context, each.symbol), metis] as const
      const pegs = await Promise.all(
        exchanges.map((exchange) => pegIn(exchange, tokens, {provider: id, rate: each.rate})),
      )
      return {symbol: each.symbol, pegs: pegs.flat()}
    }),
  )
  return {
    provider: id,
    pegs: found.flatMap(({pegs}) => pegs),
    withoutPool: found.filter(({pegs}) => pegs.length === 0).map(({symbol}) => symbol),
  }
}

async function pegIn(
  exchange: Exchange,
  tokens: readonly [Token, Token],
  {provider, rate}: Pick<LstPeg, 'provider' | 'rate'>,
): Promise<LstPeg[]> {
  const pool = await exchange.pool(tokens)
  const ratio = pool && pricedRatio(pool)
  if (!ratio) return []
  const {numerator, denominator} = ratio
  const [{symbol, decimals}] = tokens
  const poolPrice = (numerator * 10n ** BigInt(decimals)) / denominator
  return [
    {
      ...{provider, token: symbol, exchange: exchange.id, pool: pool.address, poolPrice, rate},
      discountBasisPoints: discountOf(poolPrice, rate),
      depthMetisWei: pool.spot ? null : depthOf(pool.reserveB, 100),
    },
  ]
}

/** Second token over the first; null for an empty pool, which has no price. */
export function pricedRatio({reserveA, reserveB, spot}: Pool): PriceRatio | null {
  if (reserveA === 0n || reserveB === 0n) return null
  const ratio = spot ?? {numerator: reserveB, denominator: reserveA}
  return ratio.denominator === 0n ? null : ratio
}
