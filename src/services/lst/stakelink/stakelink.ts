import type {Address} from 'viem'
import {getBalance} from 'viem/actions'

import {readTokenBalance} from '../../../chain/actions/erc20/read-token.ts'
import type {ChainClient} from '../../../chain/connect.ts'
import {readStakelinkChanges} from '../../../chain/lst/stakelink/changes.ts'
import {findStakelink, type StakelinkFound} from '../../../chain/lst/stakelink/discover.ts'
import {
  readStakelink,
  readStakelinkAccount,
  readStakelinkCycle,
  readStakelinkQueue,
  readStakelinkTransit,
} from '../../../chain/lst/stakelink/read.ts'
import {
  STAKELINK_WRAPPED,
  stakelink,
  type StakelinkAddresses,
} from '../../../protocol/lst/stakelink/about.ts'
import {stakelinkRateChanges} from '../../../protocol/lst/stakelink/changes.ts'
import {stakelinkBalance, stakelinkRates} from '../../../protocol/lst/stakelink/shares.ts'
import {blockKnown} from '../../staking/verify.ts'
import type {AtBlock} from '../../../chain/at-block.ts'
import type {
  LstBalance,
  LstDescription,
  LstPosition,
  LstProvider,
  LstQueue,
  LstState,
  LstWithdrawal,
} from '../provider.ts'
import {cannot} from '../refuse.ts'
import {planStakelinkDeposit, quoteStakelinkDeposit} from './deposit.ts'
import {planStakelinkClaim, readOpenRequests} from './requests.ts'
import {requireExits, requireFound, type StakelinkSite} from './site.ts'
import {verifyStakelink} from './verify.ts'
import {planStakelinkWithdrawal} from './withdraw.ts'

const capabilities: LstProvider['capabilities'] = new Set(stakelink.capabilities)

const ONE = 10n ** 18n

/** stake.link on L2: METIS becomes stMETIS, whose balances grow. */
export function openStakelink(client: ChainClient, known: StakelinkAddresses): LstProvider {
  // Found once: a command ends long before the provider moves its contracts.
  let finding: Promise<StakelinkFound> | undefined
  const find = () => (finding ??= findStakelink(client, known))
  const whole = async (): Promise<StakelinkSite> => ({client, ...requireFound(await find())})
  // Positions, and all but a deposit: whoever is in gets out while the way to L1 is wrong.
  const site = async (): Promise<StakelinkSite> => ({client, ...requireExits(await find())})
  const position = async (account: Address, at?: AtBlock) => readPosition(await site(), account, at)
  return {
    about: stakelink,
    ...{capabilities, position},
    describe: async () => describe(client, known, await find()),
    read: async (at) => readState(await site(), at),
    requests: async (account, at) => (await readOpenRequests(await site(), account, at)).open,
    queue: async (at) => readQueue(await site(), at),
    balance: async (at) => readBalance(await whole(), at),
    async changes(fromBlock, toBlock) {
      const {contracts} = await site()
      const [after, changes] = await Promise.all([
        readStakelink(client, contracts, {blockNumber: toBlock}),
        readStakelinkChanges(client, contracts, {fromBlock, toBlock}),
      ])
      return stakelinkRateChanges(after, changes)
    },
    quote: async (request) => quoteStakelinkDeposit(await whole(), request),
    async plan(from, request) {
      switch (request.kind) {
        case 'deposit':
          return planStakelinkDeposit(await whole(), from, request, await position(from))
        case 'withdraw':
          return planStakelinkWithdrawal(await site(), from, request, await position(from))
        case 'claim': {
          const there = await site()
          const [held, all] = await Promise.all([position(from), readOpenRequests(there, from)])
          return planStakelinkClaim(there, from, request, {position: held, ...all})
        }
        default:
          throw cannot(stakelink, request)
      }
    },
    async verify(plan, mined) {
      await blockKnown(client, mined.blockNumber)
      return verifyStakelink(await site(), plan, mined, () => position(plan.from, mined))
    },
  }
}

async function describe(
  client: ChainClient,
  known: StakelinkAddresses,
  found: StakelinkFound,
): Promise<LstDescription> {
  const {id, name, token, kind} = stakelink
  const who = {id, name, token, kind, entry: known.priorityPool}
  if (found.kind !== 'found') {
    const warnings = found.contracts.map((contract) =>
      found.kind === 'no-code'
        ? `There is no contract at the address of ${contract}.`
        : `The contract ${contract} is missing, or belongs to another ${token}.`,
    )
    return {...who, state: found.kind, warnings}
  }
  const [{roomWei}, {status, isPaused, totalQueuedWei}] = await Promise.all([
    readStakelink(client, found.contracts),
    readStakelinkQueue(client, found.contracts),
  ])
  const isFull = roomWei === 0n || totalQueuedWei > 0n
  const closed = [
    ...(status === 'draining' ? ['The pool is draining; withdrawals go on.'] : []),
    ...(status === 'closed'
      ? ['The pool is closed in both directions; finalized withdrawals are still paid.']
      : []),
    ...(status === 'open' && isFull && isPaused
      ? ['The pool has no room, and its queue is paused.']
      : []),
  ]
  const waits = status === 'open' && isFull && !isPaused
  return {
    ...{...who, state: closed.length > 0 ? 'closed' : 'live'},
    warnings: waits ? ['The pool has no room: deposits wait in its queue.'] : closed,
  }
}

