/** The parts of a withdrawal common to all providers. */
import type {Address} from 'viem'

import type {RefusalCode} from '../../lib/error-codes/index.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import {counted, formatWei, formatWeiShort} from '../../lib/units.ts'
import type {LstAbout} from '../../protocol/lst/about.ts'
import {ourOwn, requireAll, type Condition} from '../sending/check.ts'
import type {PlannedCall} from '../sending/plan.ts'
import type {
  LstBlocker,
  LstPlan,
  LstPosition,
  LstQuote,
  LstRequest,
  LstWithdrawal,
} from './provider.ts'

export interface WithdrawParts {
  about: LstAbout
  from: Address
  request: Extract<LstRequest, {kind: 'withdraw'}>
  quote: LstQuote
  position: LstPosition
  calls: PlannedCall[]
  /** Further preconditions, such as an open queue. */
  conditions: Condition[]
  /** Everything between the request and the METIS, human-readable. */
  wait: string
}

/**
 * A withdrawal request whose preconditions are all met.
 *
 * @throws {MetisSeqError} the code of the first one that is not
 */
export function withdrawPlan(parts: WithdrawParts): LstPlan {
  const {about, from, request, quote, position, calls, wait} = parts
  const {amountWei} = request
  const {heldWei, openRequests, owedMetisWei} = position
  requireAll(parts.conditions, 'A withdrawal', {account: from})
  return {
    action: 'lst withdraw',
    title: `Withdraw ${formatWeiShort(amountWei)} ${about.token} from ${about.name}`,
    chain: 'L2',
    ...{from, role: 'owner', calls, conditions: parts.conditions, quote, request},
    figures: [
      {id: 'heldWei', before: `${heldWei}`, after: `${heldWei - amountWei}`},
      {id: 'openRequests', before: `${openRequests}`, after: `${openRequests + 1n}`},
      {
        id: 'owedMetisWei',
        before: `${owedMetisWei}`,
        after: `${owedMetisWei + quote.expectedWei}`,
      },
    ],
    effects: [
      {label: about.token, before: formatWei(heldWei), after: formatWei(heldWei - amountWei)},
      {
        label: 'METIS owed by open requests',
        before: formatWei(owedMetisWei),
        after: formatWei(owedMetisWei + quote.expectedWei),
      },
      {label: 'paid', before: '', after: wait},
    ],
    traps: [],
  }
}

/** Tokens above zero, and no more than the account holds. */
export function holdsTokens(
  {token}: Pick<LstAbout, 'token'>,
  amountWei: bigint,
  heldWei: bigint,
): Condition[] {
  return [
    ourOwn('withdraws-something', 'AMOUNT_OUT_OF_RANGE', {
      label: 'the withdrawal is above zero',
      ok: amountWei > 0n,
      seen: `${formatWei(amountWei)} ${token}`,
      remedy: 'Run `metis-seq lst position` to see the balance of the account.',
    }),
    ourOwn('token-balance', 'LST_BALANCE_LOW', {
      label: `the account holds the ${token}`,
      ok: heldWei >= amountWei,
      seen: `${formatWei(heldWei)} of ${formatWei(amountWei)} ${token}`,
      remedy: 'Pass `max` to withdraw everything.',
      facts: {balanceWei: `${heldWei}`, amountWei: `${amountWei}`},
    }),
  ]
}

/**
 * Claims of named requests: a run that ended after one of them must not look for that one again.
 *
 * @param idsAfter ids of the others once so many of the calls are mined
 */
export function namedClaims(
  {id}: Pick<LstAbout, 'id'>,
  calls: readonly PlannedCall[],
  idsAfter: (mined: number) => readonly string[],
): PlannedCall[] {
  return calls.map((call, index) => {
    const left = [...new Set(idsAfter(index + 1))].map((each) => `--id ${each}`)
    if (left.length === 0) return call
    return {...call, moves: {rest: `metis-seq lst claim ${[id, ...left].join(' ')}`}}
  })
}

export interface ClaimParts {
  about: LstAbout
  from: Address
  request: Extract<LstRequest, {kind: 'claim'}>
  position: LstPosition
  /** Requests that are claimed, all of them claimable. */
  claimed: readonly LstWithdrawal[]
  /** One per request. */
  calls: PlannedCall[]
}

