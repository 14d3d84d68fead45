import type {Address} from 'viem'
import {getTransactionReceipt} from 'viem/actions'

import {MetisSeqError} from '../../../lib/errors.ts'
import {formatWeiShort} from '../../../lib/units.ts'
import type {Amount} from '../../../protocol/amount.ts'
import {withInterest} from '../../../protocol/defi/interest.ts'
import {
  largest,
  liquidationPrice,
  type LendAction,
  type LendHealth,
  type LendLine,
} from '../../../protocol/defi/lending/line.ts'
import type {LendingId} from '../../../protocol/defi/markets.ts'
import type {Context} from '../../context.ts'
import {ourOwn, requireAll, type Condition} from '../../sending/check.ts'
import type {Effect, Plan, PlannedCall, Trap} from '../../sending/plan.ts'
import type {Operation, Verification} from '../../sending/run-operation.ts'
import {requireOwner} from '../../staking/sequencers.ts'
import {blockKnown} from '../../staking/verify.ts'
import {agreement} from '../agreed.ts'
import {dollars} from '../dollars.ts'
import {requireMarket} from '../require-market.ts'
import {
  amountText,
  approvalFor,
  exactText,
  findToken,
  holdsToken,
  readHeld,
  spendable,
  unitsOf,
  type Token,
} from '../tokens.ts'
import {openLending} from './providers.ts'
import type {LendCall, LendingProvider} from './provider.ts'

/** @throws {MetisSeqError} MARKET_UNKNOWN */
function findLending(context: Context, id: LendingId | undefined): LendingProvider {
  const {defi} = context.network
  return requireMarket(context, 'lending', defi ? openLending(context, defi.lending) : [], id)
}

/** A position in a market. */
export interface LendView {
  market: LendingId
  name: string
  account: Address | null
  lines: LendLine[]
  health: LendHealth
  /** Lowest safe price of each collateral, by token; with eight decimals. */
  liquidationPrices: {token: Token; price: bigint}[]
}

/** @throws {MetisSeqError} MARKET_UNKNOWN */
export async function showLending(
  context: Context,
  request: {market: LendingId | undefined; account: Address | null},
): Promise<LendView> {
  const market = findLending(context, request.market)
  return viewOf(market, request.account, await market.lines(request.account))
}

function viewOf(market: LendingProvider, account: Address | null, lines: LendLine[]): LendView {
  return {
    ...{market: market.id, name: market.name, account, lines, health: market.health(lines)},
    liquidationPrices: lines.flatMap(({token}) => {
      const price = liquidationPrice(lines, token.address, market.health)
      return price === null ? [] : [{token, price}]
    }),
  }
}

export interface LendRequest {
  market: LendingId | undefined
  kind: LendAction['kind']
  amount: Amount
  token: string
  /** Health factor that no call of ours may go below without an override, scaled by 1e18. */
  minHealth: bigint
}

export interface LendPlan extends Plan {
  chain: 'L2'
  market: LendingId
  token: Token
  line: LendLine
  request: LendCall
}

export interface LendVerified extends Verification {
  kind: LendAction['kind']
  token: Token
  moved: bigint
  /** Debt after a repayment of everything: interest until the block, where the market cannot include it. */
  left: bigint
  view: LendView
}

/** The state that an operation reads first. */
interface Scene {
  from: Address
  market: LendingProvider
  token: Token
  lines: LendLine[]
  held: bigint
}

/** One action of the owner of the profile on a lending market. */
export function lendOperation(
  context: Context,
  request: LendRequest,
): Pick<Operation<LendPlan, LendVerified>, 'plan' | 'verify'> {
  const agreed = agreement<{amount: bigint; atMost: bigint; isAll: boolean}>()
  return {
    async plan() {
      const from = requireOwner(context)
      const market = findLending(context, request.market)
      const token = await findToken(context, request.token)
      const [lines, held] = await Promise.all([market.lines(from), readHeld(context, token, from)])
      const scene = {from, market, token, lines, held}
      const terms = await agreed.once(() => termsOf(scene, request))
      return lendPlan(context, scene, request, terms)
    },
    async verify(plan, {hash, blockNumber}) {
      const {client} = context.l2()
      await blockKnown(client, blockNumber)
      const market = findLending(context, plan.market)
      const [{logs}, lines] = await Promise.all([
        getTransactionReceipt(client, {hash}),
        market.lines(plan.from, {blockNumber}),
      ])
      const moved = market.moved(logs, plan.request, plan.line)
      const after = lineOf(lines, plan.token)
      assertAccepted(
        plan,
        blockNumber,
        market.refusal(logs, plan.request, {before: plan.line, after}),
      )
      assertMoved(plan, blockNumber, moved)
      const left = leftOf(plan, after)
      if (market.repaysAll(after)) assertPaid(plan, blockNumber, left)
      const view = viewOf(market, plan.from, lines)
      return {kind: plan.request.kind, token: plan.token, moved, left, view, differences: []}
    },
  }
}

