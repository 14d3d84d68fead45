import {isAddressEqual, type Address} from 'viem'
import {readContract} from 'viem/actions'

import {amtWithdrawalManagerAbi} from '../../../chain/abis/amt-withdrawal-manager.ts'
import {l1StakingPoolManagerAbi} from '../../../chain/abis/l1-staking-pool-manager.ts'
import {readTokenBalance} from '../../../chain/actions/erc20/read-token.ts'
import {readPool} from '../../../chain/actions/locking-pool/read-pool.ts'
import {
  readArtemisAdmin,
  readArtemisPools,
  type ArtemisPool,
} from '../../../chain/lst/artemis/read-l1.ts'
import {readArtemisQueue, readOwedBefore} from '../../../chain/lst/artemis/withdrawals.ts'
import {counted, formatWei, formatWeiShort} from '../../../lib/units.ts'
import {artemis, type ArtemisContracts} from '../../../protocol/lst/artemis/about.ts'
import type {Context} from '../../context.ts'
import type {PlannedCall} from '../../sending/plan.ts'
import {planCallOf} from '../../sending/planned-call.ts'
import {ourOwn} from '../../sending/check.ts'
import {
  bridgeFeeOf,
  hasRole,
  somethingToDo,
  toBackendPlan,
  type BackendOperation,
  type BackendPlan,
  type BackendSite,
  type LstBackend,
} from '../backend-port.ts'

/** Artemis as its operator sees it: the manager on L1, and the withdrawal queue on L2. */
export function openArtemisBackend({context, registration}: BackendSite): LstBackend | null {
  const [manager] = registration.l1Holders
  const {artemis: contracts} = context.network.lst
  if (!manager || !contracts) return null
  const site: Site = {context, manager, contracts}
  const plans: Record<BackendOperation, (from: Address) => Promise<BackendPlan>> = {
    relock: (from) => planRelock(site, from),
    'claim-rewards': (from) => planClaimRewards(site, from),
    'unlock-withdrawals': (from) => planUnlock(site, from),
  }
  return {
    about: artemis,
    operations: new Map([
      ['relock', 'L1'],
      ['claim-rewards', 'L1'],
      ['unlock-withdrawals', 'L2'],
    ]),
    status: () => readStatus(site),
    plan: (from, operation) => plans[operation](from),
  }
}

interface Site {
  context: Context
  manager: Address
  contracts: ArtemisContracts
}

async function readStatus({context, manager, contracts}: Site) {
  const [pools, idle, queue] = await Promise.all([
    readArtemisPools(context.l1().client, manager),
    idleOf(context, manager),
    readArtemisQueue(context.l2().client, contracts),
  ])
  const wei = (id: string, label: string, value: bigint) =>
    ({id, label, value: `${value}`, unit: 'wei'}) as const
  return [
    wei('stakedMetisWei', 'locked by its pools', total(pools, 'stakedMetisWei')),
    wei('rewardMetisWei', 'rewards on L1', total(pools, 'rewardMetisWei')),
    wei('idleL1MetisWei', 'idle on L1', idle),
    wei('poolMetisWei', 'idle in the deposit pool on L2', queue.poolMetisWei),
    wei('lockedMetisWei', 'owed to requests that are not unlocked', queue.lockedMetisWei),
    {
      ...({id: 'lockedRequests', label: 'requests that are not unlocked', unit: 'count'} as const),
      value: `${queue.nextWithdrawNonce - queue.nextUnlockNonce}`,
    },
  ]
}

