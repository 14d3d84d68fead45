import type {Abi} from 'viem'

import {stakelink, STAKELINK_WRAPPED} from '../../../protocol/lst/stakelink/about.ts'
import {ccipL1RouterAbi} from '../../abis/ccip-l1-router.ts'
import {ccipL2RouterAbi} from '../../abis/ccip-l2-router.ts'
import {l1StrategyAbi} from '../../abis/l1-strategy.ts'
import {l1TransmitterAbi} from '../../abis/l1-transmitter.ts'
import {l2StrategyAbi} from '../../abis/l2-strategy.ts'
import {l2TransmitterAbi} from '../../abis/l2-transmitter.ts'
import {priorityPoolAbi} from '../../abis/priority-pool.ts'
import {sequencerVaultAbi} from '../../abis/sequencer-vault.ts'
import {stakingPoolAbi} from '../../abis/staking-pool.ts'
import {withdrawalPoolAbi} from '../../abis/withdrawal-pool.ts'
import {wrappedSdTokenAbi} from '../../abis/wrapped-sd-token.ts'
import type {LstAmounts} from '../amounts.ts'

export const stakelinkAbis: readonly (readonly [name: string, abi: Abi])[] = [
  ['PriorityPool', priorityPoolAbi],
  ['StakingPool', stakingPoolAbi],
  ['WithdrawalPool', withdrawalPoolAbi],
  ['WrappedSDToken', wrappedSdTokenAbi],
  ['L2Strategy', l2StrategyAbi],
  ['L2Transmitter', l2TransmitterAbi],
  ['L1Strategy', l1StrategyAbi],
  ['L1Transmitter', l1TransmitterAbi],
  ['SequencerVault', sequencerVaultAbi],
  ['CcipL1Router', ccipL1RouterAbi],
  ['CcipL2Router', ccipL2RouterAbi],
]

/** The staking pool is the token, and what its deposits count in METIS has the same worth. */
export const stakelinkAmounts: readonly LstAmounts[] = [
  {
    token: stakelink.token,
    names: /^_amountTo(?:Withdraw|Unqueue)$/,
    isTokenArgument: (contract, name, functionName) =>
      contract === 'StakingPool' ||
      (contract === 'PriorityPool' && name === 'amountToWithdraw') ||
      (contract === 'WrappedSDToken' && functionName === 'wrap'),
  },
  {
    token: STAKELINK_WRAPPED,
    names: /^_amount$/,
    isTokenArgument: (contract) => contract === 'WrappedSDToken',
  },
]
