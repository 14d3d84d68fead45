import {isAddressEqual, type Address} from 'viem'

import {readTokenBalance} from '../../../chain/actions/erc20/read-token.ts'
import {readEnkiLpFactor, readEnkiSettings} from '../../../chain/lst/enki/read.ts'
import {readEnkiTicket} from '../../../chain/lst/enki/tickets.ts'
import {MetisSeqError} from '../../../lib/errors.ts'
import {formatDuration, formatWei, formatWeiShort, isoTime} from '../../../lib/units.ts'
import {ENKI_RECEIPT, enki} from '../../../protocol/lst/enki/about.ts'
import {
  enkiCancel,
  enkiLpNeeded,
  enkiMostReduceSeconds,
  enkiReduceSeconds,
} from '../../../protocol/lst/enki/queue.ts'
import {unlockableLp, type EnkiTicket} from '../../../protocol/lst/enki/tickets.ts'
import {ourOwn, requireAll, type Condition} from '../../sending/check.ts'
import type {Effect} from '../../sending/plan.ts'
import type {LstPlan, LstPosition, LstRequest, LstWithdrawal} from '../provider.ts'
import {chooseClaims, claimPlan} from '../withdraw.ts'
import {cancelCall, claimCall, speedUpCall, unlockLpCall} from './calls.ts'
import type {EnkiRequests} from './requests.ts'
import {approvalFor, requireSettings, timeOf, type EnkiSite} from './site.ts'
import {heldOf} from './withdraw.ts'

type Of<Kind extends LstRequest['kind']> = Extract<LstRequest, {kind: Kind}>

/**
 * Pays tickets, and returns the LP tokens of those whose own time is over.
 *
 * Tickets that were named and are paid already are left out, and the plan says so.
 *
 * @throws {MetisSeqError} NO_WITHDRAW_REQUEST, NOTHING_CLAIMABLE, WITHDRAW_NOT_READY, LIQUIDITY_LOW
 */
export async function planEnkiClaim(
  {client, contracts}: EnkiSite,
  from: Address,
  request: Of<'claim'>,
  state: Pick<EnkiRequests, 'open' | 'tickets' | 'spent'> & {position: LstPosition},
): Promise<LstPlan> {
  const {position, open, tickets} = state
  const now = await timeOf(client)
  // An earlier run may have ended after some of them.
  const kept = tickets.filter((ticket) => ticket.isRedeemed && !unlockableLp(ticket, now))
  const spent = [...state.spent, ...kept]
    .map(({id}) => `${id}`)
    .filter((id) => request.ids?.includes(id))
  const ids = request.ids?.filter((id) => !spent.includes(id))
  if (spent.length > 0 && ids?.length === 0) throw allSpent(spent, from, open)
  const unlocked = tickets.filter(
    (ticket) => unlockableLp(ticket, now) && (ids === undefined || ids.includes(`${ticket.id}`)),
  )
  // A ticket that was paid, and kept for its LP alone, is no longer a request.
  const onlyLp = unlocked.filter(({isRedeemed}) => isRedeemed).map(({id}) => `${id}`)
  const named = ids?.filter((id) => !onlyLp.includes(id))
  const canPay = open.some(({blockedBy}) => blockedBy.length === 0)
  const paysNone = unlocked.length > 0 && (named?.length === 0 || (!named && !canPay))
  const claimed = paysNone ? [] : chooseClaims(open, named, from)
  const calls = [
    ...claimed.map((each) => claimCall(contracts, from, each)),
    ...unlocked.map(({id}) => unlockLpCall(contracts, id)),
  ]
  const plan = claimPlan({about: enki, from, request, position, claimed, calls})
  if (spent.length === 0) return plan
  const left: Effect = {
    label: 'left out',
    before: '',
    after: `${ticketsText(spent)}, paid or cancelled earlier`,
  }
  return {...plan, effects: [...plan.effects, left]}
}

function ticketsText(ids: readonly string[]): string {
  return `${ids.length === 1 ? 'ticket' : 'tickets'} ${ids.join(', ')}`
}

function allSpent(
  spent: readonly string[],
  account: Address,
  open: readonly LstWithdrawal[],
): MetisSeqError {
  return new MetisSeqError({
    code: 'NOTHING_CLAIMABLE',
    message: `Nothing is left to claim of ${ticketsText(spent)}: paid or cancelled earlier.`,
    facts: {account, openRequests: `${open.length}`},
    hints: ['Run `metis-seq lst requests`.'],
  })
}

