import {
  type Abi,
  type Address,
  type Hex,
  concatHex,
  encodeAbiParameters,
  encodeFunctionData,
  numberToHex,
  parseAbiParameters,
  parseEther,
  zeroAddress,
} from 'viem'

import {erc20Abi} from '../../../chain/abis/erc20.ts'
import {l2StrategyAbi} from '../../../chain/abis/l2-strategy.ts'
import {l2TransmitterAbi} from '../../../chain/abis/l2-transmitter.ts'
import {priorityPoolAbi} from '../../../chain/abis/priority-pool.ts'
import {stakingPoolAbi} from '../../../chain/abis/staking-pool.ts'
import {withdrawalPoolAbi} from '../../../chain/abis/withdrawal-pool.ts'
import type {StakelinkContracts} from '../../../protocol/lst/stakelink/about.ts'
import {ccipL2RouterBytecode} from '../../artifacts/ccip-l2-router.ts'
import {l2StrategyBytecode} from '../../artifacts/l2-strategy.ts'
import {l2TransmitterBytecode} from '../../artifacts/l2-transmitter.ts'
import {priorityPoolBytecode} from '../../artifacts/priority-pool.ts'
import {stakingPoolBytecode} from '../../artifacts/staking-pool.ts'
import {withdrawalPoolBytecode} from '../../artifacts/withdrawal-pool.ts'
import {wrappedSdTokenBytecode} from '../../artifacts/wrapped-sd-token.ts'
import {
  behindProxy,
  type GenesisParts,
  l2Metis,
  type Placement,
  type SeedCall,
} from '../../placement.ts'

/** Our choice; the document of a local network contains them. */
export const localStakelink: StakelinkContracts = {
  stMetis: '0x4200000000000000000000000000000000002201',
  priorityPool: '0x4200000000000000000000000000000000002202',
  withdrawalPool: '0x4200000000000000000000000000000000002203',
  wstMetis: '0x4200000000000000000000000000000000002204',
  strategy: '0x4200000000000000000000000000000000002205',
  transmitter: '0x4200000000000000000000000000000000002206',
}

/** Stands for the router of Chainlink CCIP. */
export const localCcipRouter: Address = '0x4200000000000000000000000000000000002207'

const implementations = {
  stMetis: '0x4200000000000000000000000000000000002211',
  priorityPool: '0x4200000000000000000000000000000000002212',
  withdrawalPool: '0x4200000000000000000000000000000000002213',
  strategy: '0x4200000000000000000000000000000000002215',
  transmitter: '0x4200000000000000000000000000000000002216',
} as const satisfies Record<string, Address>

const l2Messenger: Address = '0x4200000000000000000000000000000000000007'
const gasOracle: Address = '0x420000000000000000000000000000000000000F'

/** Of Ethereum and Metis Andromeda in Chainlink CCIP. */
export const ccipSelectors = {l1: 5_009_297_550_715_157_269n, l2: 8_805_746_078_405_598_895n}

/** Version 1 of the extra arguments: a gas limit, with the amount that the provider has set. */
export const ccipExtraArgs: Hex = concatHex(['0x97a657c9', numberToHex(500_000n, {size: 32})])

const DAY = 24n * 3600n

/** As the provider deployed them, but for the limit of deposits, which was 1 METIS. */
const settings = {
  feeBasisPoints: [300n, 600n, 300n],
  unusedDepositLimitWei: parseEther('1000'),
  /** What one sequencer may lock. */
  maxDepositsWei: parseEther('100000'),
  queueDepositMinWei: parseEther('500'),
  queueDepositMaxWei: parseEther('100000'),
  minWithdrawalWei: parseEther('1'),
  minDepositThresholdWei: parseEther('5000'),
} as const

/** Price of a message to L1. */
const CCIP_FEE_WEI = parseEther('0.01')
/** Stays on L2, where it pays the first instant withdrawals. */
const SMALL_DEPOSIT_WEI = parseEther('1')
/** `["0x"]`: nothing for the one strategy. */
const NO_DATA: readonly Hex[] = ['0x']

export interface StakelinkOptions {
  /** Owner, oracle of distributions, recipient of fees, and first depositor. */
  governanceAddress: Address
  bridge: Address
  /** Absent where stake.link is not on L1. */
  l1?: {transmitter: Address; router: Address}
  /** Goes on to L1, where it is the first lock. */
  firstDepositWei: bigint
  bridgeCostWei: bigint
}

/** Its contracts on L2, in dependency order. */
export function planStakelink(options: StakelinkOptions): GenesisParts {
  const {governanceAddress, l1} = options
  const {stMetis} = localStakelink
  const routerArgs = encodeAbiParameters(
    parseAbiParameters('uint64, uint64, address, address, uint256'),
    [
      ...([ccipSelectors.l2, ccipSelectors.l1, l2Messenger] as const),
      ...([l1?.router ?? zeroAddress, CCIP_FEE_WEI] as const),
    ],
  )
  const wrappedArgs = encodeAbiParameters(parseAbiParameters('address, string, string'), [
    ...([stMetis, 'Wrapped stMETIS', 'wstMETIS'] as const),
  ])
  return {
    placements: [
      ...planPools(governanceAddress),
      {
        name: 'wstMETIS',
        at: localStakelink.wstMetis,
        creationCode: concatHex([wrappedSdTokenBytecode, wrappedArgs]),
      },
      {
        name: 'CCIP router',
        at: localCcipRouter,
        creationCode: concatHex([ccipL2RouterBytecode, routerArgs]),
      },
      ...planWayToL1(options),
    ],
    seeds: seedsOf(options),
  }
}

