import type {Address} from 'viem'
import {getTransactionReceipt} from 'viem/actions'

import {MetisSeqError} from '../../../lib/errors.ts'
import type {Amount} from '../../../protocol/amount.ts'
import type {PoolsId} from '../../../protocol/defi/markets.ts'
import {leastOf, ONE} from '../../../protocol/defi/pools/constant-product.ts'
import type {Context} from '../../context.ts'
import {ourOwn, requireAll} from '../../sending/check.ts'
import type {Plan, PlannedCall, Trap} from '../../sending/plan.ts'
import type {Operation, Verification} from '../../sending/run-operation.ts'
import {requireOwner} from '../../staking/sequencers.ts'
import {blockKnown} from '../../staking/verify.ts'
import {agreement, deadlineIn} from '../agreed.ts'
import {percentText} from '../percent.ts'
import {
  amountText,
  approvalFor,
  exactText,
  holdsToken,
  readHeld,
  spendable,
  unitsOf,
  type Token,
} from '../tokens.ts'
import {findTradingExchange, findPair, findRoute, poolFilled, requirePool} from './pools.ts'
import type {PoolProvider, RouteQuote} from './provider.ts'

export interface SwapRequest {
  exchange: PoolsId | undefined
  amount: Amount
  /** From and to. */
  pair: readonly [string, string]
  slippageBasisPoints: number
  deadlineMinutes: number
}

export interface SwapPlan extends Plan {
  chain: 'L2'
  exchange: PoolsId
  amountIn: bigint
  minOut: bigint
  quote: RouteQuote
  /** The last pool, whose event says how much was paid. */
  lastPool: Address
}

export interface SwapVerified extends Verification {
  received: bigint
  token: Token
}

/** Above it, a swap needs an override: 5 %, scaled by 1e18. */
const IMPACT_LIMIT = ONE / 20n

/** A swap by the owner of the profile. */
export function swapOperation(
  context: Context,
  request: SwapRequest,
): Pick<Operation<SwapPlan, SwapVerified>, 'plan' | 'verify'> {
  const agreed = agreement<{amountIn: bigint; minOut: bigint; deadlineSeconds: bigint}>()
  return {
    async plan() {
      const from = requireOwner(context)
      const exchange = findTradingExchange(context, request.exchange)
      const tokens = await findPair(context, request.pair)
      const held = await readHeld(context, tokens[0], from)
      const terms = await agreed.once(async () => {
        const amountIn = unitsOf(request.amount, tokens[0], spendable(held, tokens[0]))
        const {out} = await findRoute(context, exchange, tokens, amountIn)
        return {
          amountIn,
          minOut: leastOf(out, request.slippageBasisPoints),
          deadlineSeconds: await deadlineIn(context, request.deadlineMinutes),
        }
      })
      const quote = await findRoute(context, exchange, tokens, terms.amountIn)
      return swapPlan(context, {exchange, tokens, held, quote, from, ...terms})
    },
    async verify(plan, {hash, blockNumber}) {
      const {client} = context.l2()
      await blockKnown(client, blockNumber)
      const {logs} = await getTransactionReceipt(client, {hash})
      const token = plan.quote.path.at(-1)!
      const received = findTradingExchange(context, plan.exchange).swapped(
        logs,
        plan.lastPool,
        token,
      )
      assertAtLeast(plan, blockNumber, received, token)
      return {received, token, differences: []}
    },
  }
}

interface SwapParts {
  exchange: PoolProvider
  tokens: readonly [Token, Token]
  held: bigint
  quote: RouteQuote
  from: Address
  amountIn: bigint
  minOut: bigint
  deadlineSeconds: bigint
}

