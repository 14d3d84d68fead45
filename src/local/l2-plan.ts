import {
  type Address,
  type Hex,
  concatHex,
  encodeAbiParameters,
  encodeFunctionData,
  keccak256,
  parseAbiParameters,
  toBytes,
  zeroAddress,
} from 'viem'

import {amtConfigAbi} from '../chain/abis/amt-config.ts'
import {amtDepositPoolAbi} from '../chain/abis/amt-deposit-pool.ts'
import {amtRewardPoolAbi} from '../chain/abis/amt-reward-pool.ts'
import {l2StandardBridgeAbi} from '../chain/abis/l2-standard-bridge.ts'
import {metisSequencerSetAbi} from '../chain/abis/metis-sequencer-set.ts'
import {amtConfigBytecode} from './artifacts/amt-config.ts'
import {amtDepositPoolBytecode} from './artifacts/amt-deposit-pool.ts'
import {amtRewardPoolBytecode} from './artifacts/amt-reward-pool.ts'
import {amtWithdrawalManagerBytecode} from './artifacts/amt-withdrawal-manager.ts'
import {artMetisBytecode} from './artifacts/art-metis.ts'
import {gasPriceOracleBytecode} from './artifacts/gas-price-oracle.ts'
import {l2StandardBridgeBytecode} from './artifacts/l2-standard-bridge.ts'
import {metisSequencerSetBytecode} from './artifacts/metis-sequencer-set.ts'
import {metisViewBytecode} from './artifacts/metis-view.ts'
import {proxyAdminBytecode} from './artifacts/proxy-admin.ts'
import {proxyCreationCode} from './contract-code.ts'

export interface L2Options {
  l2ChainId: number
  /** The number of the genesis block; epoch 0 begins with the block after it. */
  startBlock: bigint
  /** Produces epoch 0. */
  initialSigner: Address
  mpcAddress: Address
  /** Owns every contract and the proxy admin. */
  governanceAddress: Address
  /** The only account that may finalize deposits. */
  relayerAddress: Address
  /** The last block of epoch 0. */
  firstEpochEndBlock: bigint
  epochLength: bigint
  balances: {address: Address; wei: bigint}[]
  /** From which deposits are paid. */
  bridgeReserveWei: bigint
  /** Named in withdrawal events; the zero address when L1 is not known. */
  l1MetisAddress?: Address
}

export interface L2Addresses {
  sequencerSet: Address
  bridge: Address
  metis: Address
  gasPriceOracle: Address
  proxyAdmin: Address
  artemis: {
    config: Address
    artMetis: Address
    depositPool: Address
    rewardPool: Address
    withdrawalManager: Address
  }
}

/** A contract at its final address, with its creation code and constructor arguments. */
export interface Placement {
  name: string
  at: Address
  creationCode: Hex
  balanceWei?: bigint
}

/** The three predeploys are where Metis has them; the other addresses are our choice. */
export const l2Addresses: L2Addresses = {
  bridge: '0x4200000000000000000000000000000000000010',
  gasPriceOracle: '0x420000000000000000000000000000000000000F',
  metis: '0xDeadDeAddeAddEAddeadDEaDDEAdDeaDDeAD0000',
  sequencerSet: '0x4200000000000000000000000000000000001088',
  proxyAdmin: '0x4200000000000000000000000000000000002000',
  artemis: {
    config: '0x4200000000000000000000000000000000002001',
    artMetis: '0x4200000000000000000000000000000000002002',
    depositPool: '0x4200000000000000000000000000000000002003',
    rewardPool: '0x4200000000000000000000000000000000002004',
    withdrawalManager: '0x4200000000000000000000000000000000002005',
  },
}

export const l2Implementations = {
  sequencerSet: '0x4200000000000000000000000000000000002011',
  bridge: '0x4200000000000000000000000000000000002012',
  config: '0x4200000000000000000000000000000000002013',
  depositPool: '0x4200000000000000000000000000000000002014',
  rewardPool: '0x4200000000000000000000000000000000002015',
  withdrawalManager: '0x4200000000000000000000000000000000002016',
} as const satisfies Record<string, Address>

/** What the nodes suggest; l2geth reads it from slot 1 of the oracle. */
const gasPriceWei = 20_000_000n

