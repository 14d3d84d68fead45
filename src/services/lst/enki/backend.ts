import type {Address} from 'viem'
import {readContract} from 'viem/actions'

import {enkiDealerAbi} from '../../../chain/abis/enki-dealer.ts'
import {readTokenBalance} from '../../../chain/actions/erc20/read-token.ts'
import {readEnkiBackendRole, readEnkiDealer} from '../../../chain/lst/enki/read-l1.ts'
import {formatWei, formatWeiShort} from '../../../lib/units.ts'
import {findEnki} from '../../../chain/lst/enki/discover.ts'
import type {AtBlock} from '../../../chain/at-block.ts'
import {readEnki, readEnkiRole, readEnkiSettings} from '../../../chain/lst/enki/read.ts'
import {enkiRewardDispatcherAbi} from '../../../chain/abis/enki-reward-dispatcher.ts'
import {enki} from '../../../protocol/lst/enki/about.ts'
import {enkiShare} from '../../../protocol/lst/enki/queue.ts'
import {requireFound, type EnkiSite} from './site.ts'
import type {Context} from '../../context.ts'
import {ourOwn} from '../../sending/check.ts'
import {planCallOf} from '../../sending/planned-call.ts'
import {
  bridgeFeeOf,
  hasRole,
  somethingToDo,
  toBackendPlan,
  type BackendPlan,
  type BackendSite,
  type LstBackend,
} from '../backend-port.ts'

/** Enki as its operator sees it: the dealer on L1. */
export function openEnkiBackend({context, registration}: BackendSite): LstBackend | null {
  const [dealer] = registration.l1Holders
  if (!dealer || !context.network.lst.enki) return null
  return {
    about: enki,
    // Requests mature by themselves.
    operations: new Map([
      ['relock', 'L1'],
      ['claim-rewards', 'L2'],
    ]),
    // The treasury's share of the last time is split again.
    once: new Set(['claim-rewards']),
    async status() {
      const [found, idle] = await Promise.all([
        readEnkiDealer(context.l1().client, dealer),
        idleOf(context, dealer),
      ])
      const wei = (id: string, label: string, value: bigint) =>
        ({id, label, value: `${value}`, unit: 'wei'}) as const
      return [
        wei('totalLockedMetisWei', 'locked by its agents', found.totalLockedMetisWei),
        wei('pendingRewardMetisWei', 'rewards on L1', found.pendingRewardMetisWei),
        wei('sumRewardsWei', 'rewards ever minted on L2', found.sumRewardsWei),
        wei('idleL1MetisWei', 'idle on L1', idle),
        {
          ...({id: 'activeAgents', label: 'active agents', unit: 'count'} as const),
          value: `${found.activeAgents}`,
        },
      ]
    },
    plan: (from, operation) =>
      operation === 'relock' ? planRelock(context, dealer, from) : planDispatch(context, from),
  }
}

/** Idle METIS and rewards are locked, and as many eMETIS as rewards are minted on L2. */
async function planRelock(context: Context, dealer: Address, from: Address): Promise<BackendPlan> {
  const l1 = context.l1().client
  const [found, idle, isBackend, {feeEthWei}] = await Promise.all([
    readEnkiDealer(l1, dealer),
    idleOf(context, dealer),
    readEnkiBackendRole(l1, dealer, from),
    bridgeFeeOf(context),
  ])
  const rewards = found.pendingRewardMetisWei
  const after = found.sumRewardsWei + rewards
  return toBackendPlan({
    action: 'lst provider relock',
    title: `Lock ${formatWeiShort(idle)} METIS and ${formatWeiShort(rewards)} METIS of rewards of Enki`,
    subject: 'A relock',
    ...{chain: 'L1', from},
    calls: [
      // Without rewards no message is sent, and the dealer would keep the ETH.
      planCallOf(enkiDealerAbi, {
        ...{contract: 'EnkiDealer', to: dealer, functionName: 'relock', args: []},
        label: () => 'Relock the METIS of Enki and mint its rewards on L2',
        valueWei: rewards > 0n ? feeEthWei : 0n,
      }),
    ],
    conditions: [
      hasRole('BACKEND_ROLE', isBackend, from),
      somethingToDo(
        'there is METIS to lock or a reward',
        idle > 0n || rewards > 0n,
        `${formatWei(idle)} METIS idle, ${formatWei(rewards)} METIS of rewards`,
      ),
    ],
    effects: [
      {label: 'rewards on L1', before: formatWei(rewards), after: '0'},
      {label: 'eMETIS minted on L2 by a message', before: '', after: formatWei(rewards)},
      {
        label: 'idle on L1',
        before: formatWei(idle),
        after: 'what does not fit under the maximum lock',
      },
    ],
    figures: [
      {id: 'sumRewardsWei', before: `${found.sumRewardsWei}`, after: `${after}`},
      {id: 'pendingRewardMetisWei', before: `${rewards}`, after: '0'},
    ],
    async readFigures(blockNumber) {
      const {sumRewardsWei, pendingRewardMetisWei} = await readEnkiDealer(l1, dealer, {blockNumber})
      return {
        sumRewardsWei: `${sumRewardsWei}`,
        pendingRewardMetisWei: `${pendingRewardMetisWei}`,
      }
    },
  })
}

