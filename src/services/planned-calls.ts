import {encodeFunctionData, type Address, type Hex} from 'viem'

import {erc20Abi} from '../chain/abis/erc20.ts'
import {lockingPoolAbi} from '../chain/abis/locking-pool.ts'
import {formatWeiShort} from '../lib/units.ts'
import {isEndless} from '../protocol/amount.ts'
import type {PlannedCall} from './plan.ts'

/**
 * Lets LockingInfo take METIS. The allowance goes to LockingInfo, never to LockingPool.
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
  return {
    label: `Approve ${metisText(amountWei)} for LockingInfo`,
    contract: 'METIS',
    to: metis,
    functionName: 'approve',
    args: [{name: 'spender', value: lockingInfo}, metisArgument('amount', amountWei)],
    data: encodeFunctionData({
      abi: erc20Abi,
      functionName: 'approve',
      args: [lockingInfo, amountWei],
    }),
    valueWei: 0n,
  }
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
  return {
    label: `Lock ${formatWeiShort(amountWei)} METIS and register the sequencer`,
    contract: 'LockingPool',
    to: lockingPool,
    functionName: 'lockWithRewardRecipient',
    args: [
      {name: 'signer', value: signer},
      {name: 'rewardRecipient', value: rewardRecipient},
      metisArgument('amount', amountWei),
      {name: 'signerPubkey', value: publicKey},
    ],
    data: encodeFunctionData({
      abi: lockingPoolAbi,
      functionName: 'lockWithRewardRecipient',
      args: [signer, rewardRecipient, amountWei, publicKey],
    }),
    valueWei: 0n,
    gasAtMost: LOCK_GAS,
  }
}

/** Measured with our contracts: 436,271 for a lock and 95,943 for a relock; with room for others. */
export const LOCK_GAS = 600_000n
const RELOCK_GAS = 200_000n

/** A call of LockingPool on one sequencer. */
interface PoolCall {
  lockingPool: Address
  sequencerId: bigint
}

/** What a call that may bridge a reward carries. Both 0 when there is nothing to bridge. */
interface BridgeCarriage {
  l2GasLimit: number
  /** Kept by the contract for good when no reward goes out, so it is 0 then. */
  feeEthWei: bigint
}

/**
 * Adds METIS to a lock, from the owner's balance, from the credited reward, or from both.
 *
 * - Signed by: owner. Chain: L1. Value: none.
 * - Source: `LockingPool.relock`.
 *
 * @param rewardWei credited reward that is locked with it; null leaves the reward as it is
 */
export function relock(
  options: PoolCall & {amountWei: bigint; rewardWei: bigint | null},
): PlannedCall {
  const {sequencerId, amountWei, rewardWei} = options
  const total = amountWei + (rewardWei ?? 0n)
  return poolCall(options, {
    label: `Lock ${formatWeiShort(total)} METIS more in sequencer ${sequencerId}`,
    functionName: 'relock',
    args: [
      {name: 'seqId', value: `${sequencerId}`},
      metisArgument('amount', amountWei),
      {name: 'lockReward', value: String(rewardWei !== null)},
    ],
    data: encodeFunctionData({
      abi: lockingPoolAbi,
      functionName: 'relock',
      args: [sequencerId, amountWei, rewardWei !== null],
    }),
    gasAtMost: RELOCK_GAS,
  })
}

/**
 * Takes METIS out of a lock, back to the owner on L1.
 *
 * - Signed by: owner. Chain: L1. Value: none.
 * - Source: `LockingPool.withdraw`.
 */
export function withdraw(options: PoolCall & {amountWei: bigint}): PlannedCall {
  const {sequencerId, amountWei} = options
  return poolCall(options, {
    label: `Take ${formatWeiShort(amountWei)} METIS out of sequencer ${sequencerId}`,
    functionName: 'withdraw',
    args: [{name: 'seqId', value: `${sequencerId}`}, metisArgument('amount', amountWei)],
    data: encodeFunctionData({
      abi: lockingPoolAbi,
      functionName: 'withdraw',
      args: [sequencerId, amountWei],
    }),
  })
}

/**
 * Sends all credited rewards to the reward recipient on L2.
 *
 * - Signed by: owner. Chain: L1. Value: the bridge fee in ETH, exactly.
 * - Source: `LockingPool.withdrawRewards`. With no reward it would keep the fee, so it is not planned then.
 */
export function withdrawRewards(
  options: PoolCall & BridgeCarriage & {rewardWei: bigint},
): PlannedCall {
  return bridgingCall(
    'withdrawRewards',
    `Claim ${formatWeiShort(options.rewardWei)} METIS of sequencer ${options.sequencerId} to L2`,
    options,
  )
}