/**
 * Takes a ticket back. The contract would also cancel one that was redeemed, or whose LP tokens were
 * unlocked, and pay it a second time out of what belongs to others; this refuses both.
 *
 * @throws {MetisSeqError} NO_WITHDRAW_REQUEST, TICKET_NOT_YOURS, TICKET_USED
 */
export async function planEnkiCancel(
  site: EnkiSite,
  from: Address,
  request: Of<'cancel'>,
  position: LstPosition,
): Promise<LstPlan> {
  const {ticket, conditions} = await requireTicket(site, from, request.id, 'The cancellation')
  const {returnedWei, feeWei} = enkiCancel(ticket.owedWei, ticket.cancelFee)
  const {openRequests, owedMetisWei} = position
  const receiptsWei = heldOf(position, ENKI_RECEIPT)
  return {
    action: 'lst cancel',
    title: `Cancel ticket ${ticket.id} of ${enki.name}`,
    chain: 'L2',
    ...{from, role: 'owner', conditions, request, traps: []},
    calls: [cancelCall(site.contracts, from, ticket.id)],
    quote: {expectedWei: returnedWei, minOutWei: returnedWei},
    figures: [
      {id: 'openRequests', before: `${openRequests}`, after: `${openRequests - 1n}`},
      {id: 'owedMetisWei', before: `${owedMetisWei}`, after: `${owedMetisWei - ticket.owedWei}`},
    ],
    effects: [
      {
        label: ENKI_RECEIPT,
        before: formatWei(receiptsWei),
        after: formatWei(receiptsWei + returnedWei),
      },
      {label: 'cancellation fee', before: '', after: `${formatWei(feeWei)} ${ENKI_RECEIPT}`},
      {
        label: 'METIS owed by open requests',
        before: formatWei(owedMetisWei),
        after: formatWei(owedMetisWei - ticket.owedWei),
      },
    ],
  }
}

/**
 * Locks LP tokens to shorten the wait of a ticket, which can be done once.
 *
 * @throws {MetisSeqError} NO_WITHDRAW_REQUEST, TICKET_NOT_YOURS, TICKET_USED, LST_REFUSES,
 * AMOUNT_OUT_OF_RANGE, LST_BALANCE_LOW, CONTRACT_MISCONFIGURED
 */
export async function planEnkiSpeedUp(
  site: EnkiSite,
  from: Address,
  request: Of<'speed-up'>,
): Promise<LstPlan> {
  const {client, contracts} = site
  const {lpToken, lpWei} = request
  const {ticket, conditions} = await requireTicket(site, from, request.id, 'The speed-up')
  const [settings, factor, heldWei, now] = await Promise.all([
    requireSettings(site, ['minQueueSeconds']),
    readEnkiLpFactor(client, contracts, lpToken),
    readTokenBalance(client, {token: lpToken, account: from}),
    timeOf(client),
  ])
  const seconds = ticket.owedWei === 0n ? 0n : enkiReduceSeconds(ticket.owedWei, lpWei, factor)
  const {maturity} = ticket
  const most = enkiMostReduceSeconds({...settings, maturity, now})
  const all = [...conditions, ...speedUpConditions({ticket, factor, seconds, most, lpWei, heldWei})]
  requireAll(all, 'The speed-up', {account: from})
  const approvals = await approvalFor(site, from, {
    ...{token: lpToken, contract: 'LpToken', symbol: 'liquidity tokens', amountWei: lpWei},
    ...{spender: contracts.redemptionQueue, spenderName: 'the redemption queue'},
  })
  return {
    action: 'lst speed-up',
    title: `Speed up ticket ${ticket.id} of ${enki.name} by ${formatDuration(Number(seconds))}`,
    chain: 'L2',
    ...{from, role: 'owner', conditions: all, request, traps: [], figures: [], quote: null},
    calls: [...approvals, speedUpCall(contracts, {id: ticket.id, lpToken, lpWei})],
    effects: [
      {label: 'earliest payment', before: isoTime(maturity), after: isoTime(maturity - seconds)},
      {
        label: 'liquidity tokens',
        before: formatWei(heldWei),
        after: `${formatWei(heldWei - lpWei)}, the others locked for ${await lockText(site)}`,
      },
    ],
  }
}

