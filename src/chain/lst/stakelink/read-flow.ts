import type {Address} from 'viem'
import {readContract} from 'viem/actions'

import {readTokenBalance} from '../../actions/erc20/read-token.ts'
import type {StakelinkContracts} from '../../../protocol/lst/stakelink/about.ts'
import type {StakelinkFlow} from '../../../protocol/lst/stakelink/upkeep.ts'
import {l2StrategyAbi} from '../../abis/l2-strategy.ts'
import {l2TransmitterAbi} from '../../abis/l2-transmitter.ts'
import {priorityPoolAbi} from '../../abis/priority-pool.ts'
import type {ChainClient} from '../../connect.ts'
import type {AtBlock} from '../../at-block.ts'
import {readStakelinkQueue, readStakelinkTransit} from './read.ts'

/**
 * METIS on L2 on its way between depositors, L1 and those who withdraw.
 *
 * - Signed by: nobody. Chain: L2.
 * - Source: stake.link `L2Strategy.getTotalQueuedTokens`, `L2Transmitter.getAvailableTokens`,
 *   `minDepositThreshold`, `PriorityPool.canWithdraw`.
 */
export async function readStakelinkFlow(
  l2: ChainClient,
  contracts: StakelinkContracts,
  metis: Address,
  at: AtBlock = {},
): Promise<StakelinkFlow> {
  const {strategy, transmitter, priorityPool, withdrawalPool, stMetis} = contracts
  const way = {address: transmitter, abi: l2TransmitterAbi, ...at} as const
  const [idleWei, arrivedWei, thresholdWei, payableWei, transit, {queuedWithdrawalsWei}, held] =
    await Promise.all([
      readContract(l2, {
        ...{address: strategy, abi: l2StrategyAbi, functionName: 'getTotalQueuedTokens', ...at},
      }),
      readContract(l2, {...way, functionName: 'getAvailableTokens'}),
      readContract(l2, {...way, functionName: 'minDepositThreshold'}),
      readContract(l2, {
        ...{address: priorityPool, abi: priorityPoolAbi, functionName: 'canWithdraw', ...at},
        args: [withdrawalPool, 0n],
      }),
      readStakelinkTransit(l2, contracts, at),
      readStakelinkQueue(l2, contracts, at),
      Promise.all(
        [strategy, stMetis, withdrawalPool].map((each) =>
          readTokenBalance(l2, {token: metis, account: each, ...at}),
        ),
      ),
    ])
  const [strategyWei = 0n, unusedWei = 0n, finalizedWei = 0n] = held
  const {toL1MetisWei: toL1Wei, fromL1MetisWei: fromL1Wei} = transit
  return {
    ...{idleWei, strategyWei, unusedWei, arrivedWei, fromL1Wei, toL1Wei, thresholdWei},
    ...{dueWei: queuedWithdrawalsWei, payableWei, finalizedWei},
  }
}

/** METIS that an update takes along; what it does not need comes back. Source: `L2Transmitter.getExecuteUpdateFee`. */
export function readUpdateFee(l2: ChainClient, {transmitter}: StakelinkContracts): Promise<bigint> {
  return readContract(l2, {
    ...{address: transmitter, abi: l2TransmitterAbi, functionName: 'getExecuteUpdateFee'},
  })
}

/** The transmitter on L1 that the one on L2 speaks to. Source: `L2Transmitter.l1Transmitter`. */
export function readPeer(l2: ChainClient, {transmitter}: StakelinkContracts): Promise<Address> {
  return readContract(l2, {
    ...{address: transmitter, abi: l2TransmitterAbi, functionName: 'l1Transmitter'},
  })
}

/** stMETIS that an operator of a sequencer has earned. Source: `L2Strategy.getOperatorRewards`. */
export function readOperatorReward(
  l2: ChainClient,
  {strategy}: StakelinkContracts,
  account: Address,
  at: AtBlock = {},
): Promise<bigint> {
  return readContract(l2, {
    ...{address: strategy, abi: l2StrategyAbi, functionName: 'getOperatorRewards', ...at},
    args: [account],
  })
}

/** The same of all operators. Source: `L2Strategy.getTotalOperatorRewards`. */
export function readOperatorRewards(
  l2: ChainClient,
  {strategy}: StakelinkContracts,
): Promise<bigint> {
  return readContract(l2, {
    ...{address: strategy, abi: l2StrategyAbi, functionName: 'getTotalOperatorRewards'},
  })
}
