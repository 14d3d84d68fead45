import {counted, formatWei, formatWeiShort} from '../../lib/units.ts'
import {rewardPerBlockForMrr} from '../../protocol/reward.ts'
import {yearlyRatePercent} from '../../protocol/reward-forecast.ts'
import {readPool} from '../../chain/actions/locking-pool/read-pool.ts'
import type {BlockInterval} from '../network/block-interval.ts'
import {foretelling, type Condition} from '../sending/check.ts'
import type {Context} from '../context.ts'
import type {Effect} from '../sending/plan.ts'
import {updateBlockReward} from './planned-settings.ts'
import {requireOwner} from '../staking/sequencers.ts'
import {
  coverOf,
  intervalText,
  readGovernance,
  type Governance,
  type Production,
} from './governance.ts'
import {changesSomething, ownsContract, toSettingPlan, type SettingPlan} from './setting-plan.ts'

export type RewardRequest =
  | {perBlockMetisWei: bigint}
  /** Without an interval, the measured one is used. */
  | {ratePercent: number; blockSeconds: number | undefined}

/** A change of the reward per block, with the block time used to convert annual rates. */
export interface RewardPlan extends SettingPlan {
  rewardPerBlockMetisWei: bigint
  blockIntervalSeconds: number
  /** `given` by the operator; `measured` on L2; `slot`: from the network document, as a fallback. */
  intervalSource: 'given' | 'measured' | 'slot'
  ratePercent: number
}

/**
 * Creates the plan, and recreates it with the reward that was shown: the measured block time
 * changes with every block, and the operator agreed to the number.
 */
export function rewardPlanner(context: Context, request: RewardRequest): () => Promise<RewardPlan> {
  let shown: RewardPlan | undefined
  return async () => {
    const perBlockMetisWei = shown?.rewardPerBlockMetisWei
    const plan = await planReward(
      context,
      perBlockMetisWei === undefined ? request : {perBlockMetisWei},
    )
    shown ??= plan
    return plan
  }
}

/**
 * Plans a new reward per block.
 *
 * @throws {MetisSeqError} NOT_POOL_OWNER, SETTING_INVALID, NOTHING_TO_CHANGE; for a rate without a
 *   block time, those of the connection to L2
 */
async function planReward(context: Context, request: RewardRequest): Promise<RewardPlan> {
  const caller = requireOwner(context)
  const governance = await readGovernance(context)
  const interval = intervalOf(request, governance)
  const {client} = context.l1()
  const {pool, offices} = governance
  const before = pool.rewardPerBlockMetisWei
  const after = rewardOf(request, governance, interval.blockIntervalSeconds)
  const rate = (wei: bigint) =>
    yearlyRatePercent({...pool, ...interval, rewardPerBlockMetisWei: wei})
  const plan = toSettingPlan({
    action: 'governance set-reward',
    title: `Pay ${formatWei(after)} METIS per block instead of ${formatWei(before)}`,
    subject: 'A change of the reward per block',
    from: caller,
    calls: [updateBlockReward({...context.network.l1.contracts, rewardPerBlockMetisWei: after})],
    conditions: [
      ownsContract('LockingPool', caller, offices.poolOwner),
      rewardAboveZero(after, pool.totalLockedMetisWei),
      changesSomething(
        'the reward differs from the current one',
        formatWei(before),
        after !== before,
      ),
    ],
    effects: [
      {
        label: 'reward per block',
        before: `${formatWei(before)} METIS`,
        after: `${formatWei(after)} METIS`,
      },
      {
        label: 'yearly rate',
        before: percentText(rate(before)),
        after: `${percentText(rate(after))} of ${formatWeiShort(pool.totalLockedMetisWei)} METIS locked, ${intervalText(interval, interval.intervalSource === 'given' ? 'given' : 'read')}`,
      },
      owedEffect(governance.production, before, after),
      ...coverEffects(governance, before, after),
    ],
    figures: [{id: 'rewardPerBlockMetisWei', before: `${before}`, after: `${after}`}],
    readFigures: async (blockNumber) => {
      const now = await readPool(client, {...context.network.l1.contracts, blockNumber})
      return {rewardPerBlockMetisWei: `${now.rewardPerBlockMetisWei}`}
    },
  })
  return {...plan, ...interval, rewardPerBlockMetisWei: after, ratePercent: rate(after)}
}

interface Interval extends Omit<BlockInterval, 'headBlock'> {
  intervalSource: RewardPlan['intervalSource']
}

function intervalOf(request: RewardRequest, {production, unreachable}: Governance): Interval {
  if ('ratePercent' in request && request.blockSeconds !== undefined) {
    const blockIntervalSeconds = request.blockSeconds
    return {blockIntervalSeconds, intervalSource: 'given', measuredBlocks: 0}
  }
  // A reward derived from the block time must not rest on a guess.
  if ('ratePercent' in request && unreachable[0]) throw unreachable[0].error
  const {blockIntervalSeconds, measuredBlocks} = production
  const intervalSource = measuredBlocks > 0 ? 'measured' : 'slot'
  return {blockIntervalSeconds, intervalSource, measuredBlocks}
}

function rewardOf(
  request: RewardRequest,
  {pool}: Governance,
  blockIntervalSeconds: number,
): bigint {
  if ('perBlockMetisWei' in request) return request.perBlockMetisWei
  const {ratePercent} = request
  const totalLockedWei = pool.totalLockedMetisWei
  return rewardPerBlockForMrr({totalLockedWei, ratePercent, blockIntervalSeconds})
}

export function rewardAboveZero(wei: bigint, totalLockedMetisWei: bigint): Condition {
  return foretelling('reward-above-zero', {
    label: 'the reward is above zero',
    ok: wei > 0n,
    seen: `${formatWei(wei)} METIS, with ${formatWeiShort(totalLockedMetisWei)} METIS locked`,
  })
}

/** Source: `LockingPool.batchSubmitRewards` multiplies by the reward at the time of the call. */
function owedEffect({unsubmitted}: Production, before: bigint, after: bigint): Effect {
  const label = 'earned and not submitted'
  if (!unsubmitted) {
    const note = 'applies to all blocks not yet submitted; L2 did not say how many'
    return {label, before: 'not known', after: note}
  }
  const {blocks, fromEpoch} = unsubmitted
  return {
    label,
    before: `${formatWeiShort(blocks * before)} METIS`,
    after: `${formatWeiShort(blocks * after)} METIS: it applies to ${counted(blocks, 'block')} since epoch ${fromEpoch}, including past ones`,
  }
}

function coverEffects(governance: Governance, before: bigint, after: bigint): Effect[] {
  const [then, now] = [coverOf(governance, after), coverOf(governance, before)]
  const batches =
    then.batches === null
      ? ''
      : `, ${counted(then.batches, 'batch', 'batches')} of ${counted(then.batchEpochs, 'epoch')}`
  return [
    {
      label: 'the payer covers',
      before: counted(now.blocks, 'block'),
      after: `${counted(then.blocks, 'block')}${batches}`,
    },
    {
      label: 'unsubmitted rewards',
      before: coverWord(now.coversOwed),
      after: coverWord(then.coversOwed),
    },
  ]
}

export function coverWord(covers: boolean | null): string {
  return covers === null ? 'not known' : covers ? 'covered' : 'NOT covered'
}

function percentText(percent: number): string {
  return `${percent.toFixed(2)} %`
}
