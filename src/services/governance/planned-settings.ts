import type {Address} from 'viem'

import {formatWei} from '../../lib/units.ts'
import type {PlannedCall} from '../sending/plan.ts'
import {planCall} from '../sending/planned-call.ts'

/** Measured with our contracts: 36,910 for the minimum, 39,101 for the maximum; with a margin for others. */
const LIMIT_GAS = 60_000n

/**
 * Adds an account to the whitelist or removes it.
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
  return planCall({
    contract: 'LockingPool',
    to: lockingPool,
    functionName: 'setWhitelist',
    args: [account, allowed],
    label: (who, yes) => (yes ? `Whitelist ${who}` : `Take ${who} off the whitelist`),
  })
}

/**
 * Changes the reward per block, also for earlier blocks that are not submitted yet.
 *
 * - Signed by: owner of LockingPool. Chain: L1. Value: none.
 * - Source: `LockingPool.updateBlockReward`; `batchSubmitRewards` reads it when it is called.
 */
export function updateBlockReward(options: {
  lockingPool: Address
  rewardPerBlockMetisWei: bigint
}): PlannedCall {
  const {lockingPool, rewardPerBlockMetisWei} = options
  return planCall({
    contract: 'LockingPool',
    to: lockingPool,
    functionName: 'updateBlockReward',
    args: [rewardPerBlockMetisWei],
    label: (wei) => `Pay ${formatWei(wei)} METIS per block`,
  })
}

/**
 * Changes the minimum or maximum METIS of a sequencer. No sequencer is removed by it.
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
  const word = which === 'minLock' ? 'at least' : 'at most'
  return planCall({
    contract: 'LockingInfo',
    to: lockingInfo,
    functionName: which === 'minLock' ? 'setMinLock' : 'setMaxLock',
    args: [amountMetisWei],
    label: (wei) => `Let a sequencer lock ${word} ${formatWei(wei)} METIS`,
    gasAtMost: LIMIT_GAS,
  })
}
