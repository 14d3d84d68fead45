import {encodeFunctionData, type Address, type Hex} from 'viem'

import {amtDepositPoolAbi} from '../chain/abis/amt-deposit-pool.ts'
import {erc20Abi} from '../chain/abis/erc20.ts'
import {lockingPoolAbi} from '../chain/abis/locking-pool.ts'
import {formatWeiShort} from '../lib/units.ts'
import type {PlannedCall} from './plan.ts'

/**
 * Lets LockingInfo take METIS. The allowance goes to LockingInfo, never to LockingPool.
 *
 * - Signed by: owner. Chain: L1. Value: none.
 * - Source: ERC-20 `approve`; `LockingInfo.newSequencer` pulls with transferFrom.
 */
export function approveLockingInfo(options: {
  metis: Address
  lockingInfo: Address
  amountWei: bigint
}): PlannedCall {
  const {metis, lockingInfo, amountWei} = options
  return {
    label: `Approve ${formatWeiShort(amountWei)} METIS for LockingInfo`,
    contract: 'METIS',
    to: metis,
    functionName: 'approve',
    args: [
      {name: 'spender', value: lockingInfo},
      {name: 'amount', value: `${amountWei}`, display: `${formatWeiShort(amountWei, 18)} METIS`},
    ],
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
      {name: 'amount', value: `${amountWei}`, display: `${formatWeiShort(amountWei, 18)} METIS`},
      {name: 'signerPubkey', value: publicKey},
    ],
    data: encodeFunctionData({
      abi: lockingPoolAbi,
      functionName: 'lockWithRewardRecipient',
      args: [signer, rewardRecipient, amountWei, publicKey],
    }),
    valueWei: 0n,
  }
}

/**
 * Adds METIS to a lock.
 *
 * - Signed by: owner. Chain: L1. Value: none.
 * - Source: `LockingPool.relock` with `lockReward` false.
 */
export function relock(options: {
  lockingPool: Address
  sequencerId: bigint
  amountWei: bigint
}): PlannedCall {
  const {lockingPool, sequencerId, amountWei} = options
  return {
    label: `Lock ${formatWeiShort(amountWei)} METIS more in sequencer ${sequencerId}`,
    contract: 'LockingPool',
    to: lockingPool,
    functionName: 'relock',
    args: [
      {name: 'seqId', value: `${sequencerId}`},
      {name: 'amount', value: `${amountWei}`, display: `${formatWeiShort(amountWei, 18)} METIS`},
      {name: 'lockReward', value: 'false'},
    ],
    data: encodeFunctionData({
      abi: lockingPoolAbi,
      functionName: 'relock',
      args: [sequencerId, amountWei, false],
    }),
    valueWei: 0n,
  }
}

/**
 * Sends all credited rewards to the reward recipient on L2.
 *
 * - Signed by: owner. Chain: L1. Value: the bridge fee in ETH, exactly.
 * - Source: `LockingPool.withdrawRewards`. With no reward it would keep the fee, so it is not planned then.
 */
export function withdrawRewards(options: {
  lockingPool: Address
  sequencerId: bigint
  rewardWei: bigint
  l2GasLimit: number
  feeEthWei: bigint
}): PlannedCall {
  const {lockingPool, sequencerId, rewardWei, l2GasLimit, feeEthWei} = options
  return {
    label: `Claim ${formatWeiShort(rewardWei)} METIS of sequencer ${sequencerId} to L2`,
    contract: 'LockingPool',
    to: lockingPool,
    functionName: 'withdrawRewards',
    args: [
      {name: 'seqId', value: `${sequencerId}`},
      {name: 'l2Gas', value: `${l2GasLimit}`},
    ],
    data: encodeFunctionData({
      abi: lockingPoolAbi,
      functionName: 'withdrawRewards',
      args: [sequencerId, l2GasLimit],
    }),
    valueWei: feeEthWei,
  }
}

/**
 * Deposits METIS with Artemis; artMETIS goes to the sender.
 *
 * - Signed by: owner. Chain: L2. Value: the METIS deposited.
 * - Source: Artemis `AMTDepositPool.deposit(uint256,string)`.
 */
export function depositArtemis(options: {
  depositPool: Address
  amountWei: bigint
  minOutWei: bigint
}): PlannedCall {
  const {depositPool, amountWei, minOutWei} = options
  return {
    label: `Deposit ${formatWeiShort(amountWei)} METIS with Artemis`,
    contract: 'AMTDepositPool',
    to: depositPool,
    functionName: 'deposit',
    args: [
      {
        name: 'minArtMetisAmountToReceive',
        value: `${minOutWei}`,
        display: `${formatWeiShort(minOutWei, 18)} artMETIS`,
      },
      {name: 'referralId', value: ''},
    ],
    data: encodeFunctionData({
      abi: amtDepositPoolAbi,
      functionName: 'deposit',
      args: [minOutWei, ''],
    }),
    valueWei: amountWei,
  }
}
