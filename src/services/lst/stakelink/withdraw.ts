import type {Address} from 'viem'

import {
  readStakelink,
  readStakelinkAccount,
  readStakelinkQueue,
  type StakelinkAccount,
  type StakelinkQueue,
  type StakelinkState,
} from '../../../chain/lst/stakelink/read.ts'
import {stakelinkWords} from '../../../chain/lst/stakelink/refusals.ts'
import {formatWei, formatWeiShort} from '../../../lib/units.ts'
import {STAKELINK_WRAPPED, stakelink} from '../../../protocol/lst/stakelink/about.ts'
import {splitWithdrawal, type WithdrawalSplit} from '../../../protocol/lst/stakelink/flows.ts'
import {
  afterBurn,
  stakelinkBalance,
  stakelinkShares,
  stakelinkStake,
} from '../../../protocol/lst/stakelink/shares.ts'
import {ourOwn, requireAll, type Condition} from '../../sending/check.ts'
import type {Effect} from '../../sending/plan.ts'
import {minimumOf} from '../deposit.ts'
import type {LstPlan, LstPosition, LstRequest} from '../provider.ts'
import {holdsTokens} from '../withdraw.ts'
import {unqueueCall, unwrapCall, withdrawCall} from './calls.ts'
import {approvalFor, foretold, type StakelinkSite} from './site.ts'

type WithdrawRequest = Extract<LstRequest, {kind: 'withdraw'}>

interface Facts {
  pool: StakelinkState
  queue: StakelinkQueue
  account: StakelinkAccount
}

/**
 * METIS for stMETIS or wstMETIS: at once where it is there, and a place in the queue for the rest.
 * Queued METIS is taken back as it is.
 *
 * @throws {MetisSeqError} AMOUNT_OUT_OF_RANGE, LST_BALANCE_LOW, LST_PAUSED, LST_REFUSES
 */
export async function planStakelinkWithdrawal(
  site: StakelinkSite,
  from: Address,
  request: WithdrawRequest,
  position: LstPosition,
): Promise<LstPlan> {
  const {client, contracts} = site
  const [pool, queue, account] = await Promise.all([
    readStakelink(client, contracts),
    readStakelinkQueue(client, contracts),
    readStakelinkAccount(client, contracts, from),
  ])
  const facts = {pool, queue, account}
  const {token = stakelink.token} = request
  const known = ourOwn('token-known', 'AMOUNT_OUT_OF_RANGE', {
    label: `${stakelink.name} takes the token back`,
    ok: [stakelink.token, STAKELINK_WRAPPED, 'METIS'].includes(token),
    seen: token,
    remedy: `Pass \`--token ${stakelink.token}\`, \`--token ${STAKELINK_WRAPPED}\`, or \`--token METIS\` for queued METIS.`,
  })
  requireAll([known], 'A withdrawal', {account: from})
  return token === 'METIS'
    ? planUnqueue(site, {from, request, position, facts})
    : planExit(site, {from, request, position, facts})
}

interface Parts {
  from: Address
  request: WithdrawRequest
  position: LstPosition
  facts: Facts
}

interface Outcome extends WithdrawalSplit {
  heldWei: bigint
  /** What the place in the queue is worth: a wei less than what waits, at most. */
  owedWei: bigint
}

async function planExit(
  site: StakelinkSite,
  {from, request, position, facts}: Parts,
): Promise<LstPlan> {
  const {contracts, strategies} = site
  const {pool, queue, account} = facts
  const isWrapped = request.token === STAKELINK_WRAPPED
  const token = isWrapped ? STAKELINK_WRAPPED : stakelink.token
  const amountWei = isWrapped ? stakelinkStake(pool, request.amountWei) : request.amountWei
  const outcome = outcomeOf(facts, amountWei, isWrapped)
  const heldOfToken = isWrapped ? account.wrappedWei : position.heldWei
  const conditions = [
    ...holdsTokens({token}, request.amountWei, heldOfToken),
    ...exitConditions(queue, outcome),
  ]
  requireAll(conditions, 'A withdrawal', {account: from})
  const {swappedWei, instantWei, waitsWei, returnedWei, owedWei} = outcome
  const approvals = await approvalFor(site, from, {
    ...{token: contracts.stMetis, symbol: 'stMETIS', amountWei},
  })
  const expectedWei = swappedWei + instantWei + owedWei
  const {openRequests, owedMetisWei, heldWei} = position
  const opened = waitsWei > 0n ? 1n : 0n
  const queues = waitsWei + returnedWei > 0n
  return {
    action: 'lst withdraw',
    title: `Withdraw ${formatWeiShort(request.amountWei)} ${token} from ${stakelink.name}`,
    chain: 'L2',
    ...{from, role: 'owner', conditions, request, traps: []},
    calls: [
      ...(isWrapped
        ? [unwrapCall(contracts, {amountWei: request.amountWei, unwrappedWei: amountWei})]
        : []),
      ...approvals,
      withdrawCall(contracts, {amountWei, queues, strategies}),
    ],
    quote: {expectedWei, minOutWei: minimumOf(expectedWei, request.slippageBasisPoints)},
    figures: [
      {id: 'heldWei', before: `${heldWei}`, after: `${outcome.heldWei}`},
      {id: 'openRequests', before: `${openRequests}`, after: `${openRequests + opened}`},
      {id: 'owedMetisWei', before: `${owedMetisWei}`, after: `${owedMetisWei + owedWei}`},
    ],
    effects: exitEffects(outcome, position),
  }
}

