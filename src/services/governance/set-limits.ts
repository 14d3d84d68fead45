import {readPool} from '../../chain/actions/locking-pool/read-pool.ts'
import {readOffices} from '../../chain/actions/locking-pool/read-offices.ts'
import {formatWeiShort} from '../../lib/units.ts'
import type {Sequencer} from '../../protocol/sequencer.ts'
import {foretelling, ourOwn, type Condition} from '../sending/check.ts'
import {assertContractsAgree} from '../network/contracts-agree.ts'
import type {Context} from '../context.ts'
import type {Effect, PlannedCall} from '../sending/plan.ts'
import {setLimit} from './planned-settings.ts'
import {listSequencers, requireOwner} from '../staking/sequencers.ts'
import {changesSomething, ownsContract, toSettingPlan, type SettingPlan} from './setting-plan.ts'

/** Undefined leaves a limit unchanged. */
export interface LimitsRequest {
  minLockMetisWei: bigint | undefined
  maxLockMetisWei: bigint | undefined
}

interface Limits {
  minLockMetisWei: bigint
  maxLockMetisWei: bigint
}

/**
 * Plans new limits of a lock.
 *
 * @throws {MetisSeqError} NOT_INFO_OWNER, SETTING_INVALID, MIN_ABOVE_MAX, NOTHING_TO_CHANGE
 */
export async function planLimits(context: Context, request: LimitsRequest): Promise<SettingPlan> {
  const caller = requireOwner(context)
  const {client} = context.l1()
  const {contracts} = context.network.l1
  const [{infoOwner}, {pool: before, sequencers}] = await Promise.all([
    readOffices(client, contracts),
    listSequencers(context),
    assertContractsAgree(context),
  ])
  const after: Limits = {
    minLockMetisWei: request.minLockMetisWei ?? before.minLockMetisWei,
    maxLockMetisWei: request.maxLockMetisWei ?? before.maxLockMetisWei,
  }
  const changed = limitIds.filter((id) => before[id] !== after[id])
  return toSettingPlan({
    action: 'governance set-limits',
    title: `Let a sequencer lock ${rangeText(after)} instead of ${rangeText(before)}`,
    subject: 'A change of the limits',
    from: caller,
    calls: callsInOrder(contracts, before, after),
    conditions: [
      ownsContract('LockingInfo', caller, infoOwner),
      ...limitConditions(request, after),
      changesSomething(
        'a limit differs from the current one',
        rangeText(before),
        changed.length > 0,
      ),
    ],
    effects: [
      ...changed.map((id) => ({
        label: id === 'minLockMetisWei' ? 'at least' : 'at most',
        before: metis(before[id]),
        after: metis(after[id]),
      })),
      ...caughtBy(sequencers, before, after),
    ],
    figures: changed.map((id) => ({id, before: `${before[id]}`, after: `${after[id]}`})),
    readFigures: async (blockNumber) => {
      const now = await readPool(client, {...contracts, blockNumber})
      return Object.fromEntries(limitIds.map((id) => [id, `${now[id]}`]))
    },
  })
}

const limitIds = ['minLockMetisWei', 'maxLockMetisWei'] as const

/**
 * The contract rejects a maximum below the current minimum, so a maximum below the present minimum
 * is set second. Otherwise it is set first, and the minimum never exceeds it.
 *
 * Source: `LockingInfo.setMaxLock`; `setMinLock` only rejects zero.
 */
function callsInOrder(
  {lockingInfo}: Context['network']['l1']['contracts'],
  before: Limits,
  after: Limits,
): PlannedCall[] {
  const minFirst = after.maxLockMetisWei < before.minLockMetisWei
  const order = minFirst ? (['minLock', 'maxLock'] as const) : (['maxLock', 'minLock'] as const)
  return order
    .filter((which) => before[`${which}MetisWei`] !== after[`${which}MetisWei`])
    .map((which) => setLimit({lockingInfo, which, amountMetisWei: after[`${which}MetisWei`]}))
}

/** In the order of the contract; some values that it would accept are still rejected here. */
export function limitConditions(request: LimitsRequest, after: Limits): Condition[] {
  const {minLockMetisWei: min, maxLockMetisWei: max} = after
  const seen = `minimum ${metis(min)}, maximum ${metis(max)}`
  const ok = max >= min
  if (request.minLockMetisWei === undefined) {
    const label = 'the maximum is not below the minimum'
    return [foretelling('max-not-below-min', {label, ok, seen})]
  }
  return [
    foretelling('min-above-zero', {
      label: 'the minimum is above zero',
      ok: min > 0n,
      seen: metis(min),
    }),
    ourOwn('min-not-above-max', 'MIN_ABOVE_MAX', {
      label: 'the minimum is not above the maximum',
      ...{ok, seen},
      remedy:
        'The contract would accept it, but nobody could register. Raise `--max-lock` as well.',
    }),
  ]
}

/**
 * Source: `LockingPool.withdraw` requires a remainder of at least the minimum, `relock` a total of
 * at most the maximum. No existing lock is reduced, and an exit is always possible.
 */
function caughtBy(sequencers: readonly Sequencer[], before: Limits, after: Limits): Effect[] {
  const active = sequencers.filter(({status}) => status === 'active')
  const below = ({minLockMetisWei}: Limits) =>
    active.filter(({amountMetisWei}) => amountMetisWei < minLockMetisWei)
  const above = ({maxLockMetisWei}: Limits) =>
    active.filter(({amountMetisWei}) => amountMetisWei > maxLockMetisWei)
  return [
    {
      label: 'below the minimum, cannot withdraw',
      before: namesOf(below(before)),
      after: namesOf(below(after)),
    },
    {
      label: 'above the maximum, cannot add',
      before: namesOf(above(before)),
      after: namesOf(above(after)),
    },
  ]
}

function namesOf(sequencers: readonly Sequencer[]): string {
  if (sequencers.length === 0) return 'nobody'
  return sequencers
    .map(({sequencerId, amountMetisWei}) => `${sequencerId} (${metis(amountMetisWei)})`)
    .join(', ')
}

function rangeText({minLockMetisWei, maxLockMetisWei}: Limits): string {
  return `${formatWeiShort(minLockMetisWei, 18)} to ${metis(maxLockMetisWei)}`
}

function metis(wei: bigint): string {
  return `${formatWeiShort(wei, 18)} METIS`
}