function termsOf(scene: Scene, {kind, amount, minHealth}: LendRequest) {
  const {token, held, lines, market} = scene
  const line = lines.find((each) => each.token.address === token.address)
  const most = {
    supply: () => spendable(held, token),
    withdraw: () => line?.supplied ?? 0n,
    borrow: () => largestLoan(market, lines, token, minHealth),
    repay: () => line?.borrowed ?? 0n,
  }[kind]()
  const asked = unitsOf(amount, token, most)
  if (kind !== 'repay' || !line) {
    const isAll = amount.kind === 'max' && kind === 'withdraw'
    return {amount: asked, atMost: asked, isAll}
  }
  const grown = withInterest(line.borrowed, line.borrowRate ?? ASSUMED_RATE)
  const isAll = most > 0n && (amount.kind === 'max' || asked >= grown)
  // More than the debt is never taken, and what is approved beyond it would stay approved.
  const exact = asked > most ? most : asked
  return {amount: exact, atMost: isAll && market.repaysAll(line) ? grown : exact, isAll}
}

/** Where the rate cannot be measured: 100 % a year. */
const ASSUMED_RATE = 10n ** 18n

/** Within the LTV, the liquidity of the reserve, and the floor of the operator. */
function largestLoan(
  market: LendingProvider,
  lines: readonly LendLine[],
  token: Token,
  minHealth: bigint,
): bigint {
  const line = lines.find((each) => each.token.address === token.address)
  if (!line) return 0n
  return largest(line.available, (amount) => {
    const action = {kind: 'borrow', token: token.address, amount} as const
    const {factor} = market.health(market.after(lines, action))
    return market.covers(lines, action) && (factor === null || factor >= minHealth)
  })
}

/** @throws {MetisSeqError} the code of the first precondition that is not met */
async function lendPlan(
  context: Context,
  scene: Scene,
  request: LendRequest,
  terms: {amount: bigint; atMost: bigint; isAll: boolean},
): Promise<LendPlan> {
  const {from, market, token, lines, held} = scene
  const {kind} = request
  const call: LendCall = {...{kind, token: token.address, from}, ...terms}
  const conditions = conditionsOf(scene, call)
  requireAll(conditions, SUBJECTS[kind], {account: from})
  // Without a line the preconditions have refused.
  const line = lineOf(lines, token)
  const after = market.after(lines, call)
  const [before, next] = [market.health(lines), market.health(after)]
  return {
    action: `lend ${kind}`,
    title: `${VERBS[kind]} ${amountText(terms.amount, token)} ${PREPOSITIONS[kind]} ${market.name}`,
    chain: 'L2',
    ...{from, role: 'owner', conditions, market: market.id, token, line, request: call},
    calls: [...(await approvalOf(context, scene, call, terms.atMost)), ...market.calls(call, line)],
    // Interest moves every balance with time; the call names the amount.
    figures: [],
    effects: effectsOf({token, held, call, lines, after, market, before, next}),
    traps: [...floorTraps(before, next, request.minHealth), ...powerTraps(lines, call)],
  }
}

const VERBS = {supply: 'Supply', withdraw: 'Withdraw', borrow: 'Borrow', repay: 'Repay'} as const
const PREPOSITIONS = {supply: 'to', withdraw: 'from', borrow: 'from', repay: 'to'} as const
const SUBJECTS = {
  supply: 'The supply',
  withdraw: 'The withdrawal',
  borrow: 'The loan',
  repay: 'The repayment',
} as const

function conditionsOf({market, token, held, lines}: Scene, call: LendCall): Condition[] {
  const gives = call.kind === 'supply' || call.kind === 'repay'
  const line = lines.find((each) => each.token.address === token.address)
  const own = market.conditions(lines, call)
  // Without a reserve, or a debt, no other amount would help.
  const isPointless = !line || (call.kind === 'repay' && line.borrowed === 0n)
  if (isPointless && own.some(({ok}) => !ok)) return own
  const balance = holdsToken(token, held, call.atMost)
  const margin = call.atMost > call.amount ? ', and a day of interest' : ''
  return [
    ...own,
    ourOwn('amount', 'AMOUNT_OUT_OF_RANGE', {
      label: 'the amount is above zero',
      ok: call.amount > 0n,
      seen: exactText(call.amount, token),
      remedy: 'Choose a larger amount.',
      facts: {amountWei: `${call.amount}`},
    }),
    ...(gives ? [{...balance, label: `${balance.label}${margin}`}] : []),
  ]
}

async function approvalOf(
  context: Context,
  {market, token, from, lines}: Scene,
  {kind}: LendCall,
  amount: bigint,
): Promise<PlannedCall[]> {
  const line = lines.find((each) => each.token.address === token.address)
  const spender = line ? market.spender(line) : null
  if (!spender || (kind !== 'supply' && kind !== 'repay')) return []
  return approvalFor(context, token, {
    owner: from,
    spender: spender.address,
    spenderName: spender.name,
    amount,
  })
}