export function claimPlan({about, from, request, position, claimed, calls}: ClaimParts): LstPlan {
  const totalWei = claimed.reduce((sum, {metisWei}) => sum + metisWei, 0n)
  const {openRequests, owedMetisWei} = position
  const left = openRequests - BigInt(claimed.length)
  const quote = {expectedWei: totalWei, minOutWei: totalWei}
  return {
    action: 'lst claim',
    title: `Claim ${formatWeiShort(totalWei)} METIS from ${about.name}`,
    chain: 'L2',
    ...{from, role: 'owner', calls, conditions: [], quote, request},
    figures: [
      {id: 'openRequests', before: `${openRequests}`, after: `${left}`},
      {id: 'owedMetisWei', before: `${owedMetisWei}`, after: `${owedMetisWei - totalWei}`},
    ],
    effects: [
      {
        label: 'METIS on L2',
        before: `${formatWeiShort(position.liquidMetisWei)} METIS`,
        after: `${formatWeiShort(position.liquidMetisWei + totalWei)} METIS, less gas`,
      },
      {label: 'open requests', before: `${openRequests}`, after: `${left}`},
    ],
    traps: [],
  }
}

/**
 * The requests to claim: those that were named, or everything claimable.
 *
 * @throws {MetisSeqError} NO_WITHDRAW_REQUEST for an unknown id; NOTHING_CLAIMABLE; the code of the first blocker for a named one
 */
export function chooseClaims(
  open: readonly LstWithdrawal[],
  ids: readonly string[] | undefined,
  account: Address,
): LstWithdrawal[] {
  const claimable = open.filter(({blockedBy}) => blockedBy.length === 0)
  if (ids === undefined) {
    if (claimable.length > 0) return claimable
    throw nothingClaimable(open, account)
  }
  return [...new Set(ids)].map((id) => {
    const found = findRequest(open, id, account)
    requireAll(unblocked(found), 'The claim', {account})
    return found
  })
}

/** @throws {MetisSeqError} NO_WITHDRAW_REQUEST */
export function findRequest(
  open: readonly LstWithdrawal[],
  id: string,
  account: Address,
): LstWithdrawal {
  const found = open.find((each) => each.id === id)
  const known = ourOwn('request-open', 'NO_WITHDRAW_REQUEST', {
    label: `request ${id} is open`,
    ok: found !== undefined,
    seen: open.length === 0 ? 'no open request' : `open: ${open.map((each) => each.id).join(', ')}`,
    remedy: 'Run `metis-seq lst requests`.',
  })
  requireAll([known], 'The request', {account})
  return found!
}

const blockers = {
  time: {code: 'WITHDRAW_NOT_READY', text: 'its delay is not over'},
  admin: {code: 'WITHDRAW_NOT_UNLOCKED', text: 'the provider has not released it'},
  liquidity: {code: 'LIQUIDITY_LOW', text: 'the provider holds too little METIS on L2'},
} as const satisfies Record<LstBlocker, {code: RefusalCode; text: string}>

/** The reasons as part of a sentence: `its delay is not over; the provider has not released it`. */
export function blockedText({blockedBy}: Pick<LstWithdrawal, 'blockedBy'>): string {
  return blockedBy.map((each) => blockers[each].text).join('; ')
}

/** One precondition for each blocker that holds. */
function unblocked(request: LstWithdrawal): Condition[] {
  const {id, blockedBy, claimableAtSeconds} = request
  return blockedBy.map((blocker) =>
    ourOwn(`not-blocked-by-${blocker}`, blockers[blocker].code, {
      label: `request ${id} can be claimed`,
      ok: false,
      seen: blockers[blocker].text,
      remedy: 'Run `metis-seq lst requests`.',
      ...(claimableAtSeconds === null
        ? {}
        : {facts: {claimableAtSeconds: `${claimableAtSeconds}`}}),
    }),
  )
}

function nothingClaimable(open: readonly LstWithdrawal[], account: Address): MetisSeqError {
  const [first] = open
  const reason = first
    ? ` Of ${counted(open.length, 'open request')}, the first one waits: ${blockedText(first)}.`
    : ' There is no open request.'
  return new MetisSeqError({
    code: 'NOTHING_CLAIMABLE',
    message: `No withdrawal can be claimed.${reason}`,
    facts: {account, openRequests: `${open.length}`},
    hints: ['Run `metis-seq lst requests`.'],
  })
}
