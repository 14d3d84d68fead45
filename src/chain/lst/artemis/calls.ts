import type {Abi} from 'viem'

import {artemis} from '../../../protocol/lst/artemis/about.ts'
import {amtConfigAbi} from '../../abis/amt-config.ts'
import {amtDepositPoolAbi} from '../../abis/amt-deposit-pool.ts'
import {amtRewardPoolAbi} from '../../abis/amt-reward-pool.ts'
import {amtWithdrawalManagerAbi} from '../../abis/amt-withdrawal-manager.ts'
import {artMetisAbi} from '../../abis/art-metis.ts'
import {l1StakingPoolAbi} from '../../abis/l1-staking-pool.ts'
import {l1StakingPoolManagerAbi} from '../../abis/l1-staking-pool-manager.ts'
import type {LstAmounts} from '../amounts.ts'

export const artemisAbis: readonly (readonly [name: string, abi: Abi])[] = [
  ['AMTDepositPool', amtDepositPoolAbi],
  ['AMTWithdrawalManager', amtWithdrawalManagerAbi],
  ['AMTRewardPool', amtRewardPoolAbi],
  ['AMTConfig', amtConfigAbi],
  ['ArtMetis', artMetisAbi],
  ['L1StakingPoolManager', l1StakingPoolManagerAbi],
  ['L1StakingPool', l1StakingPoolAbi],
]

export const artemisAmounts: LstAmounts = {
  token: artemis.token,
  names: /^_?(?:artMetisAmount|minArtMetisAmountToReceive)$/,
  isTokenArgument: (contract, name) => contract === 'ArtMetis' || /artMetis/i.test(name),
}