/** Idle METIS fills the pools up to the maximum lock, in their order. */
async function planRelock({context, manager}: Site, from: Address): Promise<BackendPlan> {
  const l1 = context.l1().client
  const {lockingPool, lockingInfo} = context.network.l1.contracts
  const [pools, idle, {maxLockMetisWei}, isAdmin] = await Promise.all([
    readArtemisPools(l1, manager),
    idleOf(context, manager),
    readPool(l1, {lockingPool, lockingInfo}),
    readArtemisAdmin(l1, manager, from),
  ])
  let left = idle
  const calls = pools.flatMap(({address, stakedMetisWei}) => {
    const room = maxLockMetisWei - stakedMetisWei
    const amount = left < room ? left : room
    if (amount <= 0n || stakedMetisWei === 0n) return []
    left -= amount
    return [stakeCall(manager, address, amount)]
  })
  const staked = total(pools, 'stakedMetisWei')
  const added = idle - left
  return toBackendPlan({
    action: 'lst provider relock',
    title: `Lock ${formatWeiShort(added)} METIS of Artemis`,
    subject: 'A relock',
    ...{chain: 'L1', from, calls},
    conditions: [
      hasRole('ADMIN_ROLE', isAdmin, from),
      somethingToDo(
        'the manager has METIS that fits into a lock',
        added > 0n,
        `${formatWei(idle)} METIS idle`,
      ),
    ],
    effects: [
      {label: 'idle on L1', before: formatWei(idle), after: formatWei(left)},
      {label: 'locked', before: formatWei(staked), after: formatWei(staked + added)},
    ],
    figures: [
      {id: 'stakedMetisWei', before: `${staked}`, after: `${staked + added}`},
      {id: 'idleL1MetisWei', before: `${idle}`, after: `${left}`},
    ],
    readFigures: async (blockNumber) => ({
      stakedMetisWei: `${total(await readArtemisPools(l1, manager, {blockNumber}), 'stakedMetisWei')}`,
      idleL1MetisWei: `${await idleOf(context, manager, blockNumber)}`,
    }),
  })
}

/** Rewards of all pools go to the reward pool on L2. Every pool pays the bridge. */
async function planClaimRewards({context, manager}: Site, from: Address): Promise<BackendPlan> {
  const l1 = context.l1().client
  const [pools, isAdmin, fee] = await Promise.all([
    readArtemisPools(l1, manager),
    readArtemisAdmin(l1, manager, from),
    bridgeFeeOf(context),
  ])
  const rewards = total(pools, 'rewardMetisWei')
  const valueWei = fee.feeEthWei * BigInt(pools.length)
  return toBackendPlan({
    action: 'lst provider claim-rewards',
    title: `Send ${formatWeiShort(rewards)} METIS of rewards to L2`,
    subject: 'A claim of rewards',
    ...{chain: 'L1', from},
    calls: [claimRewardsCall(manager, fee.l2GasLimit, valueWei)],
    conditions: [
      hasRole('ADMIN_ROLE', isAdmin, from),
      // LockingPool refuses to send nothing, and one pool without rewards stops all of them.
      somethingToDo(
        'every pool has a reward',
        pools.length > 0 && pools.every(({rewardMetisWei}) => rewardMetisWei > 0n),
        pools.map(({rewardMetisWei}) => `${formatWei(rewardMetisWei)} METIS`).join(', ') ||
          'no pool',
      ),
    ],
    effects: [
      {label: 'rewards on L1', before: formatWei(rewards), after: '0'},
      {label: 'bridge fee', before: '', after: `${formatWei(valueWei)} ETH`},
    ],
    figures: [{id: 'rewardMetisWei', before: `${rewards}`, after: '0'}],
    readFigures: async (blockNumber) => ({
      rewardMetisWei: `${total(await readArtemisPools(l1, manager, {blockNumber}), 'rewardMetisWei')}`,
    }),
  })
}

