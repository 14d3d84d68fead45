import type {Address} from 'viem'

import {ifOffered} from '../../chain/lst/optional.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import type {PoolsId} from '../../protocol/defi/markets.ts'
import {discountOf, ratioBefore, type PriceRatio, type RatioChange} from '../../protocol/lst/peg.ts'
import type {RateSample, Yield} from '../../protocol/lst/yield.ts'
import type {Context} from '../context.ts'
import type {Exchange, Pool} from '../defi/pools/provider.ts'
import {openPools} from '../defi/pools/providers.ts'
import {findToken, type Token} from '../defi/tokens.ts'
import {pricedRatio} from './peg.ts'
import type {LstProvider} from './provider.ts'

/** The pool price at a sample; null where it is not known. */
export interface PegPoint {
  /** METIS per token, scaled by 1e18, without fee and slippage. */
  poolPrice: bigint | null
  /** Of the rate at the same block; above zero: the pool paid less. */
  discountBasisPoints: number | null
}

export interface PegHistory {
  /** The token whose rate the samples have. */
  token: string
  /** The exchange with the pool; null without one. */
  exchange: PoolsId | null
  exchangeName: string | null
  pool: Address | null
  /** `state`: read at every block. `events`: some prices follow from the events of the pool. */
  method: Yield['method'] | null
  /** One for each sample, in their order. */
  points: PegPoint[]
  /** Why prices are unknown; empty where all are known. */
  unknown: string[]
}

type Tokens = readonly [Token, Token]

/**
 * The price of a provider's token in METIS at the blocks of samples, in the first exchange with a pool:
 * from the state of each block, or, where the endpoint has it no longer, from the events of the pool.
 */
export async function readPegHistory(
  context: Context,
  {about}: Pick<LstProvider, 'about'>,
  samples: readonly RateSample[],
): Promise<PegHistory> {
  const symbol = about.shareToken ?? about.token
  const {defi} = context.network
  const exchanges = defi ? openPools(context, defi.pools) : []
  if (exchanges.length === 0) {
    return without(symbol, samples, `No exchange is known on ${context.networkName}.`)
  }
  const tokens = [await findToken(context, symbol), await findToken(context, 'METIS')] as const
  const market = await firstPool(exchanges, tokens)
  if (!market) return without(symbol, samples, `No pool of ${symbol} and METIS is known.`)
  const {exchange, pool} = market
  const {ratios, method, unreadable} = await readRatios(context, market, tokens, samples)
  const points = samples.map(({rate}, at) => pointOf(ratios[at] ?? null, rate, tokens[0]))
  const isEmpty = ratios.some((ratio) => ratio !== undefined && priceOf(ratio, tokens[0]) === null)
  return {
    ...{token: symbol, exchange: exchange.id, exchangeName: exchange.name, pool: pool.address},
    ...{method, points},
    unknown: [
      ...(isEmpty ? ['The pool was empty, or did not exist, at some of the times.'] : []),
      ...unreadable,
    ],
  }
}

function without(token: string, samples: readonly RateSample[], reason: string): PegHistory {
  return {
    ...{token, exchange: null, exchangeName: null, pool: null, method: null},
    points: samples.map(() => ({poolPrice: null, discountBasisPoints: null})),
    unknown: [reason],
  }
}

interface Market {
  exchange: Exchange
  pool: Pool
}

async function firstPool(
  exchanges: readonly Exchange[],
  tokens: Tokens,
): Promise<Market | undefined> {
  for (const exchange of exchanges) {
    const pool = await exchange.pool(tokens)
    if (pool && pricedRatio(pool)) return {exchange, pool}
  }
  return undefined
}

interface Ratios {
  /** One for each sample: null for a pool without a price, undefined where it is unknown. */
  ratios: (PriceRatio | null | undefined)[]
  method: Yield['method']
  unreadable: string[]
}

async function readRatios(
  context: Context,
  {exchange, pool}: Market,
  tokens: Tokens,
  samples: readonly RateSample[],
): Promise<Ratios> {
  const {client} = context.l2()
  const read = await Promise.all(
    samples.map(async ({blockNumber}) => {
      // A missing state is any error; a contract that was not there yet answers with nothing.
      const found = ifOffered(client, exchange.pool(tokens, {blockNumber}))
      return found.then((each) => each && pricedRatio(each)).catch(() => undefined)
    }),
  )
  const first = samples.find((_, at) => read[at] === undefined)
  const last = samples.at(-1)
  if (!first || !last) return {ratios: read, method: 'state', unreadable: []}
  const changes = await readChanges(exchange, tokens, pool, {
    fromBlock: first.blockNumber + 1n,
    toBlock: last.blockNumber,
  })
  if (changes === null) {
    const reason =
      'The endpoint has neither the state of earlier blocks nor the events of the pool.'
    return {ratios: read, method: 'state', unreadable: [reason]}
  }
  const now = read.at(-1) ?? pricedRatio(pool)
  const ratios = samples.map(({blockNumber}, at) =>
    read[at] === undefined ? ratioBefore(now, changes, blockNumber) : read[at],
  )
  const gaps = ratios.includes(undefined)
    ? ['The first event of the pool says nothing about the price before it.']
    : []
  return {ratios, method: 'events', unreadable: gaps}
}

/** Null where the endpoint does not give them. */
async function readChanges(
  exchange: Exchange,
  tokens: Tokens,
  pool: Pool,
  range: {fromBlock: bigint; toBlock: bigint},
): Promise<RatioChange[] | null> {
  try {
    return await exchange.priceChanges(tokens, pool, range)
  } catch (error) {
    if (error instanceof MetisSeqError && error.code === 'LOGS_UNREADABLE') return null
    throw error
  }
}

function priceOf(ratio: PriceRatio | null, {decimals}: Token): bigint | null {
  if (!ratio || ratio.denominator === 0n || ratio.numerator === 0n) return null
  return (ratio.numerator * 10n ** BigInt(decimals)) / ratio.denominator
}

function pointOf(ratio: PriceRatio | null, rate: bigint, token: Token): PegPoint {
  const poolPrice = priceOf(ratio, token)
  return {
    poolPrice,
    discountBasisPoints: poolPrice === null ? null : discountOf(poolPrice, rate),
  }
}
