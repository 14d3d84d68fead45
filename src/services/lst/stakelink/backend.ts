import {isAddressEqual, type Address} from 'viem'
import {getBlock} from 'viem/actions'

import {readStakelinkL1, type StakelinkL1} from '../../../chain/lst/stakelink/read-l1.ts'
import {
  readOperatorReward,
  readOperatorRewards,
  readPeer,
  readStakelinkFlow,
  readUpdateFee,
} from '../../../chain/lst/stakelink/read-flow.ts'
import {findStakelink} from '../../../chain/lst/stakelink/discover.ts'
import {readStakelinkCycle, readStakelinkQueue} from '../../../chain/lst/stakelink/read.ts'
import {stakelinkWords} from '../../../chain/lst/stakelink/refusals.ts'
import {counted, formatWei, formatWeiShort, isoTime} from '../../../lib/units.ts'
import {stakelink, type StakelinkAddresses} from '../../../protocol/lst/stakelink/about.ts'
import {
  afterArrival,
  afterUpdate,
  afterUpkeep,
  spreadOverVaults,
  type StakelinkFlow,
} from '../../../protocol/lst/stakelink/upkeep.ts'
import type {Context} from '../../context.ts'
import type {Condition} from '../../sending/check.ts'
import type {Effect, Figure} from '../../sending/plan.ts'
import {
  hasRole,
  somethingToDo,
  toBackendPlan,
  type BackendFact,
  type BackendOperation,
  type BackendPlan,
  type BackendSite,
  type LstBackend,
} from '../backend-port.ts'
import {arrivalCall, lockCall, operatorRewardCall, updateCall, upkeepCall} from './backend-calls.ts'
import {foretold, requireFound, type StakelinkSite} from './site.ts'

/**
 * stake.link as its operator sees it. Who decides which vault gets METIS is named on L1; the other
 * operations are open to everybody, and an automation service makes them on Metis.
 */
export function openStakelinkBackend({context}: BackendSite): LstBackend | null {
  const {stakelink: known} = context.network.lst
  if (!known) return null
  const open = () => openOffice(context, known)
  const plans: Record<BackendOperation, (from: Address) => Promise<BackendPlan>> = {
    relock: async (from) => planLock(await open(), from),
    'claim-rewards': async (from) => planUpdate(await open(), from),
    'unlock-withdrawals': async (from) => planUpkeep(await open(), from),
  }
  return {
    about: stakelink,
    operations: new Map([
      ['relock', 'L1'],
      // The totals of both chains, and with them the rewards, are asked for from L2.
      ['claim-rewards', 'L2'],
      ['unlock-withdrawals', 'L2'],
    ]),
    status: async () => readStatus(await open()),
    plan: (from, operation) => plans[operation](from),
  }
}

interface Office extends StakelinkSite {
  context: Context
  /** The transmitter on L1. */
  peer: Address
}

async function openOffice(context: Context, known: StakelinkAddresses): Promise<Office> {
  const {client} = context.l2()
  const site = {client, ...requireFound(await findStakelink(client, known))}
  return {...site, context, peer: await readPeer(client, site.contracts)}
}

const lockedIn = ({vaults}: StakelinkL1) =>
  vaults.reduce((sum, {lockedMetisWei}) => sum + lockedMetisWei, 0n)

async function readStatus(office: Office): Promise<BackendFact[]> {
  const {client, contracts, metis, context, peer} = office
  const [onL1, flow, cycle, {totalQueuedWei}, operatorsWei] = await Promise.all([
    readStakelinkL1(context.l1().client, peer),
    readStakelinkFlow(client, contracts, metis),
    readStakelinkCycle(client, contracts),
    readStakelinkQueue(client, contracts),
    readOperatorRewards(client, contracts),
  ])
  const sumOf = (name: 'rewardMetisWei' | 'operatorRewardWei') =>
    onL1.vaults.reduce((sum, vault) => sum + vault[name], 0n)
  const wei = (id: string, label: string, value: bigint) =>
    ({id, label, value: `${value}`, unit: 'wei'}) as const
  const word = (id: string, label: string, value: string) =>
    ({id, label, value, unit: 'word'}) as const
  return [
    wei('lockedMetisWei', 'locked by its vaults', lockedIn(onL1)),
    wei('rewardMetisWei', 'rewards on L1', sumOf('rewardMetisWei')),
    wei('operatorRewardWei', 'of them for operators', sumOf('operatorRewardWei')),
    wei('idleL1MetisWei', 'idle on L1', onL1.idleMetisWei),
    word('answersEth', 'pays the answers to L2', `${formatWei(onL1.answersEthWei)} ETH`),
    wei('idleMetisWei', 'idle on L2', flow.idleWei),
    wei('toL1MetisWei', 'on its way to L1', flow.toL1Wei),
    wei('fromL1MetisWei', 'on its way from L1', flow.fromL1Wei),
    wei('arrivedMetisWei', 'arrived from L1, not counted', flow.arrivedWei),
    wei('queuedMetisWei', 'deposits that wait for capacity', totalQueuedWei),
    wei('dueMetisWei', 'owed to requests that are not finalized', flow.dueWei),
    wei('finalizedMetisWei', 'waits to be claimed', flow.finalizedWei),
    wei('paidToOperatorsWei', 'stMETIS that operators have not taken', operatorsWei),
    word('nextUpdate', 'next update, at the earliest', isoTime(cycle.nextUpdateAt)),
    word('nextBatch', 'next batch of withdrawals, at the earliest', isoTime(cycle.nextBatchAt)),
  ]
}