/** Rewards that were minted on L2 go to the vault, less the share of the treasury. */
async function planDispatch(context: Context, from: Address): Promise<BackendPlan> {
  const {client, contracts} = await openSite(context)
  const readState = (at?: AtBlock) => readEnki(client, contracts, at)
  const [{undispatchedWei, totalAssetsWei}, settings, isBackend, treasuryWei] = await Promise.all([
    readState(),
    readEnkiSettings(client, contracts),
    readEnkiRole(client, contracts, 'BACKEND_ROLE', from),
    readContract(client, {
      address: contracts.rewardDispatcher,
      ...{abi: enkiRewardDispatcherAbi, functionName: 'treasuryBalance'},
    }),
  ])
  const {protocolTreasuryRatio, isPaused} = settings
  const toVault = undispatchedWei - enkiShare(undispatchedWei, protocolTreasuryRatio ?? 0n)
  const after = totalAssetsWei + toVault
  return toBackendPlan({
    action: 'lst provider claim-rewards',
    title: `Give ${formatWeiShort(toVault)} eMETIS of rewards to the holders of seMETIS`,
    subject: 'A dispatch of rewards',
    ...{chain: 'L2', from},
    calls: [
      planCallOf(enkiRewardDispatcherAbi, {
        ...{contract: 'EnkiRewardDispatcher', to: contracts.rewardDispatcher},
        ...{functionName: 'dispatch', args: []},
        label: () => 'Dispatch the rewards of Enki',
      }),
    ],
    conditions: [
      hasRole('BACKEND_ROLE', isBackend, from),
      ourOwn('not-paused', 'LST_PAUSED', {
        label: 'Enki is not paused',
        ok: isPaused !== true,
        seen: isPaused === null ? 'unknown' : isPaused ? 'paused' : 'not paused',
        remedy: 'Rewards wait until the provider goes on.',
      }),
      somethingToDo(
        'the dispatcher has rewards',
        undispatchedWei > 0n,
        `${formatWei(undispatchedWei)} eMETIS`,
      ),
    ],
    effects: [
      {label: 'assets of the vault', before: formatWei(totalAssetsWei), after: formatWei(after)},
      {
        label: 'share of the treasury',
        before: '',
        after: `${formatWei(undispatchedWei - toVault)} eMETIS`,
      },
      ...(treasuryWei === 0n
        ? []
        : [
            {
              label: 'share of the treasury before',
              before: '',
              after: `${formatWei(treasuryWei)} eMETIS, not withdrawn; what is left of it is split again`,
            },
          ]),
    ],
    figures: [{id: 'totalAssetsWei', before: `${totalAssetsWei}`, after: `${after}`}],
    readFigures: async (blockNumber) => ({
      totalAssetsWei: `${(await readState({blockNumber})).totalAssetsWei}`,
    }),
  })
}

async function openSite({l2, network}: Context): Promise<EnkiSite> {
  const {client} = l2()
  const known = network.lst.enki
  if (!known) throw new Error('Enki is not deployed on this network.')
  return {client, ...requireFound(await findEnki(client, known))}
}

function idleOf({l1, network}: Context, account: Address): Promise<bigint> {
  return readTokenBalance(l1().client, {token: network.l1.contracts.metis, account})
}
