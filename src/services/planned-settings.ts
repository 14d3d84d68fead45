import {encodeFunctionData, type Address} from 'viem'

import {lockingInfoAbi} from '../chain/abis/locking-info.ts'
import {lockingPoolAbi} from '../chain/abis/locking-pool.ts'
import {formatWei} from '../lib/units.ts'
import type {PlannedCall} from './plan.ts'
import {metisArgument} from './planned-calls.ts'

/** Measured with our contracts: 36,910 for the minimum, 39,101 for the maximum; with room for others. */
const LIMIT_GAS = 60_000n

/**
 * Puts an account on the whitelist or takes it off.
 *
 * - Signed by: owner of LockingPool. Chain: L1. Value: none.
 * - Source: `LockingPool.setWhitelist`.
 */
export function setWhitelist(options: {
  lockingPool: Address
  account: Address
  allowed: boolean
}): PlannedCall {
  const {lockingPool, account, allowed} = options
  return {
    label: allowed ? `Whitelist ${account}` : `Take ${account} off the whitelist`,
    contract: 'LockingPool',
    to: lockingPool,
    functionName: 'setWhitelist',
    args: [
      {name: 'addr', value: account},
      {name: 'yes', value: String(allowed)},
    ],
    data: encodeFunctionData({
      abi: lockingPoolAbi,
      functionName: 'setWhitelist',
      args: [account, allowed],
    }),
    valueWei: 0n,
  }
}

/**
 * Changes what a block pays, also in blocks that were made before and are not submitted yet.
 *
 * - Signed by: owner of LockingPool. Chain: L1. Value: none.
 * - Source: `LockingPool.updateBlockReward`; `batchSubmitRewards` reads it when it is called.
 */
export function updateBlockReward(options: {
  lockingPool: Address
  rewardPerBlockMetisWei: bigint
}): PlannedCall {
  const {lockingPool, rewardPerBlockMetisWei: wei} = options
  return {
    label: `Pay ${formatWei(wei)} METIS per block`,
    contract: 'LockingPool',
    to: lockingPool,
    functionName: 'updateBlockReward',
    args: [metisArgument('newReward', wei)],
    data: encodeFunctionData({
      abi: lockingPoolAbi,
      functionName: 'updateBlockReward',
      args: [wei],
    }),
    valueWei: 0n,
  }
}

/**
 * Changes the least or the most METIS of one sequencer. Nobody is put out by it.
 *
 * - Signed by: owner of LockingInfo. Chain: L1. Value: none.
 * - Source: `LockingInfo.setMinLock`, `setMaxLock`.
 */
export function setLimit(options: {
  lockingInfo: Address
  which: 'minLock' | 'maxLock'
  amountMetisWei: bigint
}): PlannedCall {
  const {lockingInfo, which, amountMetisWei} = options
  const functionName = which === 'minLock' ? 'setMinLock' : 'setMaxLock'
  const word = which === 'minLock' ? 'at least' : 'at most'
  return {
    label: `Let a sequencer lock ${word} ${formatWei(amountMetisWei)} METIS`,
    contract: 'LockingInfo',
    to: lockingInfo,
    functionName,
    args: [metisArgument(which, amountMetisWei)],
    data: encodeFunctionData({abi: lockingInfoAbi, functionName, args: [amountMetisWei]}),
    valueWei: 0n,
    gasAtMost: LIMIT_GAS,
  }
}