/** Each part is rounded to shares by itself, after what was burnt before it. */
function outcomeOf({pool, queue, account}: Facts, amountWei: bigint, isWrapped: boolean): Outcome {
  const split = splitWithdrawal({...queue, liquidWei: pool.liquidWei}, amountWei)
  const moved = stakelinkShares(pool, amountWei)
  const later = afterBurn(pool, split.instantWei)
  const shares = account.shares + (isWrapped ? moved : 0n) - moved
  const kept = shares + stakelinkShares(later, split.returnedWei)
  return {
    ...split,
    heldWei: stakelinkBalance(later, kept),
    owedWei: stakelinkStake(later, stakelinkShares(later, split.waitsWei)),
  }
}

function exitConditions(queue: StakelinkQueue, outcome: Outcome): Condition[] {
  const {swappedWei, instantWei, waitsWei} = outcome
  return [
    foretold(stakelinkWords.withdrawalsClosed, 'withdrawals-open', 'LST_PAUSED', {
      label: `${stakelink.name} takes withdrawals`,
      ok: queue.status !== 'closed',
      seen: queue.status,
      remedy: 'Queued METIS can still be taken back: `--token METIS`.',
    }),
    foretold(stakelinkWords.tooLittle, 'enough-for-queue', 'AMOUNT_OUT_OF_RANGE', {
      label: 'a part is paid at once, or the amount is enough for the queue',
      ok: swappedWei + instantWei + waitsWei > 0n,
      seen: `the queue takes ${formatWei(queue.minWithdrawalWei)} ${stakelink.token} or more`,
      remedy: `Withdraw at least ${formatWei(queue.minWithdrawalWei)} ${stakelink.token}.`,
      facts: {minWithdrawalWei: `${queue.minWithdrawalWei}`},
    }),
  ]
}

function exitEffects(outcome: Outcome, {heldWei, owedMetisWei}: LstPosition): Effect[] {
  const {swappedWei, instantWei, waitsWei, returnedWei, owedWei} = outcome
  return [
    {label: stakelink.token, before: formatWei(heldWei), after: formatWei(outcome.heldWei)},
    {
      label: 'paid at once',
      before: '',
      after: `${formatWei(swappedWei + instantWei)} METIS: ${formatWei(swappedWei)} swapped with queued deposits, ${formatWei(instantWei)} from the pool`,
    },
    ...(waitsWei === 0n
      ? []
      : [
          {
            label: 'METIS owed by open requests',
            before: formatWei(owedMetisWei),
            after: `${formatWei(owedMetisWei + owedWei)}; it earns until it is finalized, once METIS is on L2; not guaranteed`,
          },
        ]),
    ...(returnedWei === 0n
      ? []
      : [
          {
            label: 'handed back',
            before: '',
            after: `${formatWei(returnedWei)} ${stakelink.token}, too little for the queue`,
          },
        ]),
  ]
}

function planUnqueue({contracts}: StakelinkSite, {from, request, position, facts}: Parts): LstPlan {
  const {amountWei} = request
  const {queue, account} = facts
  const {queuedWei, isInTree} = account
  const conditions = [
    foretold(stakelinkWords.queuePaused, 'queue-open', 'LST_PAUSED', {
      label: 'queued METIS can be taken back',
      ok: !queue.isPaused,
      seen: queue.isPaused ? 'paused' : 'not paused',
      remedy: 'Wait until the distribution is made.',
    }),
    foretold(stakelinkWords.inTree, 'no-proof-needed', 'LST_REFUSES', {
      label: 'no proof is needed, as nothing of it was distributed',
      ok: !isInTree,
      seen: isInTree ? 'the account is in a distribution' : 'not in a distribution',
      remedy: 'Use the page of the provider, which has the list of the distribution.',
    }),
    ...holdsTokens(
      {token: 'METIS in the queue'},
      amountWei,
      least(queuedWei, queue.totalQueuedWei),
    ),
  ]
  requireAll(conditions, 'A withdrawal', {account: from})
  return {
    action: 'lst withdraw',
    title: `Take ${formatWeiShort(amountWei)} queued METIS back from ${stakelink.name}`,
    chain: 'L2',
    ...{from, role: 'owner', conditions, request, traps: [], figures: []},
    calls: [unqueueCall(contracts, amountWei)],
    quote: {expectedWei: amountWei, minOutWei: amountWei},
    effects: [
      {
        label: 'METIS in the queue',
        before: formatWei(queuedWei),
        after: formatWei(queuedWei - amountWei),
      },
      {
        label: 'METIS on L2',
        before: `${formatWeiShort(position.liquidMetisWei)} METIS`,
        after: `${formatWeiShort(position.liquidMetisWei + amountWei)} METIS, less gas`,
      },
    ],
  }
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}
