import type {Address, Log} from 'viem'

import type {AtBlock} from '../../../chain/at-block.ts'
import type {PoolsId} from '../../../protocol/defi/markets.ts'
import type {PoolFigures} from '../../../protocol/defi/pools/constant-product.ts'
import type {RatioChange} from '../../../protocol/lst/peg.ts'
import type {PlannedCall} from '../../sending/plan.ts'
import type {Token} from '../tokens.ts'

/** A pool of two tokens, in the order in which they were asked for. */
export interface Pool extends PoolFigures {
  address: Address
  /** Thousandths of the input; null where the fee changes with the market. */
  feePerMille: bigint | null
  /** Second token over the first, where it is not that of the reserves. */
  spot?: {numerator: bigint; denominator: bigint}
}

/** The result of a swap now. */
export interface RouteQuote {
  /** Tokens from the first to the last. */
  path: readonly Token[]
  out: bigint
  /** How much worse than the current price, without the fee; scaled by 1e18. */
  impact: bigint
  /** Share of the input that all pools of the path keep, scaled by 1e18; null if it is not known. */
  fee: bigint | null
}

export interface SwapTerms {
  path: readonly Token[]
  amountIn: bigint
  minOut: bigint
  to: Address
  deadlineSeconds: bigint
}

export interface LiquidityTerms {
  tokens: readonly [Token, Token]
  to: Address
  deadlineSeconds: bigint
}

/**
 * An exchange with pools on one network. Everything specific to a product is behind it, in its own
 * folder.
 */
export interface PoolProvider extends AskedExchange {
  /** The contract that takes the tokens, and its name. */
  readonly spender: {address: Address; name: string}
  swapCall(terms: SwapTerms): PlannedCall
  addCall(
    terms: LiquidityTerms & {amounts: readonly [bigint, bigint]; least: readonly [bigint, bigint]},
  ): PlannedCall
  removeCall(
    terms: LiquidityTerms & {shares: bigint; least: readonly [bigint, bigint]},
  ): PlannedCall
  /** The output of a mined swap, from its events. */
  swapped(logs: readonly Log[], pool: Address, token: Token): bigint
  /** Both amounts of a mined deposit and the shares minted for it, from its events. */
  added(logs: readonly Log[], pool: Address, terms: LiquidityTerms): Moved
  /** Both amounts of a mined withdrawal and the shares burned for it, from its events. */
  removed(logs: readonly Log[], pool: Address, terms: LiquidityTerms): Moved
}

/** An exchange that is only asked for quotes. */
export interface QuotingExchange extends AskedExchange {
  readonly spender: null
}

export type Exchange = PoolProvider | QuotingExchange

interface AskedExchange {
  readonly id: PoolsId
  readonly name: string
  /** Null when there is no pool of the two. */
  pool(tokens: readonly [Token, Token], at?: AtBlock): Promise<Pool | null>
  /** Null when there is no path through pools. */
  quote(path: readonly Token[], amountIn: bigint, at?: AtBlock): Promise<RouteQuote | null>
  /**
   * Prices before and after each event of a pool that moved it, oldest first.
   *
   * @throws {MetisSeqError} LOGS_UNREADABLE
   */
  priceChanges(
    tokens: readonly [Token, Token],
    pool: Pick<Pool, 'address'>,
    range: {fromBlock: bigint; toBlock: bigint},
  ): Promise<RatioChange[]>
}

/** In the order of the tokens. */
export interface Moved {
  amounts: readonly [bigint, bigint]
  shares: bigint
}