/** What a withdrawal to L1 costs at first: 0.001 METIS. */
const bridgeCostWei = 1_000_000_000_000_000n

/** All contracts of the L2 genesis in an order in which each finds those it needs. */
export function planL2(options: L2Options): Placement[] {
  return [...planSequencerSet(options), ...planPredeploys(options), ...planArtemis(options)]
}

/** Comes first: its initializer needs a low block number. */
function planSequencerSet(options: L2Options): Placement[] {
  const {initialSigner, mpcAddress, startBlock, firstEpochEndBlock, epochLength} = options
  const init = encodeFunctionData({
    abi: metisSequencerSetAbi,
    functionName: 'initialize',
    args: [initialSigner, mpcAddress, startBlock + 1n, firstEpochEndBlock, epochLength],
  })
  return behindProxy('sequencer set', {
    at: l2Addresses.sequencerSet,
    logicAt: l2Implementations.sequencerSet,
    code: metisSequencerSetBytecode,
    init,
  })
}

function planPredeploys(options: L2Options): Placement[] {
  const {balances, bridgeReserveWei, relayerAddress, l1MetisAddress = zeroAddress} = options
  const supply = balances.reduce((sum, {wei}) => sum + wei, bridgeReserveWei)
  const viewArgs = encodeAbiParameters(parseAbiParameters('uint256, address'), [
    supply,
    l2Addresses.bridge,
  ])
  const costArgs = encodeAbiParameters(parseAbiParameters('uint256, uint256'), [
    gasPriceWei,
    bridgeCostWei,
  ])
  const bridgeInit = encodeFunctionData({
    abi: l2StandardBridgeAbi,
    functionName: 'initialize',
    args: [zeroAddress, relayerAddress, l1MetisAddress],
  })
  const [bridgeLogic, bridge] = behindProxy('bridge', {
    at: l2Addresses.bridge,
    logicAt: l2Implementations.bridge,
    code: l2StandardBridgeBytecode,
    init: bridgeInit,
  })
  return [
    {name: 'proxy admin', at: l2Addresses.proxyAdmin, creationCode: proxyAdminBytecode},
    bridgeLogic,
    {...bridge, balanceWei: bridgeReserveWei},
    {
      name: 'METIS view',
      at: l2Addresses.metis,
      creationCode: concatHex([metisViewBytecode, viewArgs]),
    },
    {
      name: 'gas price oracle',
      at: l2Addresses.gasPriceOracle,
      creationCode: concatHex([gasPriceOracleBytecode, costArgs]),
    },
  ]
}

function planArtemis({governanceAddress}: L2Options): Placement[] {
  const {config, artMetis, depositPool} = l2Addresses.artemis
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
      at: l2Addresses.artemis[name],
      logicAt: l2Implementations[name],
      code,
      init,
    })
  return [
    ...behindProxy('Artemis config', {
      at: config,
      logicAt: l2Implementations.config,
      code: amtConfigBytecode,
      init: artemisConfigInit(),
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

/** L1_STAKING_POOL stays unset: there is no Artemis on our L1. */
function artemisConfigInit(): Hex {
  const {artMetis, depositPool, rewardPool, withdrawalManager} = l2Addresses.artemis
  const entries = {
    ART_METIS: artMetis,
    AMT_REWARD_POOL: rewardPool,
    AMT_DEPOSIT_POOL: depositPool,
    AMT_WITHDRAWAL_MANAGER: withdrawalManager,
    METIS: l2Addresses.metis,
  }
  const keys = Object.keys(entries).map((name) => keccak256(toBytes(name)))
  return encodeFunctionData({
    abi: amtConfigAbi,
    functionName: 'initialize',
    args: [keys, Object.values(entries)],
  })
}

interface ProxyParts {
  at: Address
  logicAt: Address
  code: Hex
  init: Hex
}

function behindProxy(name: string, {at, logicAt, code, init}: ProxyParts): [Placement, Placement] {
  return [
    {name: `${name} implementation`, at: logicAt, creationCode: code},
    {name, at, creationCode: proxyCreationCode(logicAt, l2Addresses.proxyAdmin, init)},
  ]
}