interface EffectParts {
  token: Token
  held: bigint
  call: LendCall
  lines: readonly LendLine[]
  after: readonly LendLine[]
  market: LendingProvider
  before: LendHealth
  next: LendHealth
}

function effectsOf(parts: EffectParts): Effect[] {
  const {token, held, call, lines, after, market, before, next} = parts
  const [now, later] = [lineOf(lines, token), lineOf(after, token)]
  const isIn = call.kind === 'supply' || call.kind === 'repay'
  const balance = isIn ? held - call.amount : held + call.amount
  const prices = (of: readonly LendLine[], each: Token) => {
    const price = liquidationPrice(of, each.address, market.health)
    return price === null ? 'none' : dollars(price)
  }
  const leavesRest = call.kind === 'repay' && call.isAll && !market.repaysAll(now)
  const counting = after.filter(({counts, supplied}) => counts && supplied > 0n)
  return [
    {
      label: token.symbol,
      before: exactText(held, token),
      after: [
        exactText(balance, token),
        ...(call.atMost > call.amount ? ['less interest until then'] : []),
        ...(token.isMetis ? ['less gas'] : []),
      ].join(', '),
    },
    {
      label: 'supplied',
      before: exactText(now.supplied, token),
      after: exactText(later.supplied, token),
    },
    {
      label: 'owed',
      before: exactText(now.borrowed, token),
      after: `${exactText(later.borrowed, token)}${leavesRest ? ', and the interest until then' : ''}`,
    },
    {label: 'health factor', before: healthText(before), after: healthText(next)},
    {label: 'can be borrowed', before: dollars(before.power), after: dollars(next.power)},
    ...counting.map(({token: each}) => ({
      label: `liquidation price of ${each.symbol}`,
      before: prices(lines, each),
      after: prices(after, each),
    })),
  ]
}

function lineOf(lines: readonly LendLine[], token: Token): LendLine {
  return lines.find((line) => line.token.address === token.address)!
}

/** `2.35`, or that there is no debt. */
export function healthText({factor}: LendHealth): string {
  return factor === null ? 'no debt' : formatWeiShort(factor)
}

/** Only what makes the position worse can cross the floor. */
function floorTraps(
  {factor: before}: LendHealth,
  {factor: next}: LendHealth,
  floor: bigint,
): Trap[] {
  if (next === null || next >= floor || (before !== null && next >= before)) return []
  return [
    {
      id: 'health-floor',
      message: `The health factor would be ${formatWeiShort(next)}, below the floor of ${formatWeiShort(floor)}; below 1 anybody may liquidate the position.`,
    },
  ]
}

function powerTraps(lines: readonly LendLine[], {kind, token}: LendCall): Trap[] {
  const line = lines.find((each) => each.token.address === token)
  if (kind !== 'supply' || !line || line.ltv > 0n) return []
  return [
    {
      id: 'no-borrowing-power',
      message: `${line.token.symbol} has an LTV of 0 in this market: a supply earns interest, but nothing can be borrowed against it.`,
    },
  ]
}

/** The debt that is left of a repayment of everything. */
function leftOf({request}: LendPlan, {borrowed}: LendLine): bigint {
  return request.kind === 'repay' && request.isAll ? borrowed : 0n
}

/** @throws {MetisSeqError} POST_STATE when the market refused in a transaction that succeeded */
function assertAccepted(plan: LendPlan, blockNumber: bigint, refusal: string | null): void {
  if (refusal === null) return
  throw new MetisSeqError({
    code: 'POST_STATE',
    message: `The transaction was mined, but the market refused it: ${refusal}.`,
    facts: {account: plan.from, block: `${blockNumber}`, refusal},
    hints: ['Run `metis-seq lend show` to see the position.'],
  })
}

/** @throws {MetisSeqError} POST_STATE when a repayment of everything left a debt */
function assertPaid({from, token}: LendPlan, blockNumber: bigint, left: bigint): void {
  if (left === 0n) return
  throw new MetisSeqError({
    code: 'POST_STATE',
    message: `The transaction was mined, but ${exactText(left, token)} is still owed.`,
    facts: {account: from, block: `${blockNumber}`, owedWei: `${left}`},
    hints: ['Run `metis-seq lend show` to see the position.'],
  })
}

/** @throws {MetisSeqError} POST_STATE when less moved than the call names */
function assertMoved({from, token, request}: LendPlan, blockNumber: bigint, moved: bigint): void {
  const {amount, isAll} = request
  // A repayment is never more than the debt; everything is at least what was seen.
  const isRight = request.kind === 'repay' || isAll ? moved > 0n : moved === amount
  if (isRight) return
  throw new MetisSeqError({
    code: 'POST_STATE',
    message: `The transaction was mined, but moved ${exactText(moved, token)}; expected ${exactText(amount, token)}.`,
    facts: {account: from, block: `${blockNumber}`, movedWei: `${moved}`, amountWei: `${amount}`},
    hints: ['Run `metis-seq lend show` to see the position.'],
  })
}