/**
 * Begins the exit of a sequencer: it stops earning, and its METIS come free after the exit delay.
 *
 * - Signed by: owner. Chain: L1. Value: the bridge fee in ETH when a reward goes out with it, else none.
 * - Source: `LockingPool.unlock`.
 */
export function unlock(options: PoolCall & BridgeCarriage): PlannedCall {
  return bridgingCall('unlock', `Begin the exit of sequencer ${options.sequencerId}`, options)
}

/**
 * Ends an exit: the METIS go to the owner on L1, what reward is left goes to L2.
 *
 * - Signed by: owner. Chain: L1. Value: the bridge fee in ETH when a reward goes out with it, else none.
 * - Source: `LockingPool.unlockClaim`.
 */
export function unlockClaim(options: PoolCall & BridgeCarriage & {amountWei: bigint}): PlannedCall {
  const label = `Claim ${formatWeiShort(options.amountWei)} METIS of the finished exit`
  return bridgingCall('unlockClaim', label, options)
}

/**
 * Replaces the signer. The old one can never be used again.
 *
 * - Signed by: signer. Chain: L1. Value: none.
 * - Source: `LockingPool.updateSigner`.
 */
export function updateSigner(options: PoolCall & {signer: Address; publicKey: Hex}): PlannedCall {
  const {sequencerId, signer, publicKey} = options
  return poolCall(options, {
    label: `Replace the signer of sequencer ${sequencerId} by ${signer}`,
    functionName: 'updateSigner',
    args: [
      {name: 'seqId', value: `${sequencerId}`},
      {name: 'signerPubkey', value: publicKey},
    ],
    data: encodeFunctionData({
      abi: lockingPoolAbi,
      functionName: 'updateSigner',
      args: [sequencerId, publicKey],
    }),
  })
}

/**
 * Names the account on L2 that receives rewards from now on.
 *
 * - Signed by: owner. Chain: L1. Value: none.
 * - Source: `LockingPool.setSequencerRewardRecipient`.
 */
export function setRewardRecipient(options: PoolCall & {rewardRecipient: Address}): PlannedCall {
  const {sequencerId, rewardRecipient} = options
  return poolCall(options, {
    label: `Send rewards of sequencer ${sequencerId} to ${rewardRecipient}`,
    functionName: 'setSequencerRewardRecipient',
    args: [
      {name: 'seqId', value: `${sequencerId}`},
      {name: 'recipient', value: rewardRecipient},
    ],
    data: encodeFunctionData({
      abi: lockingPoolAbi,
      functionName: 'setSequencerRewardRecipient',
      args: [sequencerId, rewardRecipient],
    }),
  })
}

/**
 * Gives a sequencer to another owner, with its METIS and its rewards.
 *
 * - Signed by: owner. Chain: L1. Value: none.
 * - Source: `LockingPool.setSequencerOwner`.
 */
export function setOwner(options: PoolCall & {newOwner: Address}): PlannedCall {
  const {sequencerId, newOwner} = options
  return poolCall(options, {
    label: `Give sequencer ${sequencerId} to ${newOwner}`,
    functionName: 'setSequencerOwner',
    args: [
      {name: 'seqId', value: `${sequencerId}`},
      {name: 'owner', value: newOwner},
    ],
    data: encodeFunctionData({
      abi: lockingPoolAbi,
      functionName: 'setSequencerOwner',
      args: [sequencerId, newOwner],
    }),
  })
}

function bridgingCall(
  functionName: 'withdrawRewards' | 'unlock' | 'unlockClaim',
  label: string,
  options: PoolCall & BridgeCarriage,
): PlannedCall {
  const {sequencerId, l2GasLimit, feeEthWei} = options
  return poolCall(options, {
    label,
    functionName,
    args: [
      {name: 'seqId', value: `${sequencerId}`},
      {name: 'l2Gas', value: `${l2GasLimit}`},
    ],
    data: encodeFunctionData({
      abi: lockingPoolAbi,
      functionName,
      args: [sequencerId, l2GasLimit],
    }),
    valueWei: feeEthWei,
  })
}

function poolCall(
  {lockingPool}: PoolCall,
  parts: Pick<PlannedCall, 'label' | 'functionName' | 'args' | 'data'> &
    Partial<Pick<PlannedCall, 'valueWei' | 'gasAtMost'>>,
): PlannedCall {
  return {contract: 'LockingPool', to: lockingPool, valueWei: 0n, ...parts}
}

export function metisArgument(name: string, wei: bigint): PlannedCall['args'][number] {
  return {name, value: `${wei}`, display: metisText(wei, 18)}
}

/** An amount for people, such as an allowance, which may have no end. */
export function metisText(wei: bigint, places?: number): string {
  return isEndless(wei) ? 'METIS without limit' : `${formatWeiShort(wei, places)} METIS`
}
