import type {Address} from 'viem'
import {getTransactionReceipt} from 'viem/actions'

import {MetisSeqError} from '../../../lib/errors.ts'
import {resolveAmount, type Amount} from '../../../protocol/amount.ts'
import type {PoolsId} from '../../../protocol/defi/markets.ts'
import {
  amountsOf,
  fitLiquidity,
  leastOf,
  ONE,
  sharesFor,
} from '../../../protocol/defi/pools/constant-product.ts'
import type {Context} from '../../context.ts'
import {ourOwn, requireAll, type Condition} from '../../sending/check.ts'
import type {Effect, Plan} from '../../sending/plan.ts'
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
import {findTradingExchange, findPair, poolFilled, requirePool} from './pools.ts'
import type {Moved, Pool, PoolProvider} from './provider.ts'
import {readShares, shareToken} from './shares.ts'

export interface LiquidityRequest {
  exchange: PoolsId | undefined
  /** Of the first token to add; of the shares to remove. */
  amount: Amount
  pair: readonly [string, string]
  slippageBasisPoints: number
  deadlineMinutes: number
}

export interface LiquidityPlan extends Plan {
  chain: 'L2'
  exchange: PoolsId
  pool: Address
  tokens: readonly [Token, Token]
  expected: Moved
  least: readonly [bigint, bigint]
}

export interface LiquidityVerified extends Verification, Moved {
  tokens: readonly [Token, Token]
  pool: Address
}

interface Terms {
  amounts: readonly [bigint, bigint]
  shares: bigint
  least: readonly [bigint, bigint]
  deadlineSeconds: bigint
}

/** The state that an operation on a pool reads first. */
interface Scene {
  from: Address
  exchange: PoolProvider
  tokens: readonly [Token, Token]
  pool: Pool
  held: readonly [bigint, bigint]
  heldShares: bigint
}

async function openScene(context: Context, request: LiquidityRequest): Promise<Scene> {
  const from = requireOwner(context)
  const exchange = findTradingExchange(context, request.exchange)
  const tokens = await findPair(context, request.pair)
  const pool = await requirePool(context, exchange, tokens)
  const [heldA, heldB, heldShares] = await Promise.all([
    readHeld(context, tokens[0], from),
    readHeld(context, tokens[1], from),
    readShares(context, pool.address, from),
  ])
  return {from, exchange, tokens, pool, held: [heldA, heldB], heldShares}
}

/** A deposit of both tokens in the ratio of the pool, by the owner of the profile. */
export function addOperation(
  context: Context,
  request: LiquidityRequest,
): Pick<Operation<LiquidityPlan, LiquidityVerified>, 'plan' | 'verify'> {
  const agreed = agreement<Terms>()
  return {
    async plan() {
      const scene = await openScene(context, request)
      // Without a price there is no second amount.
      requireAll([poolFilled(scene.pool, scene.tokens)], 'A deposit', {account: scene.from})
      const terms = await agreed.once(async () => {
        const {amountA, amountB} = amountsToAdd(scene, request.amount)
        return {
          amounts: [amountA, amountB],
          shares: sharesFor(amountA, amountB, scene.pool),
          least: [
            leastOf(amountA, request.slippageBasisPoints),
            leastOf(amountB, request.slippageBasisPoints),
          ],
          deadlineSeconds: await deadlineIn(context, request.deadlineMinutes),
        }
      })
      return addPlan(context, scene, terms)
    },
    verify: (plan, mined) => verifyMoved(context, plan, mined, 'added'),
  }
}

/** `max` is what both balances allow. */
function amountsToAdd({tokens, held, pool}: Scene, amount: Amount) {
  const [first, second] = tokens
  const [all, most] = [spendable(held[0], first), spendable(held[1], second)]
  const desired = unitsOf(amount, first, all)
  if (amount.kind === 'exact') {
    // The router rounds the second amount down, and takes no more than it is offered.
    return fitLiquidity(desired, 2n ** 112n, pool)
  }
  return fitLiquidity(desired, most, pool)
}

/** @throws {MetisSeqError} AMOUNT_OUT_OF_RANGE, METIS_BALANCE_LOW, TOKEN_BALANCE_LOW */
async function addPlan(context: Context, scene: Scene, terms: Terms): Promise<LiquidityPlan> {
  const {from, exchange, tokens, pool, held, heldShares} = scene
  const {amounts, shares, least, deadlineSeconds} = terms
  const conditions = [
    ourOwn('gives-shares', 'AMOUNT_OUT_OF_RANGE', {
      label: 'the deposit gives shares of the pool',
      ok: shares > 0n && amounts[0] > 0n && amounts[1] > 0n,
      seen: exactText(shares, shareToken(pool.address)),
      remedy: 'Add more of both tokens.',
      facts: {amountWei: `${amounts[0]}`},
    }),
    holdsToken(tokens[0], held[0], amounts[0]),
    holdsToken(tokens[1], held[1], amounts[1]),
  ]
  requireAll(conditions, 'A deposit', {account: from})
  const approvals = await Promise.all(
    tokens.map((token, index) =>
      token.isMetis
        ? []
        : approvalFor(context, token, {
            owner: from,
            spender: exchange.spender.address,
            spenderName: exchange.spender.name,
            amount: amounts[index]!,
          }),
    ),
  )
  const call = exchange.addCall({tokens, amounts, least, to: from, deadlineSeconds})
  return {
    action: 'pool add',
    title: `Add ${amountText(amounts[0], tokens[0])} and ${amountText(amounts[1], tokens[1])} to the pool on ${exchange.name}`,
    ...common(scene, terms, conditions),
    calls: [...approvals.flat(), call],
    effects: [
      ...tokens.map((token, index) => balanceEffect(token, held[index]!, -amounts[index]!)),
      shareEffect(pool, heldShares, shares, pool.supply + shares),
    ],
  }
}

