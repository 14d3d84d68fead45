import {readAllowance} from '../../chain/actions/erc20/read-token.ts'
import {readPool, type PoolSettings} from '../../chain/actions/locking-pool/read-pool.ts'
import {formatWeiShort} from '../../lib/units.ts'
import {resolveAmount, type Amount} from '../../protocol/amount.ts'
import {signerUpdateBatch, type SequencerSnapshot} from '../../protocol/locking-pool.ts'
import type {Sequencer} from '../../protocol/sequencer.ts'
import type {Context} from '../context.ts'
import {approveLockingInfo, relock, withdraw} from '../sending/planned-calls.ts'
import type {PlannedCall} from '../sending/plan.ts'
import {findSequencer} from './sequencers.ts'
import {openSnapshot} from './open-snapshot.ts'
import {toStakingPlan, type StakingPlan} from './staking-plan.ts'
import {sharedThrottleTrap} from './traps.ts'

export interface StakeView {
  sequencer: Sequencer
  pool: PoolSettings
  /** What can still be locked before the maximum. */
  roomMetisWei: bigint
  /** Share of all locked METIS in hundredths of a percent. */
  shareBasisPoints: number
}

/** The lock of one sequencer beside the limits of the pool. */
export async function showStake(
  context: Context,
  sequencerId: bigint | undefined,
): Promise<StakeView> {
  const {lockingPool, lockingInfo} = context.network.l1.contracts
  const [sequencer, pool] = await Promise.all([
    findSequencer(context, sequencerId),
    readPool(context.l1().client, {lockingPool, lockingInfo}),
  ])
  return toStakeView(sequencer, pool)
}

export function toStakeView(sequencer: Sequencer, pool: PoolSettings): StakeView {
  const room = pool.maxLockMetisWei - sequencer.amountMetisWei
  const total = pool.totalLockedMetisWei
  return {
    sequencer,
    pool,
    roomMetisWei: room > 0n ? room : 0n,
    shareBasisPoints: total === 0n ? 0 : Number((sequencer.amountMetisWei * 10_000n) / total),
  }
}

export interface StakeRequest {
  sequencerId: bigint | undefined
  amount: Amount
}

/**
 * Decides what locking more would do.
 *
 * @param request `max` fills the lock up to the limit or the balance, whichever is less
 * @throws {MetisSeqError} AMOUNT_OUT_OF_RANGE, NOTHING_TO_LOCK, METIS_BALANCE_LOW and those of the state
 */
export async function planStakeIncrease(
  context: Context,
  {sequencerId, amount}: StakeRequest,
): Promise<StakingPlan> {
  const snapshot = await openSnapshot(context, sequencerId)
  const {roomMetisWei} = toStakeView(snapshot.sequencer, snapshot.pool)
  const amountWei = resolveAmount(amount, least(roomMetisWei, snapshot.callerMetisWei))
  const id = snapshot.sequencer.sequencerId
  return toStakingPlan({
    action: 'stake increase',
    title: `Lock ${formatWeiShort(amountWei)} METIS more in sequencer ${id}`,
    subject: 'Locking more',
    role: 'owner',
    snapshot,
    call: {kind: 'relock', amountMetisWei: amountWei, withReward: false},
    calls: await withApproval(context, snapshot, amountWei, [
      relock({...poolCallOn(context, snapshot), amountWei, rewardWei: null}),
    ]),
  })
}

/**
 * Decides what locking the credited reward would do: it earns from then on, and needs no bridge.
 *
 * @throws {MetisSeqError} AMOUNT_OUT_OF_RANGE, NOTHING_TO_LOCK and those of the state
 */
export async function planRestake(
  context: Context,
  {sequencerId, amount}: StakeRequest,
): Promise<StakingPlan> {
  const snapshot = await openSnapshot(context, sequencerId)
  const {sequencer} = snapshot
  const {sequencerId: id, rewardMetisWei} = sequencer
  const room = toStakeView(sequencer, snapshot.pool).roomMetisWei - rewardMetisWei
  const amountWei = resolveAmount(amount, least(room, snapshot.callerMetisWei))
  return toStakingPlan({
    action: 'stake restake',
    title: `Lock ${formatWeiShort(rewardMetisWei + amountWei)} METIS more in sequencer ${id}, ${formatWeiShort(rewardMetisWei)} of them reward`,
    subject: 'Locking the reward',
    role: 'owner',
    snapshot,
    call: {kind: 'relock', amountMetisWei: amountWei, withReward: true},
    calls: await withApproval(context, snapshot, amountWei, [
      relock({...poolCallOn(context, snapshot), amountWei, rewardWei: rewardMetisWei}),
    ]),
  })
}

