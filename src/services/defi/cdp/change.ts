import type {Address} from 'viem'

import {MetisSeqError} from '../../../lib/errors.ts'
import type {Amount} from '../../../protocol/amount.ts'
import {
  noChange,
  type CdpChange,
  type CdpHealth,
  type CdpPosition,
} from '../../../protocol/defi/cdp/position.ts'
import {withInterest} from '../../../protocol/defi/interest.ts'
import {largest} from '../../../protocol/defi/lending/line.ts'
import type {CdpId} from '../../../protocol/defi/markets.ts'
import type {Context} from '../../context.ts'
import {ourOwn, requireAll, type Condition} from '../../sending/check.ts'
import type {Effect, Plan, PlannedCall} from '../../sending/plan.ts'
import type {Operation, Verification} from '../../sending/run-operation.ts'
import {requireOwner} from '../../staking/sequencers.ts'
import {blockKnown} from '../../staking/verify.ts'
import {agreement, deadlineIn} from '../agreed.ts'
import {dollars} from '../dollars.ts'
import {
  approvalFor,
  exactText,
  holdsToken,
  readHeld,
  spendable,
  unitsOf,
  type Token,
} from '../tokens.ts'
import {
  findCdp,
  floorOf,
  ratioText,
  ratioTraps,
  requirePosition,
  viewOf,
  type CdpView,
} from './cdp.ts'
import type {CdpProvider, CdpState} from './provider.ts'

export interface ChangeRequest {
  action: 'cdp open' | 'cdp adjust'
  market: CdpId | undefined
  id: bigint
  deposit?: Amount | undefined
  withdraw?: Amount | undefined
  borrow?: Amount | undefined
  repay?: Amount | undefined
  /** Scaled by 1e18; a fifth above the minimum of the vault if left out. */
  minRatio: bigint | undefined
  /** Of a repayment of everything. */
  deadlineMinutes: number
}

export interface CdpPlan extends Plan {
  chain: 'L2'
  market: CdpId
  /** Expected, unless interest adds to the debt. */
  expected: CdpPosition
  isClosed: boolean
}

export interface CdpVerified extends Verification {
  id: bigint
  isClosed: boolean
  view: CdpView
}

interface Scene {
  from: Address
  market: CdpProvider
  state: CdpState
  position: CdpPosition
  held: {collateral: bigint; debt: bigint}
}

async function openScene(context: Context, id: bigint, market?: CdpId): Promise<Scene> {
  const from = requireOwner(context)
  const provider = findCdp(context, market)
  const state = await provider.read(from)
  const position = requirePosition(context, state, id)
  const [collateral, debt] = await Promise.all([
    readHeld(context, state.collateral, from),
    readHeld(context, state.debt, from),
  ])
  return {from, market: provider, state, position, held: {collateral, debt}}
}

/** A change of one position of the owner of the profile. */
export function changeOperation(
  context: Context,
  request: ChangeRequest,
): Pick<Operation<CdpPlan, CdpVerified>, 'plan' | 'verify'> {
  const agreed = agreement<ChangeTerms>()
  return {
    async plan() {
      const scene = await openScene(context, request.id, request.market)
      const terms = await agreed.once(async () => {
        const change = changeOf(scene, request)
        return {
          change,
          isAll: change.repay > 0n && change.repay === scene.position.debt,
          deadlineSeconds: await deadlineIn(context, request.deadlineMinutes),
        }
      })
      return changePlan(context, scene, request, terms)
    },
    verify: (plan, mined) => verifyCdp(context, plan, mined),
  }
}

interface ChangeTerms {
  change: CdpChange
  /** The whole debt is repaid, with the interest until then. */
  isAll: boolean
  deadlineSeconds: bigint
}

/** `max` deposits and repays what there is, and borrows and withdraws as much as the floor allows. */
function changeOf(scene: Scene, request: ChangeRequest): CdpChange {
  const {state, position, held} = scene
  const {collateral, debt} = state
  const floor = floorOf(state, request.minRatio)
  const amountOf = (amount: Amount | undefined, token: Token, all: bigint) =>
    amount === undefined ? 0n : unitsOf(amount, token, all)
  const least = (a: bigint, b: bigint) => (a < b ? a : b)
  const deposit = amountOf(request.deposit, collateral, spendable(held.collateral, collateral))
  const repay = amountOf(request.repay, debt, least(position.debt, held.debt))
  const safer = {...noChange, deposit, repay}
  const borrow = amountOf(
    request.borrow,
    debt,
    mostWithin(scene, state.terms.available ?? 10n ** 30n, floor, (amount) => ({
      ...safer,
      borrow: amount,
    })),
  )
  const withdraw = amountOf(
    request.withdraw,
    collateral,
    mostWithin(scene, position.collateral + deposit, floor, (amount) => ({
      ...safer,
      borrow,
      withdraw: amount,
    })),
  )
  return {deposit, repay, borrow, withdraw}
}

