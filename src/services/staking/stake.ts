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
  /** METIS that can still be locked up to the maximum. */
  roomMetisWei: bigint
  /** Share of all locked METIS, in basis points. */
  shareBasisPoints: number
}

/** The lock of one sequencer and the limits of the pool. */
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
 * Plans an increase of the lock.
 *
 * @param request `max` uses the limit or the balance, whichever is less
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
 * Plans a restake of the credited reward: it earns from then on, and needs no bridge.
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
 * Plans a withdrawal of METIS from the lock; the owner receives them on L1 immediately.
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

/** METIS that can be withdrawn while leaving the minimum. */
export function withdrawableWei({sequencer, pool}: SequencerSnapshot): bigint {
  const free = sequencer.amountMetisWei - pool.minLockMetisWei
  return free > 0n ? free : 0n
}

/** The options of an owner for the lock now. Nothing is sent. */
export interface StakeOptions extends StakeView {
  callerMetisWei: bigint
  /** METIS that can be added now, limited by capacity and balance. */
  increaseMetisWei: bigint
  /** Reward that can be restaked; 0 when it does not fit completely, because it is restaked completely or not at all. */
  restakeMetisWei: bigint
  withdrawMetisWei: bigint
  /** First reward batch that allows a withdrawal; the current or an earlier one means now. */
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
