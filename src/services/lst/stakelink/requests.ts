import type {Address} from 'viem'

import type {AtBlock} from '../../../chain/at-block.ts'
import {
  readSharesBefore,
  readStakelink,
  readStakelinkClaims,
  readStakelinkCycle,
  readStakelinkTransit,
} from '../../../chain/lst/stakelink/read.ts'
import {stakelink} from '../../../protocol/lst/stakelink/about.ts'
import {stakelinkStake} from '../../../protocol/lst/stakelink/shares.ts'
import {
  withdrawalBlockers,
  type StakelinkWithdrawal,
} from '../../../protocol/lst/stakelink/withdrawals.ts'
import type {LstPlan, LstPosition, LstRequest, LstWithdrawal} from '../provider.ts'
import {chooseClaims, claimPlan} from '../withdraw.ts'
import {claimCall} from './calls.ts'
import {timeOf, type StakelinkSite} from './site.ts'

/** METIS that is there already, of a withdrawal whose rest waits, is a request of its own. */
const PART = '-part'

export interface OpenRequests {
  open: LstWithdrawal[]
  withdrawals: StakelinkWithdrawal[]
}

/** Open requests of an account, those that are finalized first, as in the queue. */
export async function readOpenRequests(
  site: StakelinkSite,
  account: Address,
  at?: AtBlock,
): Promise<OpenRequests> {
  const {client, contracts} = site
  const {withdrawals, claimableWei} = await readStakelinkClaims(client, contracts, account, at)
  if (withdrawals.length === 0) return {open: [], withdrawals}
  const final = finalized(withdrawals, claimableWei)
  const waiting = withdrawals.filter(({batchId, shares}) => batchId === 0n && shares > 0n)
  return {withdrawals, open: [...final, ...(await readWaiting(site, waiting, at))]}
}

const shared = {token: stakelink.token, requestedAtSeconds: null} as const

/**
 * The contract tells only the sum, not the price of each batch. By shares the split is exact within a
 * batch; between batches of different prices only the sum is.
 */
function finalized(
  withdrawals: readonly StakelinkWithdrawal[],
  claimableWei: bigint,
): LstWithdrawal[] {
  const paid = withdrawals.filter(({batchId, partWei}) => batchId !== 0n || partWei > 0n)
  const sharesOf = ({batchId, shares}: StakelinkWithdrawal) => (batchId === 0n ? 0n : shares)
  const parts = paid.reduce((sum, {partWei}) => sum + partWei, 0n)
  let left = claimableWei - parts
  let shares = paid.reduce((sum, each) => sum + sharesOf(each), 0n)
  return paid.map((each) => {
    const own = sharesOf(each)
    const wei = shares === 0n ? 0n : (left * own) / shares
    left -= wei
    shares -= own
    const metisWei = each.partWei + wei
    const isPart = each.batchId === 0n && each.shares > 0n
    return {
      ...{...shared, id: `${each.id}${isPart ? PART : ''}`, amountWei: metisWei, metisWei},
      claimableAtSeconds: null,
      blockedBy: [],
    }
  })
}

async function readWaiting(
  {client, contracts}: StakelinkSite,
  waiting: readonly StakelinkWithdrawal[],
  at?: AtBlock,
): Promise<LstWithdrawal[]> {
  if (waiting.length === 0) return []
  const [pool, {fromL1MetisWei: comingWei}, cycle, now] = await Promise.all([
    readStakelink(client, contracts, at),
    readStakelinkTransit(client, contracts, at),
    readStakelinkCycle(client, contracts, at),
    timeOf(client, at),
  ])
  return Promise.all(
    waiting.map(async ({id, shares}) => {
      const before = await readSharesBefore(client, contracts, id, at)
      const dueWei = stakelinkStake(pool, before + shares)
      const state = {...cycle, now, liquidWei: pool.liquidWei, comingWei}
      const {blockedBy, earliestAt} = withdrawalBlockers(state, dueWei)
      const metisWei = stakelinkStake(pool, shares)
      return {
        ...{...shared, id: `${id}`, amountWei: metisWei, metisWei, blockedBy},
        claimableAtSeconds: earliestAt,
      }
    }),
  )
}

/**
 * Pays what is finalized, in one call.
 *
 * @throws {MetisSeqError} NO_WITHDRAW_REQUEST, NOTHING_CLAIMABLE, WITHDRAW_NOT_READY, LIQUIDITY_LOW,
 * WITHDRAW_NOT_UNLOCKED
 */
export function planStakelinkClaim(
  {contracts}: StakelinkSite,
  from: Address,
  request: Extract<LstRequest, {kind: 'claim'}>,
  {position, open, withdrawals}: OpenRequests & {position: LstPosition},
): LstPlan {
  const claimed = chooseClaims(open, request.ids, from)
  const ids = claimed.map(({id}) => BigInt(id.replace(PART, '')))
  const paid = withdrawals.filter(({id}) => ids.includes(id))
  const calls = [claimCall(contracts, paid)]
  const plan = claimPlan({about: stakelink, from, request, position, claimed, calls})
  const isAll = claimed.length === open.filter(({blockedBy}) => blockedBy.length === 0).length
  // Of a selection, only the contract knows the exact amount.
  return isAll ? plan : {...plan, quote: {...plan.quote!, minOutWei: 0n}, figures: []}
}
