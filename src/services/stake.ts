import {readAllowance, readTokenBalance} from '../chain/actions/erc20/read-token.ts'
import {readPool, type PoolSettings} from '../chain/actions/locking-pool/read-pool.ts'
import {MetisSeqError} from '../lib/errors.ts'
import {formatWeiShort} from '../lib/units.ts'
import type {Sequencer} from '../protocol/sequencer.ts'
import type {Context} from './context.ts'
import type {Plan} from './plan.ts'
import {approveLockingInfo, relock} from './planned-calls.ts'
import {findOwnActiveSequencer, findSequencer} from './sequencers.ts'

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

/**
 * Decides what locking more would do.
 *
 * @param amountMetisWei `max` fills the lock up to the limit or the balance, whichever is less
 * @throws {MetisSeqError} AMOUNT_OUT_OF_RANGE, NOTHING_TO_LOCK, METIS_BALANCE_LOW and those of the owner check
 */
export async function planStakeIncrease(
  context: Context,
  request: {sequencerId: bigint | undefined; amountMetisWei: bigint | 'max'},
): Promise<Plan> {
  const {sequencer, owner} = await findOwnActiveSequencer(context, request.sequencerId)
  const {metis, lockingInfo, lockingPool} = context.network.l1.contracts
  const {client} = context.l1()
  const [pool, balance, allowance] = await Promise.all([
    readPool(client, {lockingPool, lockingInfo}),
    readTokenBalance(client, {token: metis, account: owner}),
    readAllowance(client, {token: metis, owner, spender: lockingInfo}),
  ])
  const {roomMetisWei} = toStakeView(sequencer, pool)
  const amountWei =
    request.amountMetisWei === 'max'
      ? roomMetisWei < balance
        ? roomMetisWei
        : balance
      : request.amountMetisWei
  assertIncrease({amountWei, roomMetisWei, balance, sequencer, pool})
  const {sequencerId} = sequencer
  const after = sequencer.amountMetisWei + amountWei
  return {
    action: 'stake increase',
    title: `Lock ${formatWeiShort(amountWei)} METIS more in sequencer ${sequencerId}`,
    chain: 'L1',
    from: owner,
    role: 'owner',
    calls: [
      ...(allowance < amountWei ? [approveLockingInfo({metis, lockingInfo, amountWei})] : []),
      relock({lockingPool, sequencerId, amountWei}),
    ],
    effects: [
      {
        label: 'locked',
        before: `${formatWeiShort(sequencer.amountMetisWei)} METIS`,
        after: `${formatWeiShort(after)} METIS`,
      },
      {
        label: 'METIS of the owner on L1',
        before: `${formatWeiShort(balance)} METIS`,
        after: `${formatWeiShort(balance - amountWei)} METIS`,
      },
    ],
    traps: [],
  }
}

function assertIncrease(options: {
  amountWei: bigint
  roomMetisWei: bigint
  balance: bigint
  sequencer: Sequencer
  pool: PoolSettings
}): void {
  const {amountWei, roomMetisWei, balance, sequencer, pool} = options
  if (amountWei === 0n) {
    throw new MetisSeqError({
      code: 'NOTHING_TO_LOCK',
      message:
        roomMetisWei === 0n
          ? `Sequencer ${sequencer.sequencerId} is at the maximum lock already.`
          : 'The call would lock nothing.',
      exit: 'precondition',
      facts: {roomWei: `${roomMetisWei}`, balanceWei: `${balance}`},
      hints: ['Run `metis-seq stake show`.'],
    })
  }
  if (amountWei > roomMetisWei) {
    throw new MetisSeqError({
      code: 'AMOUNT_OUT_OF_RANGE',
      message: `${formatWeiShort(amountWei)} METIS more is above the maximum lock of ${formatWeiShort(pool.maxLockMetisWei)} METIS.`,
      exit: 'precondition',
      facts: {amountWei: `${amountWei}`, roomWei: `${roomMetisWei}`},
      hints: [`Lock at most ${formatWeiShort(roomMetisWei)} METIS more, or pass \`--amount max\`.`],
    })
  }
  if (amountWei > balance) {
    throw new MetisSeqError({
      code: 'METIS_BALANCE_LOW',
      message: `The owner holds ${formatWeiShort(balance)} METIS on L1, and this needs ${formatWeiShort(amountWei)} METIS.`,
      exit: 'precondition',
      facts: {balanceWei: `${balance}`, amountWei: `${amountWei}`},
      hints: [`Send METIS to ${sequencer.owner} on L1.`],
    })
  }
}