async function lockText({client, contracts}: EnkiSite): Promise<string> {
  const {lpLockSeconds} = await readEnkiSettings(client, contracts)
  return lpLockSeconds === null ? 'an unknown time' : formatDuration(Number(lpLockSeconds))
}

interface SpeedUp {
  ticket: EnkiTicket
  factor: bigint
  seconds: bigint
  most: bigint
  lpWei: bigint
  heldWei: bigint
}

function speedUpConditions(at: SpeedUp): Condition[] {
  const {ticket, factor, seconds, most, lpWei, heldWei} = at
  const amount = formatWeiShort(lpWei)
  return [
    ourOwn('not-sped-up', 'TICKET_USED', {
      label: 'the wait of the ticket was not shortened before',
      ok: ticket.lp === null,
      seen: ticket.lp === null ? 'no liquidity tokens locked' : 'shortened',
      remedy: 'It can be shortened once.',
    }),
    ourOwn('lp-accepted', 'LST_REFUSES', {
      label: 'the queue accepts the liquidity token',
      ok: factor > 0n,
      seen: factor > 0n ? 'accepted' : 'not accepted',
      remedy: 'Pass a liquidity token that the provider accepts.',
    }),
    ourOwn('lp-balance', 'LST_BALANCE_LOW', {
      label: 'the account holds the liquidity tokens',
      ok: heldWei >= lpWei,
      seen: `${formatWei(heldWei)} of ${formatWei(lpWei)}`,
      facts: {balanceWei: `${heldWei}`, amountWei: `${lpWei}`},
    }),
    ourOwn('shortens', 'AMOUNT_OUT_OF_RANGE', {
      label: 'the tokens shorten the wait by a second at least',
      ok: seconds > 0n,
      seen: `${amount} tokens for ${seconds} seconds`,
      remedy: 'Lock more liquidity tokens.',
    }),
    ourOwn('keeps-minimum', 'LST_REFUSES', {
      label: 'the minimum wait remains',
      ok: seconds <= most,
      seen: `${seconds} of at most ${most} seconds`,
      remedy: `Lock at most ${formatWei(lpFor(ticket, factor, most))} of the liquidity tokens.`,
    }),
  ]
}

function lpFor({owedWei}: EnkiTicket, factor: bigint, seconds: bigint): bigint {
  return factor === 0n ? 0n : enkiLpNeeded(owedWei, seconds, factor)
}

/** A ticket of the account that was neither paid nor has its LP tokens back. */
async function requireTicket(
  {client, contracts}: EnkiSite,
  from: Address,
  id: string,
  subject: string,
): Promise<{ticket: EnkiTicket; conditions: Condition[]}> {
  const isNumber = /^\d{1,18}$/.test(id)
  const ticket = isNumber ? await readEnkiTicket(client, contracts, BigInt(id)) : null
  const known = ourOwn('ticket-known', 'NO_WITHDRAW_REQUEST', {
    label: `ticket ${id} was made`,
    ok: ticket !== null,
    seen: ticket ? 'made' : 'never made',
    remedy: 'Run `metis-seq lst requests`.',
  })
  requireAll([known], subject, {account: from})
  const {holder, isRedeemed, lp} = ticket!
  const conditions = [
    ourOwn('ticket-unpaid', 'TICKET_USED', {
      label: `ticket ${id} was neither redeemed nor cancelled`,
      ok: !isRedeemed,
      seen: isRedeemed ? 'redeemed or cancelled' : 'open',
      remedy: 'Each ticket pays out once.',
    }),
    ourOwn('lp-not-returned', 'TICKET_USED', {
      label: `the liquidity tokens of ticket ${id} were not returned`,
      ok: lp?.isClaimed !== true,
      seen: lp === null ? 'none' : lp.isClaimed ? 'returned' : 'locked',
      remedy: 'Wait for its maturity, then run `metis-seq lst claim enki`.',
    }),
    ourOwn('ticket-yours', 'TICKET_NOT_YOURS', {
      label: `ticket ${id} belongs to the account`,
      ok: holder !== null && isAddressEqual(holder, from),
      seen: holder ?? 'nobody',
      remedy: 'Run `metis-seq lst requests`.',
    }),
  ]
  requireAll(conditions, subject, {account: from})
  return {ticket: ticket!, conditions: [known, ...conditions]}
}