function mostWithin(
  {market, state, position}: Scene,
  most: bigint,
  floor: bigint,
  changeTo: (amount: bigint) => CdpChange,
): bigint {
  return largest(most, (amount) => {
    const change = changeTo(amount)
    const after = market.after(state, position, change)
    const {ratio} = market.health(state, after)
    const isAllowed = market.conditions(state, position, change).every(({ok}) => ok)
    return after.collateral >= 0n && isAllowed && (ratio === null || ratio >= floor)
  })
}

/** @throws {MetisSeqError} the code of the first precondition that is not met */
async function changePlan(
  context: Context,
  scene: Scene,
  request: ChangeRequest,
  {change: agreed, isAll, deadlineSeconds}: ChangeTerms,
): Promise<CdpPlan> {
  const {market, state, position, held} = scene
  const change = isAll ? {...agreed, repay: position.debt} : agreed
  const pulled = isAll ? withInterest(change.repay, state.terms.interest) : change.repay
  const conditions: Condition[] = [
    ourOwn('changes-something', 'AMOUNT_OUT_OF_RANGE', {
      label: 'something changes',
      ok: Object.values(change).some((amount: bigint) => amount > 0n),
      seen: 'amounts of zero',
      remedy: 'Name an amount above zero to deposit, withdraw, borrow or repay.',
      facts: {amountWei: '0'},
    }),
    ...market.conditions(state, position, change),
    holdsToken(state.collateral, held.collateral, change.deposit),
    paysDebt(scene, change.repay, pulled),
  ]
  requireAll(conditions, 'The change', {account: scene.from, vault: `${position.id}`})
  const after = market.after(state, position, change)
  const approvals = await approvalsFor(context, scene, change.deposit, pulled)
  return {
    action: request.action,
    title: `Change vault ${position.id} of ${market.name}`,
    ...common(scene, after, conditions, false),
    calls: [...approvals, ...(await market.changeCalls(state, position, change, deadlineSeconds))],
    effects: effectsOf(scene, after, change),
    traps: ratioTraps(
      market.health(state, position),
      market.health(state, after),
      floorOf(state, request.minRatio),
    ),
  }
}

/**
 * Preconditions of filling a position that is still to be created.
 *
 * @throws {MetisSeqError} the code of the first one that is not met
 */
export async function requireFillable(
  context: Context,
  market: CdpProvider,
  request: Omit<ChangeRequest, 'id' | 'action'>,
): Promise<void> {
  const from = requireOwner(context)
  const state = await market.read(from)
  const [collateral, debt] = await Promise.all([
    readHeld(context, state.collateral, from),
    readHeld(context, state.debt, from),
  ])
  const position = {id: 0n, collateral: 0n, debt: 0n}
  const scene = {from, market, state, position, held: {collateral, debt}}
  const change = changeOf(scene, {...request, action: 'cdp open', id: position.id})
  const conditions = [
    ...market.conditions(state, position, change),
    holdsToken(state.collateral, collateral, change.deposit),
  ]
  requireAll(conditions, 'The vault', {account: from})
}

export interface CloseRequest {
  market: CdpId | undefined
  id: bigint
  deadlineMinutes: number
}

/** Repays the whole debt of a position and takes its collateral back. */
export function closeOperation(
  context: Context,
  request: CloseRequest,
): Pick<Operation<CdpPlan, CdpVerified>, 'plan' | 'verify'> {
  const agreed = agreement<bigint>()
  return {
    async plan() {
      const scene = await openScene(context, request.id, request.market)
      const {market, state, position, from} = scene
      const deadlineSeconds = await agreed.once(() => deadlineIn(context, request.deadlineMinutes))
      const {repay, back, conditions: own} = market.closing(state, position)
      const change = {...noChange, repay, withdraw: back}
      const pulled = withInterest(repay, state.terms.interest)
      const conditions = [...own, paysDebt(scene, repay, pulled)]
      requireAll(conditions, 'Closing', {account: from, vault: `${position.id}`})
      const after = {...position, collateral: 0n, debt: 0n}
      return {
        action: 'cdp close',
        title: `Close vault ${position.id} of ${market.name}`,
        ...common(scene, after, conditions, true),
        calls: [
          ...(await approvalsFor(context, scene, 0n, pulled)),
          ...market.closeCalls(state, position, deadlineSeconds),
        ],
        effects: effectsOf(scene, after, change),
        traps: [],
      }
    },
    verify: (plan, mined) => verifyCdp(context, plan, mined),
  }
}

/** A repayment of everything needs the interest until it is mined too. */
function paysDebt({market, state, held}: Scene, repay: bigint, pulled: bigint): Condition {
  const condition = holdsToken(state.debt, held.debt, pulled)
  const margin = pulled > repay ? ', and a day of interest' : ''
  const short = pulled - held.debt
  const remedy = condition.ok ? '' : `Get ${exactText(short, state.debt)} more on L2.`
  return {...condition, label: `${condition.label}${margin}`, remedy, revert: market.cannotPay}
}