/** A withdrawal of both tokens, by the owner of the profile. */
export function removeOperation(
  context: Context,
  request: LiquidityRequest,
): Pick<Operation<LiquidityPlan, LiquidityVerified>, 'plan' | 'verify'> {
  const agreed = agreement<Terms>()
  return {
    async plan() {
      const scene = await openScene(context, request)
      const terms = await agreed.once(async () => {
        const shares = resolveAmount(request.amount, scene.heldShares)
        const {amountA, amountB} = amountsOf(shares, scene.pool)
        return {
          amounts: [amountA, amountB],
          shares,
          least: [
            leastOf(amountA, request.slippageBasisPoints),
            leastOf(amountB, request.slippageBasisPoints),
          ],
          deadlineSeconds: await deadlineIn(context, request.deadlineMinutes),
        }
      })
      return removePlan(context, scene, terms)
    },
    verify: (plan, mined) => verifyMoved(context, plan, mined, 'removed'),
  }
}

/** @throws {MetisSeqError} AMOUNT_OUT_OF_RANGE, TOKEN_BALANCE_LOW */
async function removePlan(context: Context, scene: Scene, terms: Terms): Promise<LiquidityPlan> {
  const {from, exchange, tokens, pool, held, heldShares} = scene
  const {amounts, shares, least, deadlineSeconds} = terms
  const token = shareToken(pool.address)
  const conditions = [
    ourOwn('gives-something', 'AMOUNT_OUT_OF_RANGE', {
      label: 'the shares are worth something',
      ok: amounts[0] > 0n && amounts[1] > 0n,
      seen: `${exactText(amounts[0], tokens[0])} and ${exactText(amounts[1], tokens[1])}`,
      remedy: 'Run `metis-seq pool show` to see the shares of the account.',
      facts: {amountWei: `${shares}`},
    }),
    holdsToken(token, heldShares, shares),
  ]
  requireAll(conditions, 'A withdrawal', {account: from})
  const approvals = await approvalFor(context, token, {
    owner: from,
    spender: exchange.spender.address,
    spenderName: exchange.spender.name,
    amount: shares,
  })
  const call = exchange.removeCall({tokens, shares, least, to: from, deadlineSeconds})
  return {
    action: 'pool remove',
    title: `Remove ${amountText(amounts[0], tokens[0])} and ${amountText(amounts[1], tokens[1])} from the pool on ${exchange.name}`,
    ...common(scene, terms, conditions),
    calls: [...approvals, call],
    effects: [
      ...tokens.map((each, index) => balanceEffect(each, held[index]!, amounts[index]!)),
      shareEffect(pool, heldShares, -shares, pool.supply - shares),
    ],
  }
}

function common({from, exchange, tokens, pool}: Scene, terms: Terms, conditions: Condition[]) {
  const {amounts, shares, least} = terms
  return {
    ...{chain: 'L2', from, role: 'owner', conditions, figures: [], traps: []},
    ...{exchange: exchange.id, pool: pool.address, tokens, least},
    expected: {amounts, shares},
  } satisfies Partial<LiquidityPlan>
}

function balanceEffect(token: Token, held: bigint, change: bigint): Effect {
  return {
    label: token.symbol,
    before: exactText(held, token),
    after: `${exactText(held + change, token)}${token.isMetis ? ', less gas' : ''}`,
  }
}

function shareEffect(pool: Pool, held: bigint, change: bigint, supply: bigint): Effect {
  const token = shareToken(pool.address)
  const share = (shares: bigint, of: bigint) => percentText(of === 0n ? 0n : (shares * ONE) / of, 4)
  return {
    label: 'shares of the pool',
    before: `${exactText(held, token)}, ${share(held, pool.supply)}`,
    after: `${exactText(held + change, token)}, ${share(held + change, supply)}`,
  }
}

/** @throws {MetisSeqError} POST_STATE when less moved than the minimum */
async function verifyMoved(
  context: Context,
  plan: LiquidityPlan,
  {hash, blockNumber}: {hash: `0x${string}`; blockNumber: bigint},
  direction: 'added' | 'removed',
): Promise<LiquidityVerified> {
  const {client} = context.l2()
  await blockKnown(client, blockNumber)
  const {logs} = await getTransactionReceipt(client, {hash})
  const {tokens, pool, least, from} = plan
  const moved = findTradingExchange(context, plan.exchange)[direction](logs, pool, {
    tokens,
    to: from,
    deadlineSeconds: 0n,
  })
  const isEnough = moved.amounts[0] >= least[0] && moved.amounts[1] >= least[1] && moved.shares > 0n
  if (isEnough) return {...moved, tokens, pool, differences: []}
  const seen = tokens.map((token, index) => exactText(moved.amounts[index]!, token)).join(' and ')
  throw new MetisSeqError({
    code: 'POST_STATE',
    message: `The transaction was mined, but moved ${seen}; expected at least ${exactText(least[0], tokens[0])} and ${exactText(least[1], tokens[1])}.`,
    facts: {account: from, block: `${blockNumber}`, pool},
    hints: ['Run `metis-seq pool show` to see the pool.'],
  })
}
