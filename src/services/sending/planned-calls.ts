import type {Address, Hex} from 'viem'

import {formatWeiShort} from '../../lib/units.ts'
import {tokenText} from '../../protocol/amount.ts'
import type {PlannedCall} from './plan.ts'
import {planCall} from './planned-call.ts'

/**
 * Approves METIS for LockingInfo. The allowance is for LockingInfo, never for LockingPool.
 *
 * - Signed by: owner, or the reward payer. Chain: L1. Value: none.
 * - Source: ERC-20 `approve`; `LockingInfo.newSequencer` and `distributeReward` pull with transferFrom.
 */
export function approveLockingInfo(options: {
  metis: Address
  lockingInfo: Address
  amountWei: bigint
}): PlannedCall {
  const {metis, lockingInfo, amountWei} = options
  return planCall({
    contract: 'METIS',
    to: metis,
    functionName: 'approve',
    args: [lockingInfo, amountWei],
    label: (_spender, amount) => `Approve ${metisText(amount)} for LockingInfo`,
  })
}

/**
 * Registers a sequencer and locks its METIS.
 *
 * - Signed by: owner. Chain: L1. Value: none.
 * - Source: `LockingPool.lockWithRewardRecipient`.
 */
export function lockWithRewardRecipient(options: {
  lockingPool: Address
  signer: Address
  rewardRecipient: Address
  amountWei: bigint
  publicKey: Hex
}): PlannedCall {
  const {lockingPool, signer, rewardRecipient, amountWei, publicKey} = options
  return planCall({
    contract: 'LockingPool',
    to: lockingPool,
    functionName: 'lockWithRewardRecipient',
    args: [signer, rewardRecipient, amountWei, publicKey],
    label: (_signer, _recipient, amount) =>
      `Lock ${formatWeiShort(amount)} METIS and register the sequencer`,
    gasAtMost: LOCK_GAS,
  })
}

/** Measured with our contracts: 436,271 for a lock and 95,943 for a relock; with a margin for others. */
export const LOCK_GAS = 600_000n
const RELOCK_GAS = 200_000n

/** A call of LockingPool on one sequencer. */
interface PoolCall {
  lockingPool: Address
  sequencerId: bigint
}

/** Bridge parameters of a call that may bridge a reward. Both are 0 when there is nothing to bridge. */
interface BridgeCarriage {
  l2GasLimit: number
  /** The contract keeps it if no reward is bridged, so it is 0 then. */
  feeEthWei: bigint
}

/**
 * Adds METIS to a lock, from the owner's balance, from the credited reward, or from both.
 *
 * - Signed by: owner. Chain: L1. Value: none.
 * - Source: `LockingPool.relock`.
 *
 * @param rewardWei credited reward that is restaked with it; null leaves the reward unchanged
 */
export function relock(
  options: PoolCall & {amountWei: bigint; rewardWei: bigint | null},
): PlannedCall {
  const {lockingPool, sequencerId, amountWei, rewardWei} = options
  return planCall({
    contract: 'LockingPool',
    to: lockingPool,
    functionName: 'relock',
    args: [sequencerId, amountWei, rewardWei !== null],
    label: (id, amount) =>
      `Lock ${formatWeiShort(amount + (rewardWei ?? 0n))} METIS more in sequencer ${id}`,
    gasAtMost: RELOCK_GAS,
  })
}

/**
 * Withdraws METIS from a lock to the owner on L1.
 *
 * - Signed by: owner. Chain: L1. Value: none.
 * - Source: `LockingPool.withdraw`.
 */
export function withdraw(options: PoolCall & {amountWei: bigint}): PlannedCall {
  const {lockingPool, sequencerId, amountWei} = options
  return planCall({
    contract: 'LockingPool',
    to: lockingPool,
    functionName: 'withdraw',
    args: [sequencerId, amountWei],
    label: (id, amount) => `Take ${formatWeiShort(amount)} METIS out of sequencer ${id}`,
  })
}

