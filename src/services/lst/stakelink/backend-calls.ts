import {encodeAbiParameters, parseAbiParameters, type Address} from 'viem'

import {l1TransmitterAbi} from '../../../chain/abis/l1-transmitter.ts'
import {l2StrategyAbi} from '../../../chain/abis/l2-strategy.ts'
import {l2TransmitterAbi} from '../../../chain/abis/l2-transmitter.ts'
import {withdrawalPoolAbi} from '../../../chain/abis/withdrawal-pool.ts'
import {formatWeiShort} from '../../../lib/units.ts'
import {stakelink, type StakelinkContracts} from '../../../protocol/lst/stakelink/about.ts'
import type {PlannedCall} from '../../sending/plan.ts'
import {planCallOf} from '../../sending/planned-call.ts'
import {noData} from './calls.ts'

/** Measured with our contracts behind their proxies, with a margin of a half. */
const GAS = {arrival: 300_000n, upkeep: 900_000n, update: 1_800_000n, operator: 250_000n}

/**
 * Locks METIS that came from L2.
 *
 * - Signed by: the deposit controller. Chain: L1. Value: none.
 * - Source: stake.link `L1Transmitter.depositQueuedTokens(uint256[],uint256[])`.
 */
export function lockCall(
  transmitter: Address,
  shares: readonly {vault: bigint; wei: bigint}[],
): PlannedCall {
  return planCallOf(l1TransmitterAbi, {
    ...{contract: 'L1Transmitter', to: transmitter, functionName: 'depositQueuedTokens'},
    args: [shares.map(({vault}) => vault), shares.map(({wei}) => wei)],
    label: (vaults, amounts) =>
      `Lock ${formatWeiShort(amounts.reduce((sum, wei) => sum + wei, 0n))} METIS of ${stakelink.name} in ${vaults.length === 1 ? 'vault' : 'vaults'} ${vaults.join(', ')}`,
  })
}

/**
 * Counts METIS that came from L1.
 *
 * - Signed by: anyone. Chain: L2. Value: none.
 * - Source: stake.link `L2Transmitter.depositTokensFromL1()`.
 */
export function arrivalCall({transmitter}: StakelinkContracts): PlannedCall {
  return planCallOf(l2TransmitterAbi, {
    ...{contract: 'L2Transmitter', to: transmitter, functionName: 'depositTokensFromL1', args: []},
    label: () => `Count the METIS of ${stakelink.name} that has arrived from L1`,
    gasAtMost: GAS.arrival,
  })
}

/**
 * Finalizes withdrawals, in their order.
 *
 * - Signed by: anyone. Chain: L2. Value: none.
 * - Source: stake.link `WithdrawalPool.performUpkeep(bytes)`, with data for each strategy.
 */
export function upkeepCall({withdrawalPool}: StakelinkContracts, strategies: number): PlannedCall {
  const data = encodeAbiParameters(parseAbiParameters('bytes[]'), [noData(strategies)])
  return planCallOf(withdrawalPoolAbi, {
    ...{contract: 'WithdrawalPool', to: withdrawalPool, functionName: 'performUpkeep'},
    args: [data],
    label: () => `Finalize withdrawals of ${stakelink.name}`,
    gasAtMost: GAS.upkeep,
  })
}

/**
 * Tells L1 what is missing on L2, and asks for the totals there.
 *
 * - Signed by: anyone. Chain: L2. Value: the fee, in METIS; what is not needed comes back.
 * - Source: stake.link `L2Transmitter.executeUpdate()`.
 */
export function updateCall({transmitter}: StakelinkContracts, valueWei: bigint): PlannedCall {
  return planCallOf(l2TransmitterAbi, {
    ...{contract: 'L2Transmitter', to: transmitter, functionName: 'executeUpdate', args: []},
    label: () => `Update the totals of ${stakelink.name} on both chains`,
    ...{valueWei, gasAtMost: GAS.update},
  })
}

/**
 * Takes what the account has earned as an operator, in stMETIS.
 *
 * - Signed by: the operator of a sequencer. Chain: L2. Value: none.
 * - Source: stake.link `L2Strategy.withdrawOperatorRewards()`.
 */
export function operatorRewardCall({strategy}: StakelinkContracts): PlannedCall {
  return planCallOf(l2StrategyAbi, {
    ...{contract: 'L2Strategy', to: strategy, functionName: 'withdrawOperatorRewards', args: []},
    label: () => `Take the ${stakelink.token} that an operator of ${stakelink.name} has earned`,
    moves: {rest: `metis-seq lst provider claim-rewards ${stakelink.id}`},
    gasAtMost: GAS.operator,
  })
}
