import type {Abi} from 'viem'

import {stakelink} from '../../../protocol/lst/stakelink/about.ts'
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

export const stakelinkAmounts: LstAmounts = {
  token: stakelink.token,
  names: /^_amountTo(?:Withdraw|Unqueue)$/,
  isTokenArgument: (contract, name) => contract === 'PriorityPool' && name === '_amountToWithdraw',
}