/**
 * Sends all credited rewards to the reward recipient on L2.
 *
 * - Signed by: owner. Chain: L1. Value: the bridge fee in ETH, exactly.
 * - Source: `LockingPool.withdrawRewards`. Without a reward it would keep the fee, so it is not planned then.
 */
export function withdrawRewards(
  options: PoolCall & BridgeCarriage & {rewardWei: bigint},
): PlannedCall {
  return bridgingCall(
    'withdrawRewards',
    (id) => `Claim ${formatWeiShort(options.rewardWei)} METIS of sequencer ${id} to L2`,
    options,
  )
}

/**
 * Starts the exit of a sequencer: it stops earning, and its METIS can be claimed after the exit delay.
 *
 * - Signed by: owner. Chain: L1. Value: the bridge fee in ETH if a reward is bridged with it, otherwise none.
 * - Source: `LockingPool.unlock`.
 */
export function unlock(options: PoolCall & BridgeCarriage): PlannedCall {
  return bridgingCall('unlock', (id) => `Begin the exit of sequencer ${id}`, options)
}

/**
 * Ends an exit: the METIS go to the owner on L1, the remaining reward to L2.
 *
 * - Signed by: owner. Chain: L1. Value: the bridge fee in ETH if a reward is bridged with it, otherwise none.
 * - Source: `LockingPool.unlockClaim`.
 */
export function unlockClaim(options: PoolCall & BridgeCarriage & {amountWei: bigint}): PlannedCall {
  const label = `Claim ${formatWeiShort(options.amountWei)} METIS of the finished exit`
  return bridgingCall('unlockClaim', () => label, options)
}

/**
 * Replaces the signer. The old one can never be used again.
 *
 * - Signed by: signer. Chain: L1. Value: none.
 * - Source: `LockingPool.updateSigner`.
 */
export function updateSigner(options: PoolCall & {signer: Address; publicKey: Hex}): PlannedCall {
  const {lockingPool, sequencerId, signer, publicKey} = options
  return planCall({
    contract: 'LockingPool',
    to: lockingPool,
    functionName: 'updateSigner',
    args: [sequencerId, publicKey],
    label: (id) => `Replace the signer of sequencer ${id} by ${signer}`,
  })
}

/**
 * Sets the account on L2 that receives rewards from now on.
 *
 * - Signed by: owner. Chain: L1. Value: none.
 * - Source: `LockingPool.setSequencerRewardRecipient`.
 */
export function setRewardRecipient(options: PoolCall & {rewardRecipient: Address}): PlannedCall {
  const {lockingPool, sequencerId, rewardRecipient} = options
  return planCall({
    contract: 'LockingPool',
    to: lockingPool,
    functionName: 'setSequencerRewardRecipient',
    args: [sequencerId, rewardRecipient],
    label: (id, recipient) => `Send rewards of sequencer ${id} to ${recipient}`,
  })
}

/**
 * Transfers a sequencer to another owner, with its METIS and its rewards.
 *
 * - Signed by: owner. Chain: L1. Value: none.
 * - Source: `LockingPool.setSequencerOwner`.
 */
export function setOwner(options: PoolCall & {newOwner: Address}): PlannedCall {
  const {lockingPool, sequencerId, newOwner} = options
  return planCall({
    contract: 'LockingPool',
    to: lockingPool,
    functionName: 'setSequencerOwner',
    args: [sequencerId, newOwner],
    label: (id, owner) => `Give sequencer ${id} to ${owner}`,
  })
}

function bridgingCall(
  functionName: 'withdrawRewards' | 'unlock' | 'unlockClaim',
  label: (sequencerId: bigint) => string,
  {lockingPool, sequencerId, l2GasLimit, feeEthWei}: PoolCall & BridgeCarriage,
): PlannedCall {
  return planCall({
    contract: 'LockingPool',
    to: lockingPool,
    functionName,
    args: [sequencerId, l2GasLimit],
    label,
    valueWei: feeEthWei,
  })
}

/** A human-readable amount, such as an allowance, which may be unlimited. */
export function metisText(wei: bigint, places?: number): string {
  return tokenText(wei, 'METIS', places)
}