/** METIS that came from L2 goes into the vaults, in their order. */
async function planLock({context, peer}: Office, from: Address): Promise<BackendPlan> {
  const l1 = context.l1().client
  const found = await readStakelinkL1(l1, peer)
  const {depositController, vaults, idleMetisWei, minVaultMetisWei, maxVaultMetisWei} = found
  const limits = {idleWei: idleMetisWei, minWei: minVaultMetisWei, maxWei: maxVaultMetisWei}
  const shares = spreadOverVaults(vaults, limits)
  const added = shares.reduce((sum, {wei}) => sum + wei, 0n)
  const locked = lockedIn(found)
  const [before, after] = [
    figuresOf({lockedMetisWei: locked, idleL1MetisWei: idleMetisWei}),
    figuresOf({lockedMetisWei: locked + added, idleL1MetisWei: idleMetisWei - added}),
  ]
  return toBackendPlan({
    action: 'lst provider relock',
    title: `Lock ${formatWeiShort(added)} METIS of ${stakelink.name}`,
    subject: 'A relock',
    ...{chain: 'L1', from, calls: [lockCall(peer, shares)]},
    conditions: [
      {
        ...hasRole('deposit controller', isAddressEqual(depositController, from), from),
        revert: stakelinkWords.notAuthorized,
      },
      somethingToDo(
        'a vault has room for METIS that is idle on L1',
        added > 0n,
        `${formatWei(idleMetisWei)} METIS idle, ${counted(vaults.length, 'vault')}`,
      ),
    ],
    effects: [
      {
        ...{label: 'idle on L1', before: formatWei(idleMetisWei)},
        after: formatWei(idleMetisWei - added),
      },
      {label: 'locked', before: formatWei(locked), after: formatWei(locked + added)},
    ],
    figures: changed(before, after),
    async readFigures(blockNumber) {
      const now = await readStakelinkL1(l1, peer, {blockNumber})
      return figuresOf({lockedMetisWei: lockedIn(now), idleL1MetisWei: now.idleMetisWei})
    },
  })
}

/**
 * The weekly update: L2 tells L1 what it lacks, and the answer brings the rewards. What the account
 * has earned as an operator is taken with it.
 */
async function planUpdate(office: Office, from: Address): Promise<BackendPlan> {
  const {client, contracts} = office
  const [flow, cycle, {timestamp: now}, feeWei, earnedWei] = await Promise.all([
    readStakelinkFlow(client, contracts, office.metis),
    readStakelinkCycle(client, contracts),
    getBlock(client),
    readUpdateFee(client, contracts),
    readOperatorReward(client, contracts, from),
  ])
  const isDue = now >= cycle.nextUpdateAt && flow.arrivedWei >= flow.fromL1Wei
  const takes = earnedWei > 0n
  const updated = isDue ? afterUpdate(flow, now >= cycle.nextBatchAt) : null
  const later = updated ?? flow
  return toBackendPlan({
    action: 'lst provider claim-rewards',
    title: updated
      ? `Tell L1 what ${stakelink.name} lacks on L2, and ask for its rewards`
      : `Take ${formatWeiShort(earnedWei)} ${stakelink.token} of rewards as an operator`,
    subject: 'An update',
    ...{chain: 'L2', from},
    calls: [
      ...(takes ? [operatorRewardCall(contracts)] : []),
      ...(updated ? [updateCall(contracts, feeWei)] : []),
    ],
    // What an operator has earned can be taken at any time.
    conditions: takes ? [] : updateConditions(flow, now, cycle.nextUpdateAt),
    effects: [
      ...(takes
        ? [{label: 'earned as an operator', before: formatWei(earnedWei), after: '0'}]
        : []),
      ...(updated ? updateEffects(flow, updated, feeWei) : []),
    ],
    figures: changed(
      figuresOf({...flowOf(flow), operatorRewardWei: earnedWei}),
      figuresOf({...flowOf(later), operatorRewardWei: 0n}),
    ),
    readFigures: async (blockNumber) =>
      figuresOf({
        ...flowOf(await readStakelinkFlow(client, contracts, office.metis, {blockNumber})),
        operatorRewardWei: await readOperatorReward(client, contracts, from, {blockNumber}),
      }),
  })
}