/** @throws {MetisSeqError} AMOUNT_OUT_OF_RANGE, METIS_BALANCE_LOW, TOKEN_BALANCE_LOW, RATE_MOVED */
async function swapPlan(context: Context, parts: SwapParts): Promise<SwapPlan> {
  const {exchange, tokens, held, quote, from, amountIn, minOut} = parts
  const [first, last] = tokens
  const pairs = quote.path.slice(1).map((token, index) => [quote.path[index]!, token] as const)
  const [after, ...pools] = await Promise.all([
    readHeld(context, last, from),
    ...pairs.map((pair) => requirePool(context, exchange, pair)),
  ])
  const conditions = [
    ...pools.map((pool, index) => poolFilled(pool, pairs[index]!)),
    ...conditionsOf(parts),
  ]
  requireAll(conditions, 'A swap', {account: from})
  const path = quote.path.map(({symbol}) => symbol).join(' > ')
  return {
    action: 'pool swap',
    title: `Swap ${amountText(amountIn, first)} for ${amountText(quote.out, last)} on ${exchange.name}`,
    chain: 'L2',
    ...{from, role: 'owner', conditions, exchange: exchange.id, amountIn, minOut, quote},
    lastPool: pools.at(-1)!.address,
    calls: [
      ...(await approvalOf(context, parts)),
      exchange.swapCall({...parts, ...quote, to: from}),
    ],
    // What a pool gives changes with every swap of others; the minimum is in the call.
    figures: [],
    effects: [
      {
        label: first.symbol,
        before: exactText(held, first),
        after: `${exactText(held - amountIn, first)}${first.isMetis ? ', less gas' : ''}`,
      },
      {
        label: last.symbol,
        before: exactText(after, last),
        after: `${exactText(after + quote.out, last)}, at least ${exactText(after + minOut, last)}${last.isMetis ? ', less gas' : ''}`,
      },
      {label: 'path', before: '', after: path},
      {
        label: 'fee of the pools',
        before: '',
        after: quote.fee === null ? 'unknown' : percentText(quote.fee),
      },
      {label: 'price impact', before: '', after: percentText(quote.impact)},
    ],
    traps: impactTraps(quote),
  }
}

function conditionsOf({tokens: [first, last], held, quote, amountIn, minOut}: SwapParts) {
  return [
    ourOwn('gives-something', 'AMOUNT_OUT_OF_RANGE', {
      label: `the swap gives ${last.symbol}`,
      ok: amountIn > 0n && quote.out > 0n,
      seen: `${exactText(quote.out, last)} for ${exactText(amountIn, first)}`,
      remedy: `Choose a larger amount: \`metis-seq pool quote 1 ${first.symbol} ${last.symbol}\` shows the price.`,
      facts: {amountWei: `${amountIn}`},
    }),
    holdsToken(first, held, amountIn),
    ourOwn('above-minimum', 'RATE_MOVED', {
      label: 'the pool gives at least the minimum',
      ok: quote.out >= minOut,
      seen: `${exactText(quote.out, last)} of ${exactText(minOut, last)}`,
      remedy: 'Run the command again to see the new price.',
    }),
  ]
}

async function approvalOf(
  context: Context,
  {exchange, tokens: [first], from, amountIn}: SwapParts,
): Promise<PlannedCall[]> {
  const {spender} = exchange
  if (first.isMetis) return []
  return approvalFor(context, first, {
    owner: from,
    spender: spender.address,
    spenderName: spender.name,
    amount: amountIn,
  })
}

function impactTraps({impact}: RouteQuote): Trap[] {
  if (impact <= IMPACT_LIMIT) return []
  return [
    {
      id: 'price-impact',
      message: `The swap is so large for the pool that it gives ${percentText(impact)} less than the current price.`,
    },
  ]
}

/** The known router reverts rather than pay less, so less means that different code responded. */
function assertAtLeast(
  {from, minOut}: SwapPlan,
  blockNumber: bigint,
  received: bigint,
  token: Token,
): void {
  if (received >= minOut && received > 0n) return
  throw new MetisSeqError({
    code: 'POST_STATE',
    message: `The swap was mined, but returned ${exactText(received, token)}; expected at least ${exactText(minOut, token)}.`,
    facts: {
      account: from,
      block: `${blockNumber}`,
      receivedWei: `${received}`,
      minOutWei: `${minOut}`,
    },
    hints: ['Run `metis-seq pool show` to see the pool.'],
  })
}
