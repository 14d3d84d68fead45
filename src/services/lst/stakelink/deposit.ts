import type {Address} from 'viem'

import {
  readStakelink,
  readStakelinkAccount,
  readStakelinkQueue,
  type StakelinkQueue,
} from '../../../chain/lst/stakelink/read.ts'
import {stakelinkWords} from '../../../chain/lst/stakelink/refusals.ts'
import {formatWei, formatWeiShort} from '../../../lib/units.ts'
import {stakelink} from '../../../protocol/lst/stakelink/about.ts'
import {splitDeposit, type DepositSplit} from '../../../protocol/lst/stakelink/flows.ts'
import {
  afterStake,
  stakelinkBalance,
  stakelinkShares,
  type StakelinkPool,
} from '../../../protocol/lst/stakelink/shares.ts'
import {requireAll, type Condition} from '../../sending/check.ts'
import type {Effect} from '../../sending/plan.ts'
import {quoteOf} from '../deposit.ts'
import type {DepositRequest, LstPlan, LstPosition, LstQuote, LstRequest} from '../provider.ts'
import {depositCall} from './calls.ts'
import {approvalFor, foretold, type StakelinkSite} from './site.ts'

/** stMETIS that a deposit gives at once. What waits for room gives it later. */
export async function quoteStakelinkDeposit(
  {client, contracts}: StakelinkSite,
  request: DepositRequest,
): Promise<LstQuote> {
  const [{roomWei}, queue] = await Promise.all([
    readStakelink(client, contracts),
    readStakelinkQueue(client, contracts),
  ])
  const split = splitDeposit({...queue, roomWei}, request.amountMetisWei)
  return quoteOf(request, split.swappedWei + split.stakedWei)
}

/**
 * A deposit. It joins the queue only where room is short, with what finds none.
 *
 * @throws {MetisSeqError} AMOUNT_OUT_OF_RANGE, METIS_BALANCE_LOW, LST_PAUSED
 */
export async function planStakelinkDeposit(
  site: StakelinkSite,
  from: Address,
  request: Extract<LstRequest, {kind: 'deposit'}>,
  position: LstPosition,
): Promise<LstPlan> {
  const {client, contracts, metis, strategies} = site
  const {amountMetisWei} = request
  const [pool, queue, {shares}] = await Promise.all([
    readStakelink(client, contracts),
    readStakelinkQueue(client, contracts),
    readStakelinkAccount(client, contracts, from),
  ])
  const split = splitDeposit({...queue, roomWei: pool.roomWei}, amountMetisWei)
  const instantWei = split.swappedWei + split.stakedWei
  const conditions = conditionsOf({amountMetisWei, pool, queue, split, position})
  requireAll(conditions, 'A deposit', {account: from})
  const approvals = await approvalFor(site, from, {
    ...{token: metis, symbol: 'METIS', amountWei: amountMetisWei},
  })
  const queues = split.restWei > 0n
  const after = heldAfter(pool, shares, split)
  return {
    action: 'lst deposit',
    title: `Deposit ${formatWeiShort(amountMetisWei)} METIS with ${stakelink.name}`,
    chain: 'L2',
    ...{from, role: 'owner', conditions, request, traps: []},
    calls: [...approvals, depositCall(contracts, {amountWei: amountMetisWei, queues, strategies})],
    quote: instantWei > 0n ? quoteOf(request, instantWei) : null,
    figures: [{id: 'heldWei', before: `${position.heldWei}`, after: `${after}`}],
    effects: effectsOf(split, position, after),
  }
}

/** Each part is rounded to shares by itself. */
function heldAfter(
  pool: StakelinkPool,
  shares: bigint,
  {swappedWei, stakedWei}: DepositSplit,
): bigint {
  const gained = stakelinkShares(pool, swappedWei) + stakelinkShares(pool, stakedWei)
  return stakelinkBalance(afterStake(pool, stakedWei), shares + gained)
}

interface DepositFacts {
  amountMetisWei: bigint
  pool: StakelinkPool
  queue: StakelinkQueue
  split: DepositSplit
  position: LstPosition
}

function conditionsOf({amountMetisWei, pool, queue, split, position}: DepositFacts): Condition[] {
  const {liquidMetisWei} = position
  const instantWei = split.swappedWei + split.stakedWei
  const gives = instantWei === 0n || stakelinkShares(pool, instantWei) > 0n
  const list = 'Run `metis-seq lst list` to see the state of the provider.'
  return [
    foretold(stakelinkWords.depositsClosed, 'deposits-open', 'LST_PAUSED', {
      label: `${stakelink.name} takes deposits`,
      ok: queue.status === 'open',
      seen: queue.status,
      remedy: list,
    }),
    foretold(stakelinkWords.nothing, 'gives-token', 'AMOUNT_OUT_OF_RANGE', {
      label: `the deposit gives ${stakelink.token}`,
      ok: amountMetisWei > 0n && gives,
      seen: `${formatWei(amountMetisWei)} METIS`,
      remedy: 'Deposit more.',
      facts: {amountWei: `${amountMetisWei}`},
    }),
    foretold('', 'metis-balance', 'METIS_BALANCE_LOW', {
      label: 'the owner holds the METIS on L2',
      ok: liquidMetisWei >= amountMetisWei,
      seen: `${formatWeiShort(liquidMetisWei, 18)} of ${formatWeiShort(amountMetisWei, 18)} METIS`,
      remedy: 'Claim rewards to L2 with `metis-seq reward claim`, or bridge METIS.',
      facts: {balanceWei: `${liquidMetisWei}`, amountWei: `${amountMetisWei}`},
    }),
    ...(split.restWei > 0n
      ? [
          foretold(stakelinkWords.queuePaused, 'queue-open', 'LST_PAUSED', {
            label: 'what finds no room can be queued',
            ok: !queue.isPaused,
            seen: queue.isPaused ? 'paused' : 'not paused',
            remedy: `Deposit at most ${formatWei(instantWei)} METIS, or wait until the queue is open.`,
          }),
        ]
      : []),
  ]
}

function effectsOf(split: DepositSplit, position: LstPosition, after: bigint): Effect[] {
  const {swappedWei, stakedWei, restWei} = split
  const {liquidMetisWei, heldWei, holdings} = position
  const left = liquidMetisWei - swappedWei - stakedWei - restWei
  const waiting = holdings.find(({state}) => state === 'queued')?.wei ?? 0n
  return [
    {
      label: 'METIS on L2',
      before: `${formatWeiShort(liquidMetisWei)} METIS`,
      after: `${formatWeiShort(left)} METIS, less gas`,
    },
    {label: stakelink.token, before: formatWei(heldWei), after: formatWei(after)},
    {
      label: 'taken at once',
      before: '',
      after: `${formatWei(swappedWei + stakedWei)} METIS: ${formatWei(stakedWei)} staked, ${formatWei(swappedWei)} swapped with those who withdraw`,
    },
    ...(restWei === 0n
      ? []
      : [
          {
            label: 'METIS in the queue',
            before: formatWei(waiting),
            after: `${formatWei(waiting + restWei)}; it earns nothing and becomes ${stakelink.token} when there is room, at no set time`,
          },
        ]),
    {
      label: 'way back',
      before: 'none needed',
      after: 'a swap with queued deposits, METIS that is on L2, then the queue of withdrawals',
    },
  ]
}