function updateConditions(
  {arrivedWei, fromL1Wei}: StakelinkFlow,
  now: bigint,
  nextUpdateAt: bigint,
): Condition[] {
  return [
    isTime(stakelinkWords.updatedRecently, 'update', now >= nextUpdateAt, nextUpdateAt),
    // The contract would count the fee as METIS from L1, and the fee would be missing.
    foretold('', 'arrived-from-l1', 'LIQUIDITY_LOW', {
      label: 'METIS that L1 has sent has arrived',
      ok: arrivedWei >= fromL1Wei,
      seen: `${formatWei(arrivedWei)} of ${formatWei(fromL1Wei)} METIS`,
      remedy: 'Wait for the deposit of the bridge.',
    }),
  ]
}

function updateEffects(
  flow: StakelinkFlow,
  updated: ReturnType<typeof afterUpdate>,
  feeWei: bigint,
): Effect[] {
  const {paidWei, sentWei} = updated
  return [
    {label: 'idle on L2', before: formatWei(flow.idleWei), after: formatWei(updated.idleWei)},
    {label: 'finalized for those who withdraw', before: '', after: `${formatWei(paidWei)} METIS`},
    {label: 'sent to L1', before: '', after: `${formatWei(sentWei)} METIS`},
    {
      label: 'rewards',
      before: '',
      after: 'shared on L2 with the answer from L1, which comes by itself',
    },
    {label: 'fee', before: '', after: `${formatWei(feeWei)} METIS at most; the rest comes back`},
  ]
}

/** METIS from L1 is counted, and pays those who wait, in their order. */
async function planUpkeep(office: Office, from: Address): Promise<BackendPlan> {
  const {client, contracts, strategies} = office
  const [flow, {nextBatchAt}, {timestamp: now}] = await Promise.all([
    readStakelinkFlow(client, contracts, office.metis),
    readStakelinkCycle(client, contracts),
    getBlock(client),
  ])
  const counted = afterArrival(flow)
  const {countedWei, dueWei, payableWei} = counted
  const pays = payableWei > 0n && dueWei > 0n && now >= nextBatchAt
  const later = pays ? afterUpkeep(counted) : {...counted, paidWei: 0n}
  return toBackendPlan({
    action: 'lst provider unlock-withdrawals',
    title: pays
      ? `Finalize ${formatWeiShort(later.paidWei)} METIS of withdrawals of ${stakelink.name}`
      : `Count ${formatWeiShort(countedWei)} METIS from L1 for ${stakelink.name}`,
    subject: 'An unlock',
    ...{chain: 'L2', from},
    calls: [
      ...(countedWei > 0n ? [arrivalCall(contracts)] : []),
      ...(pays ? [upkeepCall(contracts, strategies)] : []),
    ],
    conditions: countedWei > 0n ? [] : upkeepConditions(counted, now, nextBatchAt),
    effects: [
      {label: 'idle on L2', before: formatWei(flow.idleWei), after: formatWei(later.idleWei)},
      {label: 'owed to requests', before: formatWei(dueWei), after: formatWei(later.dueWei)},
      {
        ...{label: 'waits to be claimed', before: formatWei(flow.finalizedWei)},
        after: formatWei(later.finalizedWei),
      },
    ],
    figures: changed(figuresOf(flowOf(flow)), figuresOf(flowOf(later))),
    readFigures: async (blockNumber) =>
      figuresOf(flowOf(await readStakelinkFlow(client, contracts, office.metis, {blockNumber}))),
  })
}

function upkeepConditions(
  {dueWei, payableWei}: StakelinkFlow,
  now: bigint,
  nextBatchAt: bigint,
): Condition[] {
  return [
    somethingToDo(
      'METIS on L2 pays a request that waits',
      dueWei > 0n && payableWei > 0n,
      `${formatWei(dueWei)} METIS owed, ${formatWei(payableWei)} METIS of it can be paid`,
    ),
    isTime(stakelinkWords.noUpkeep, 'batch of withdrawals', now >= nextBatchAt, nextBatchAt),
  ]
}

/** Until then what an earlier one did is all that can be done. */
function isTime(revert: string, what: string, ok: boolean, at: bigint): Condition {
  return foretold(revert, 'time-has-come', 'NOTHING_TO_CHANGE', {
    label: `the last ${what} is long enough ago`,
    ...{ok, seen: `the next one is possible at ${isoTime(at)}`},
    remedy: 'Wait until then; it needs no role.',
  })
}

/** What is owed is counted in shares, so a wei of it may come and go: it is no figure. */
function flowOf({idleWei, toL1Wei, fromL1Wei, finalizedWei}: StakelinkFlow) {
  return {
    ...{idleMetisWei: idleWei, toL1MetisWei: toL1Wei},
    ...{fromL1MetisWei: fromL1Wei, finalizedMetisWei: finalizedWei},
  }
}

function figuresOf(values: Record<string, bigint>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([id, wei]) => [id, `${wei}`]))
}

function changed(before: Record<string, string>, after: Record<string, string>): Figure[] {
  return Object.entries(before).map(([id, value]) => ({
    id,
    before: value,
    after: after[id] ?? value,
  }))
}
