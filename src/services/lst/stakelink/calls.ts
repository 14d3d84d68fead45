import {formatEther, type Address, type Hex} from 'viem'

import {erc20Abi} from '../../../chain/abis/erc20.ts'
import {priorityPoolAbi} from '../../../chain/abis/priority-pool.ts'
import {stakingPoolAbi} from '../../../chain/abis/staking-pool.ts'
import {withdrawalPoolAbi} from '../../../chain/abis/withdrawal-pool.ts'
import {wrappedSdTokenAbi} from '../../../chain/abis/wrapped-sd-token.ts'
import {formatWeiShort} from '../../../lib/units.ts'
import type {StakelinkContracts} from '../../../protocol/lst/stakelink/about.ts'
import type {PlannedCall} from '../../sending/plan.ts'
import {planCallOf} from '../../sending/planned-call.ts'

/** Measured with our contracts behind their proxies, with a margin of a half. */
const GAS = {approve: 80_000n, deposit: 800_000n, withdraw: 900_000n, unqueue: 200_000n}
/** For each withdrawal of a claim. */
const GAS_OF_CLAIM = 120_000n

type Pool = Pick<StakelinkContracts, 'priorityPool'>

/** Nothing for any strategy. */
export function noData(strategies: number): Hex[] {
  return Array.from({length: strategies}, (): Hex => '0x')
}

/**
 * Approves exactly what the next call pulls.
 *
 * - Signed by: owner. Chain: L2. Value: none.
 * - Source: ERC-20 `approve`.
 */
export function approveCall(
  {priorityPool}: Pool,
  {token, symbol, amountWei}: {token: Address; symbol: 'METIS' | 'stMETIS'; amountWei: bigint},
): PlannedCall {
  const args = [priorityPool, amountWei] as const
  const label = (_spender: Address, wei: bigint) =>
    `Approve ${formatWeiShort(wei)} ${symbol} for the priority pool`
  const shared = {to: token, functionName: 'approve', args, label, gasAtMost: GAS.approve} as const
  return symbol === 'METIS'
    ? planCallOf(erc20Abi, {contract: 'METIS', ...shared})
    : planCallOf(stakingPoolAbi, {contract: 'StakingPool', ...shared})
}

/**
 * Pulls METIS. What finds no room is queued, or sent back where `queues` is false.
 *
 * - Signed by: owner. Chain: L2. Value: none.
 * - Source: stake.link `PriorityPool.deposit(uint256,bool,bytes[])`.
 */
export function depositCall(
  {priorityPool}: Pool,
  {amountWei, queues, strategies}: {amountWei: bigint; queues: boolean; strategies: number},
): PlannedCall {
  return planCallOf(priorityPoolAbi, {
    contract: 'PriorityPool',
    to: priorityPool,
    functionName: 'deposit',
    args: [amountWei, queues, noData(strategies)],
    pullsWei: amountWei,
    label: (wei, isQueued) =>
      `Deposit ${formatWeiShort(wei)} METIS with stake.link${isQueued ? ', queue what finds no room' : ''}`,
    gasAtMost: GAS.deposit,
  })
}

/**
 * Pulls stMETIS and pays METIS. Where `queues` is false, everything is paid at once or nothing.
 * Without a Merkle proof, as METIS of the account's own is left in the queue.
 *
 * - Signed by: owner. Chain: L2. Value: none.
 * - Source: stake.link `PriorityPool.withdraw`, seven arguments.
 */
export function withdrawCall(
  {priorityPool}: Pool,
  {amountWei, queues, strategies}: {amountWei: bigint; queues: boolean; strategies: number},
): PlannedCall {
  return planCallOf(priorityPoolAbi, {
    contract: 'PriorityPool',
    to: priorityPool,
    functionName: 'withdraw',
    args: [amountWei, 0n, 0n, [], false, queues, noData(strategies)],
    label: (wei) => `Withdraw ${formatWeiShort(wei)} stMETIS from stake.link`,
    gasAtMost: GAS.withdraw,
  })
}

/**
 * Takes back METIS that waits for room.
 *
 * - Signed by: owner. Chain: L2. Value: none.
 * - Source: stake.link `PriorityPool.unqueueTokens(uint256,uint256,uint256,bytes32[])`.
 */
export function unqueueCall({priorityPool}: Pool, amountWei: bigint): PlannedCall {
  return planCallOf(priorityPoolAbi, {
    contract: 'PriorityPool',
    to: priorityPool,
    functionName: 'unqueueTokens',
    args: [amountWei, 0n, 0n, []],
    label: (wei) => `Take ${formatWeiShort(wei)} queued METIS back from stake.link`,
    gasAtMost: GAS.unqueue,
  })
}

/**
 * Burns wstMETIS for its stMETIS.
 *
 * - Signed by: owner. Chain: L2. Value: none.
 * - Source: stake.link `WrappedSDToken.unwrap(uint256)`.
 */
export function unwrapCall(
  {wstMetis}: Pick<StakelinkContracts, 'wstMetis'>,
  {amountWei, unwrappedWei}: {amountWei: bigint; unwrappedWei: bigint},
): PlannedCall {
  return planCallOf(wrappedSdTokenAbi, {
    contract: 'WrappedSDToken',
    to: wstMetis,
    functionName: 'unwrap',
    args: [amountWei],
    label: (wei) => `Unwrap ${formatWeiShort(wei)} wstMETIS to stMETIS`,
    // Alone it leaves stMETIS, which is withdrawn as it is.
    moves: {rest: `metis-seq lst withdraw stakelink ${formatEther(unwrappedWei)}`},
    gasAtMost: GAS.unqueue,
  })
}

/**
 * Pays withdrawals that are finalized, in whole or in part.
 *
 * - Signed by: owner. Chain: L2. Value: none.
 * - Source: stake.link `WithdrawalPool.withdraw(uint256[],uint256[])`.
 */
export function claimCall(
  {withdrawalPool}: Pick<StakelinkContracts, 'withdrawalPool'>,
  withdrawals: readonly {id: bigint; batchId: bigint}[],
): PlannedCall {
  return planCallOf(withdrawalPoolAbi, {
    contract: 'WithdrawalPool',
    to: withdrawalPool,
    functionName: 'withdraw',
    args: [withdrawals.map(({id}) => id), withdrawals.map(({batchId}) => batchId)],
    label: (ids) => `Claim ${ids.length === 1 ? 'withdrawal' : 'withdrawals'} ${ids.join(', ')}`,
    gasAtMost: GAS.unqueue + GAS_OF_CLAIM * BigInt(withdrawals.length),
  })
}