async function readState({client, contracts}: StakelinkSite, at?: AtBlock): Promise<LstState> {
  const pool = await readStakelink(client, contracts, at)
  const {totalStakedWei, pendingWei} = pool
  const {shareRate, feeRate} = stakelinkRates(pool, pool)
  return {
    ...{totalDepositsMetisWei: totalStakedWei, supplyWei: totalStakedWei},
    pendingRewardMetisWei: pendingWei > 0n ? pendingWei : 0n,
    ...{feeRate, rate: ONE, rateAfterHarvest: ONE, shareRate},
  }
}

async function readPosition(
  site: StakelinkSite,
  account: Address,
  at?: AtBlock,
): Promise<LstPosition> {
  const {client, contracts} = site
  const [pool, held, {open}, liquidMetisWei] = await Promise.all([
    readStakelink(client, contracts, at),
    readStakelinkAccount(client, contracts, account, at),
    readOpenRequests(site, account, at),
    getBalance(client, {address: account, ...at}),
  ])
  const {shares, wrappedWei, queuedWei, isInTree} = held
  const {shareRateAfter} = stakelinkRates(pool, pool)
  const worth = (wei: bigint) => (wei * shareRateAfter) / ONE
  const heldWei = stakelinkBalance(pool, shares)
  const holdings: LstPosition['holdings'] = [
    {token: stakelink.token, state: 'held', wei: heldWei, valueMetisWei: worth(shares)},
    {token: STAKELINK_WRAPPED, state: 'held', wei: wrappedWei, valueMetisWei: worth(wrappedWei)},
    {
      // Without the list of the distribution nobody can tell how much of it was staked since.
      token: isInTree ? 'METIS, at most' : 'METIS',
      ...{state: 'queued', wei: queuedWei, valueMetisWei: queuedWei},
    },
  ]
  return {
    ...{provider: stakelink.id, account, heldWei, holdings, liquidMetisWei},
    valueMetisWei: holdings.reduce((sum, {valueMetisWei}) => sum + valueMetisWei, 0n),
    openRequests: BigInt(open.length),
    owedMetisWei: sumOf(open),
    claimableMetisWei: sumOf(open.filter(({blockedBy}) => blockedBy.length === 0)),
  }
}

function sumOf(requests: readonly LstWithdrawal[]): bigint {
  return requests.reduce((sum, {metisWei}) => sum + metisWei, 0n)
}

async function readQueue({client, contracts}: StakelinkSite, at?: AtBlock): Promise<LstQueue> {
  const [{queuedWithdrawalsWei}, {liquidWei}, {minSecondsBetweenBatches}] = await Promise.all([
    readStakelinkQueue(client, contracts, at),
    readStakelink(client, contracts, at),
    readStakelinkCycle(client, contracts, at),
  ])
  return {
    // The contract counts shares, not withdrawals.
    ...{requests: null, owedMetisWei: queuedWithdrawalsWei, liquidityMetisWei: liquidWei},
    ...{minimumWaitSeconds: minSecondsBetweenBatches, exitFeeRate: 0n},
  }
}

async function readBalance(
  {client, contracts, metis}: StakelinkSite,
  at?: AtBlock,
): Promise<LstBalance> {
  const {stMetis, priorityPool, withdrawalPool, strategy, transmitter} = contracts
  const [{totalStakedWei}, {totalQueuedWei}, transit, finalizedWei, arrivedWei, ...others] =
    await Promise.all([
      readStakelink(client, contracts, at),
      readStakelinkQueue(client, contracts, at),
      readStakelinkTransit(client, contracts, at),
      readTokenBalance(client, {token: metis, account: withdrawalPool, ...at}),
      readTokenBalance(client, {token: metis, account: transmitter, ...at}),
      ...[stMetis, priorityPool, strategy].map((each) =>
        readTokenBalance(client, {token: metis, account: each, ...at}),
      ),
    ])
  const {toL1MetisWei, fromL1MetisWei} = transit
  // METIS that has arrived stays in the books as on its way until the next update.
  const onItsWay = fromL1MetisWei > arrivedWei ? fromL1MetisWei - arrivedWei : 0n
  return {
    // stMETIS that waits for METIS is staked until it is finalized.
    liabilitiesMetisWei: totalStakedWei + totalQueuedWei + finalizedWei,
    idleMetisWei: others.reduce((sum, wei) => sum + wei, finalizedWei + arrivedWei),
    // What left for L1 may be there already, where it counts as locked or idle.
    transitMetisWei: toL1MetisWei > 0n ? null : onItsWay,
  }
}