function part(name: keyof typeof implementations, code: Hex, init: Hex): Placement[] {
  const place = {at: localStakelink[name], logicAt: implementations[name], code, init}
  return behindProxy(`stake.link ${name}`, place)
}

function planPools(governance: Address): Placement[] {
  const {stMetis, priorityPool} = localStakelink
  const fees = settings.feeBasisPoints.map((basisPoints) => ({receiver: governance, basisPoints}))
  const poolInit = encodeFunctionData({
    abi: stakingPoolAbi,
    functionName: 'initialize',
    args: [l2Metis, 'Staked METIS', 'stMETIS', fees, settings.unusedDepositLimitWei],
  })
  const priorityInit = encodeFunctionData({
    abi: priorityPoolAbi,
    functionName: 'initialize',
    args: [
      ...([l2Metis, stMetis, zeroAddress] as const),
      ...([settings.queueDepositMinWei, settings.queueDepositMaxWei, true] as const),
    ],
  })
  const withdrawalInit = encodeFunctionData({
    abi: withdrawalPoolAbi,
    functionName: 'initialize',
    args: [l2Metis, stMetis, priorityPool, settings.minWithdrawalWei, DAY],
  })
  return [
    ...part('stMetis', stakingPoolBytecode, poolInit),
    ...part('priorityPool', priorityPoolBytecode, priorityInit),
    ...part('withdrawalPool', withdrawalPoolBytecode, withdrawalInit),
  ]
}

function planWayToL1({bridge, l1}: StakelinkOptions): Placement[] {
  const {stMetis, strategy, withdrawalPool} = localStakelink
  const strategyInit = encodeFunctionData({
    abi: l2StrategyAbi,
    functionName: 'initialize',
    args: [l2Metis, stMetis, [], settings.maxDepositsWei],
  })
  const transmitterInit = encodeFunctionData({
    abi: l2TransmitterAbi,
    functionName: 'initialize',
    args: [
      ...([l2Metis, strategy, bridge, gasOracle, l1?.transmitter ?? zeroAddress] as const),
      ...([withdrawalPool, settings.minDepositThresholdWei, 7n * DAY] as const),
      ...([localCcipRouter, ccipSelectors.l1, ccipExtraArgs] as const),
    ],
  })
  return [
    ...part('strategy', l2StrategyBytecode, strategyInit),
    ...part('transmitter', l2TransmitterBytecode, transmitterInit),
  ]
}

/** The contracts are tied together, and the first deposits made. */
function seedsOf(options: StakelinkOptions): SeedCall[] {
  const {governanceAddress: governance, l1, firstDepositWei, bridgeCostWei} = options
  const {stMetis, priorityPool, withdrawalPool, strategy, transmitter} = localStakelink
  const call = (name: string, to: Address, data: Hex, valueWei = 0n): SeedCall => ({
    ...{name: `stake.link: ${name}`, from: governance, to, data, valueWei},
  })
  const point = (to: Address, abi: Abi, functionName: string, target: Address) =>
    call(functionName, to, encodeFunctionData({abi, functionName, args: [target]}))
  const deposit = (amountWei: bigint) => [
    // It pays itself: so it has what the deposit pulls.
    call('fund the deposit', governance, '0x', amountWei),
    call('allow the deposit', l2Metis, approvalOf(priorityPool, amountWei)),
    call('deposit', priorityPool, depositOf(amountWei)),
  ]
  const update = encodeFunctionData({abi: l2TransmitterAbi, functionName: 'executeUpdate'})
  const leave = call('the METIS leaves for L1', transmitter, update, bridgeCostWei + CCIP_FEE_WEI)
  return [
    point(stMetis, stakingPoolAbi, 'setPriorityPool', priorityPool),
    point(stMetis, stakingPoolAbi, 'addStrategy', strategy),
    point(stMetis, stakingPoolAbi, 'setRebaseController', governance),
    point(priorityPool, priorityPoolAbi, 'setWithdrawalPool', withdrawalPool),
    point(priorityPool, priorityPoolAbi, 'setRebaseController', governance),
    point(priorityPool, priorityPoolAbi, 'setDistributionOracle', governance),
    point(strategy, l2StrategyAbi, 'setL2Transmitter', transmitter),
    ...(l1 ? [...deposit(firstDepositWei), leave] : []),
    ...deposit(SMALL_DEPOSIT_WEI),
  ]
}

/** Another time between updates, and between batches of withdrawals. */
export function delayStakelink(governance: Address, delaySeconds: bigint): SeedCall[] {
  const {transmitter, withdrawalPool} = localStakelink
  const set = (to: Address, abi: Abi, functionName: string): SeedCall => ({
    ...{name: `stake.link: ${functionName}`, from: governance, to},
    data: encodeFunctionData({abi, functionName, args: [delaySeconds]}),
  })
  return [
    set(transmitter, l2TransmitterAbi, 'setMinTimeBetweenUpdates'),
    set(withdrawalPool, withdrawalPoolAbi, 'setMinTimeBetweenWithdrawals'),
  ]
}

function approvalOf(spender: Address, amountWei: bigint): Hex {
  return encodeFunctionData({abi: erc20Abi, functionName: 'approve', args: [spender, amountWei]})
}

function depositOf(amountWei: bigint): Hex {
  return encodeFunctionData({
    abi: priorityPoolAbi,
    functionName: 'deposit',
    args: [amountWei, false, NO_DATA],
  })
}
