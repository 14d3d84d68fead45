import {
  type Address,
  type Hex,
  concatHex,
  encodeAbiParameters,
  encodeFunctionData,
  keccak256,
  parseAbiParameters,
  toBytes,
} from 'viem'

import {amtConfigAbi} from '../../../chain/abis/amt-config.ts'
import {amtDepositPoolAbi} from '../../../chain/abis/amt-deposit-pool.ts'
import {amtWithdrawalManagerAbi} from '../../../chain/abis/amt-withdrawal-manager.ts'
import {amtRewardPoolAbi} from '../../../chain/abis/amt-reward-pool.ts'
import type {ArtemisContracts} from '../../../protocol/lst/artemis/about.ts'
import {amtConfigBytecode} from '../../artifacts/amt-config.ts'
import {amtDepositPoolBytecode} from '../../artifacts/amt-deposit-pool.ts'
import {amtRewardPoolBytecode} from '../../artifacts/amt-reward-pool.ts'
import {amtWithdrawalManagerBytecode} from '../../artifacts/amt-withdrawal-manager.ts'
import {artMetisBytecode} from '../../artifacts/art-metis.ts'
import {behindProxy, l2Metis, type Placement, type SeedCall} from '../../placement.ts'

/** Our choice; the document of a local network contains them. */
export const localArtemis: ArtemisContracts = {
  config: '0x4200000000000000000000000000000000002001',
  artMetis: '0x4200000000000000000000000000000000002002',
  depositPool: '0x4200000000000000000000000000000000002003',
  rewardPool: '0x4200000000000000000000000000000000002004',
  withdrawalManager: '0x4200000000000000000000000000000000002005',
}

const implementations = {
  config: '0x4200000000000000000000000000000000002013',
  depositPool: '0x4200000000000000000000000000000000002014',
  rewardPool: '0x4200000000000000000000000000000000002015',
  withdrawalManager: '0x4200000000000000000000000000000000002016',
} as const satisfies Record<string, Address>

/** Its contracts, in dependency order. */
export function planArtemis({
  governanceAddress,
  l1StakingPool,
}: {
  governanceAddress: Address
  /** Where its METIS goes on L1; undefined where there is no Artemis on L1. */
  l1StakingPool?: Address | undefined
}): Placement[] {
  const {config, artMetis, depositPool} = localArtemis
  const tokenArgs = encodeAbiParameters(parseAbiParameters('address, address'), [
    governanceAddress,
    depositPool,
  ])
  // The withdrawal manager has the same initializer.
  const poolInit = encodeFunctionData({
    abi: amtDepositPoolAbi,
    functionName: 'initialize',
    args: [config],
  })
  const rewardInit = encodeFunctionData({
    abi: amtRewardPoolAbi,
    functionName: 'initialize',
    args: [config, governanceAddress, 0n],
  })
  const part = (name: 'depositPool' | 'rewardPool' | 'withdrawalManager', code: Hex, init: Hex) =>
    behindProxy(name, {
      at: localArtemis[name],
      logicAt: implementations[name],
      code,
      init,
    })
  return [
    ...behindProxy('Artemis config', {
      at: config,
      logicAt: implementations.config,
      code: amtConfigBytecode,
      init: artemisConfigInit(l1StakingPool),
    }),
    {
      name: 'artMETIS',
      at: artMetis,
      creationCode: concatHex([artMetisBytecode, tokenArgs]),
    },
    ...part('depositPool', amtDepositPoolBytecode, poolInit),
    ...part('rewardPool', amtRewardPoolBytecode, rewardInit),
    ...part('withdrawalManager', amtWithdrawalManagerBytecode, poolInit),
  ]
}

function artemisConfigInit(l1StakingPool: Address | undefined): Hex {
  const {artMetis, depositPool, rewardPool, withdrawalManager} = localArtemis
  const entries = {
    ART_METIS: artMetis,
    AMT_REWARD_POOL: rewardPool,
    AMT_DEPOSIT_POOL: depositPool,
    AMT_WITHDRAWAL_MANAGER: withdrawalManager,
    METIS: l2Metis,
    ...(l1StakingPool ? {L1_STAKING_POOL: l1StakingPool} : {}),
  }
  const keys = Object.keys(entries).map((name) => keccak256(toBytes(name)))
  return encodeFunctionData({
    abi: amtConfigAbi,
    functionName: 'initialize',
    args: [keys, Object.values(entries)],
  })
}

/**
 * The first depositor's METIS, which goes on to L1: there it is the first lock.
 *
 * @param amountWei of the deposit
 * @param bridgeCostWei price of the bridge to L1
 */
export function seedArtemis(
  governance: Address,
  {amountWei, bridgeCostWei}: {amountWei: bigint; bridgeCostWei: bigint},
): SeedCall[] {
  const {depositPool} = localArtemis
  const call = (name: string, data: Hex, valueWei: bigint): SeedCall => ({
    ...{name: `Artemis: ${name}`, from: governance, to: depositPool, data, valueWei},
  })
  const deposit = encodeFunctionData({
    ...{abi: amtDepositPoolAbi, functionName: 'deposit', args: [0n, '']},
  })
  const leave = encodeFunctionData({
    ...{abi: amtDepositPoolAbi, functionName: 'bridgeMetisToL1', args: [0]},
  })
  return [
    call('the first deposit', deposit, amountWei),
    call('the METIS leaves for L1', leave, bridgeCostWei),
  ]
}

/** Another delay of withdrawals than that of the contract, 14 days. */
export function delayArtemis(governance: Address, delaySeconds: bigint): SeedCall[] {
  const data = encodeFunctionData({
    ...{abi: amtWithdrawalManagerAbi, functionName: 'setWithdrawDelay', args: [delaySeconds]},
  })
  const to = localArtemis.withdrawalManager
  return [{name: 'Artemis: the delay', from: governance, to, data}]
}

/** The first deposit on a network, which is one to one. */
export function depositWithArtemis(from: Address, amountWei: bigint): SeedCall {
  return {
    name: 'deposit with Artemis',
    from,
    to: localArtemis.depositPool,
    data: encodeFunctionData({
      abi: amtDepositPoolAbi,
      functionName: 'deposit',
      args: [amountWei, ''],
    }),
    valueWei: amountWei,
  }
}