/** As many requests as the METIS of the deposit pool covers, in their order. */
async function planUnlock({context, contracts}: Site, from: Address): Promise<BackendPlan> {
  const l2 = context.l2().client
  const [queue, owner] = await Promise.all([
    readArtemisQueue(l2, contracts),
    readContract(l2, {
      address: contracts.withdrawalManager,
      ...{abi: amtWithdrawalManagerAbi, functionName: 'owner'},
    }),
  ])
  const {nextUnlockNonce, nextWithdrawNonce, poolMetisWei} = queue
  let low = nextUnlockNonce
  let high = nextWithdrawNonce
  while (low < high) {
    const middle = (low + high + 1n) / 2n
    if ((await readOwedBefore(l2, contracts, middle)) <= poolMetisWei) low = middle
    else high = middle - 1n
  }
  const count = low - nextUnlockNonce
  const owed = count === 0n ? 0n : await readOwedBefore(l2, contracts, low)
  return toBackendPlan({
    action: 'lst provider unlock-withdrawals',
    title: `Unlock ${counted(count, 'withdrawal request')} of Artemis`,
    subject: 'An unlock',
    ...{chain: 'L2', from},
    calls: [unlockCall(contracts, low)],
    conditions: [
      ourOwn('owns-queue', 'NOT_CONTRACT_OWNER', {
        label: 'the account owns the withdrawal manager',
        ok: isAddressEqual(owner, from),
        seen: `owner ${owner}, account ${from}`,
        remedy: 'Use the profile of the owner: `--profile NAME`.',
      }),
      somethingToDo(
        'the deposit pool covers the oldest locked request',
        count > 0n,
        `${nextWithdrawNonce - nextUnlockNonce} locked, ${formatWei(poolMetisWei)} METIS there`,
      ),
    ],
    effects: [
      {
        label: 'deposit pool',
        before: formatWei(poolMetisWei),
        after: formatWei(poolMetisWei - owed),
      },
      {
        label: 'requests not unlocked',
        before: `${nextWithdrawNonce - nextUnlockNonce}`,
        after: `${nextWithdrawNonce - low}`,
      },
    ],
    figures: [{id: 'nextUnlockNonce', before: `${nextUnlockNonce}`, after: `${low}`}],
    readFigures: async (blockNumber) => ({
      nextUnlockNonce: `${(await readArtemisQueue(l2, contracts, {blockNumber})).nextUnlockNonce}`,
    }),
  })
}

/** - Signed by: an admin of Artemis. Chain: L1. - Source: `StakingPoolManager.stake`. */
function stakeCall(manager: Address, pool: Address, amountWei: bigint): PlannedCall {
  return planCallOf(l1StakingPoolManagerAbi, {
    ...{contract: 'L1StakingPoolManager', to: manager},
    functionName: 'stake',
    args: [pool, amountWei],
    label: (_pool, wei) => `Lock ${formatWeiShort(wei)} METIS of Artemis`,
    gasAtMost: 400_000n,
  })
}

/** - Signed by: an admin of Artemis. Chain: L1. - Source: `StakingPoolManager.claimRewards`. */
function claimRewardsCall(manager: Address, l2Gas: number, valueWei: bigint): PlannedCall {
  return planCallOf(l1StakingPoolManagerAbi, {
    ...{contract: 'L1StakingPoolManager', to: manager},
    functionName: 'claimRewards',
    args: [l2Gas],
    label: () => 'Send the rewards of Artemis to L2',
    valueWei,
  })
}

/** - Signed by: the owner of the queue. Chain: L2. - Source: `AMTWithdrawalManager.unlockWithdrawal`. */
function unlockCall({withdrawalManager}: ArtemisContracts, before: bigint): PlannedCall {
  return planCallOf(amtWithdrawalManagerAbi, {
    ...{contract: 'AMTWithdrawalManager', to: withdrawalManager},
    functionName: 'unlockWithdrawal',
    args: [before],
    label: (nonce) => `Unlock withdrawal requests before number ${nonce}`,
  })
}

function idleOf({l1, network}: Context, account: Address, blockNumber?: bigint): Promise<bigint> {
  return readTokenBalance(l1().client, {
    ...{token: network.l1.contracts.metis, account},
    ...(blockNumber === undefined ? {} : {blockNumber}),
  })
}

function total(pools: readonly ArtemisPool[], name: 'stakedMetisWei' | 'rewardMetisWei'): bigint {
  return pools.reduce((sum, pool) => sum + pool[name], 0n)
}