async function approvalsFor(
  context: Context,
  {market, state, from}: Scene,
  collateral: bigint,
  debt: bigint,
): Promise<PlannedCall[]> {
  const {address: spender, name: spenderName} = market.spender
  const approve = (token: Token, amount: bigint) =>
    amount === 0n ? [] : approvalFor(context, token, {owner: from, spender, spenderName, amount})
  return (
    await Promise.all([
      approve(state.collateral, collateral),
      market.burnsDebt ? [] : approve(state.debt, debt),
    ])
  ).flat()
}

function common(
  {from, market}: Scene,
  expected: CdpPosition,
  conditions: Condition[],
  isClosed: boolean,
) {
  return {
    ...{chain: 'L2', from, role: 'owner', conditions, figures: []},
    ...{market: market.id, expected, isClosed},
  } satisfies Partial<CdpPlan>
}

function effectsOf(scene: Scene, after: CdpPosition, change: CdpChange): Effect[] {
  const {market, state, position, held} = scene
  const {collateral, debt, terms} = state
  const [before, next] = [market.health(state, position), market.health(state, after)]
  const price = ({liquidationPrice}: CdpHealth) =>
    liquidationPrice === null ? 'none' : dollars(liquidationPrice)
  const gas = collateral.isMetis ? ', less gas' : ''
  // Only a repayment of everything is more than its amount now.
  const accrues = terms.interest > 0n && change.repay > 0n && after.debt === change.borrow
  return [
    {
      label: collateral.symbol,
      before: exactText(held.collateral, collateral),
      after: `${exactText(held.collateral - change.deposit + change.withdraw, collateral)}${gas}`,
    },
    {
      label: debt.symbol,
      before: exactText(held.debt, debt),
      after: `${exactText(held.debt - change.repay + change.borrow, debt)}${accrues ? ', less interest until then' : ''}`,
    },
    {
      label: 'collateral',
      before: exactText(position.collateral, collateral),
      after: exactText(after.collateral, collateral),
    },
    {label: 'debt', before: exactText(position.debt, debt), after: exactText(after.debt, debt)},
    ...feeOf(scene, after, change),
    {label: 'collateral ratio', before: ratioText(before), after: ratioText(next)},
    {label: 'liquidation price', before: price(before), after: price(next)},
    {
      label: 'redemption by others',
      before: terms.isRedeemable ? 'possible' : 'not possible',
      after: terms.isRedeemable ? 'possible' : 'not possible',
    },
  ]
}

/** What the market keeps of the collateral: it is in neither of the other lines. */
function feeOf(
  {state: {collateral}, position}: Scene,
  after: CdpPosition,
  {deposit, withdraw}: CdpChange,
): Effect[] {
  const fee = position.collateral + deposit - withdraw - after.collateral
  return fee > 0n
    ? [{label: 'fee, from the collateral', before: '', after: exactText(fee, collateral)}]
    : []
}

/**
 * Reads the position at the block of the last call.
 *
 * @throws {MetisSeqError} POST_STATE when collateral or debt differ from the plan, apart from interest
 */
async function verifyCdp(
  context: Context,
  plan: CdpPlan,
  {blockNumber}: {blockNumber: bigint},
): Promise<CdpVerified> {
  const {client} = context.l2()
  await blockKnown(client, blockNumber)
  const market = findCdp(context, plan.market)
  const state = await market.read(plan.from, {blockNumber})
  const {expected, isClosed} = plan
  const {id} = expected
  const found = state.positions.find((position) => position.id === id)
  const view = viewOf(market, plan.from, state)
  const isGone = !found || (found.collateral === 0n && found.debt === 0n)
  if (isClosed ? isGone : found && isAsExpected(found, plan, state)) {
    return {id, isClosed, view, differences: []}
  }
  throw new MetisSeqError({
    code: 'POST_STATE',
    message: `The transactions were mined, but vault ${id} is not as expected.`,
    facts: {
      account: plan.from,
      block: `${blockNumber}`,
      vault: `${id}`,
      collateral: found ? `${found.collateral}` : 'gone',
      debt: found ? `${found.debt}` : 'gone',
    },
    hints: ['Run `metis-seq cdp show`.'],
  })
}

/** The price of a fee may have moved a little, and interest adds to the debt. */
function isAsExpected(found: CdpPosition, {expected}: CdpPlan, {terms}: CdpState): boolean {
  const interest = expected.debt / 1000n + 1n
  const debt =
    terms.interest === 0n
      ? found.debt === expected.debt
      : found.debt >= expected.debt && found.debt <= expected.debt + interest
  const difference = found.collateral - expected.collateral
  const tolerance = expected.collateral / 100n
  return debt && difference <= tolerance && -difference <= tolerance
}