/**
 * Decides what taking METIS out of the lock would do; they come to the owner on L1 at once.
 *
 * @param request `max` leaves the minimum lock
 * @throws {MetisSeqError} WITHDRAW_THROTTLED, AMOUNT_OUT_OF_RANGE, NOTHING_TO_WITHDRAW and those of the state
 */
export async function planStakeWithdraw(
  context: Context,
  {sequencerId, amount}: StakeRequest,
): Promise<StakingPlan> {
  const snapshot = await openSnapshot(context, sequencerId)
  const amountWei = resolveAmount(amount, withdrawableWei(snapshot))
  const id = snapshot.sequencer.sequencerId
  const {rewardBatchId, signerUpdateThrottle} = snapshot.pool
  return toStakingPlan({
    action: 'stake withdraw',
    title: `Take ${formatWeiShort(amountWei)} METIS out of sequencer ${id}`,
    subject: 'A withdrawal',
    role: 'owner',
    snapshot,
    call: {kind: 'withdraw', amountMetisWei: amountWei},
    calls: [withdraw({...poolCallOn(context, snapshot), amountWei})],
    traps:
      signerUpdateThrottle > 0n
        ? [sharedThrottleTrap('withdrawal', rewardBatchId + signerUpdateThrottle)]
        : [],
  })
}

/** What can be taken out and still leave the minimum. */
export function withdrawableWei({sequencer, pool}: SequencerSnapshot): bigint {
  const free = sequencer.amountMetisWei - pool.minLockMetisWei
  return free > 0n ? free : 0n
}

/** What an owner could do with the lock now. Nothing of it is sent. */
export interface StakeOptions extends StakeView {
  callerMetisWei: bigint
  /** More that can be locked now: room and balance. */
  increaseMetisWei: bigint
  /** Reward that fits into the lock; 0 when it does not fit whole, because it is locked whole or not. */
  restakeMetisWei: bigint
  withdrawMetisWei: bigint
  /** Reward batch from which a withdrawal is taken; the current one or an earlier one: now. */
  withdrawFromBatch: bigint
  signerUpdateFromBatch: bigint
}

export async function planStake(
  context: Context,
  sequencerId: bigint | undefined,
): Promise<StakeOptions> {
  const snapshot = await openSnapshot(context, sequencerId)
  const {sequencer, pool, callerMetisWei} = snapshot
  const view = toStakeView(sequencer, pool)
  return {
    ...view,
    callerMetisWei,
    increaseMetisWei: least(view.roomMetisWei, callerMetisWei),
    restakeMetisWei: sequencer.rewardMetisWei <= view.roomMetisWei ? sequencer.rewardMetisWei : 0n,
    withdrawMetisWei: withdrawableWei(snapshot),
    withdrawFromBatch: sequencer.updatedBatch + 1n,
    signerUpdateFromBatch: signerUpdateBatch(snapshot),
  }
}

export function poolCallOn(
  {network}: Context,
  {sequencer}: SequencerSnapshot,
): {lockingPool: `0x${string}`; sequencerId: bigint} {
  return {lockingPool: network.l1.contracts.lockingPool, sequencerId: sequencer.sequencerId}
}

/** The calls, with an exact approval before them where the allowance of LockingInfo is too low. */
export async function withApproval(
  context: Context,
  {caller}: SequencerSnapshot,
  amountWei: bigint,
  calls: PlannedCall[],
): Promise<PlannedCall[]> {
  const {metis, lockingInfo} = context.network.l1.contracts
  const allowance = await readAllowance(context.l1().client, {
    token: metis,
    owner: caller,
    spender: lockingInfo,
  })
  if (allowance >= amountWei) return calls
  return [approveLockingInfo({metis, lockingInfo, amountWei}), ...calls]
}

function least(a: bigint, b: bigint): bigint {
  const less = a < b ? a : b
  return less > 0n ? less : 0n
}
