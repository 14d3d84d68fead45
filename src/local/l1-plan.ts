import {
  type Address,
  type Hex,
  type LocalAccount,
  concatHex,
  encodeAbiParameters,
  encodeFunctionData,
  getContractAddress,
  maxUint256,
  parseAbiParameters,
  size,
  zeroAddress,
} from 'viem'

import {addressManagerAbi} from '../chain/abis/address-manager.ts'
import {erc20Abi} from '../chain/abis/erc20.ts'
import {l1StandardBridgeAbi} from '../chain/abis/l1-standard-bridge.ts'
import {lockingInfoAbi} from '../chain/abis/locking-info.ts'
import {lockingPoolAbi} from '../chain/abis/locking-pool.ts'
import {addressManagerBytecode} from './artifacts/address-manager.ts'
import {discountOracleBytecode} from './artifacts/discount-oracle.ts'
import {l1MessengerBytecode} from './artifacts/l1-messenger.ts'
import {l1StandardBridgeBytecode} from './artifacts/l1-standard-bridge.ts'
import {lockingInfoBytecode} from './artifacts/locking-info.ts'
import {lockingPoolBytecode} from './artifacts/locking-pool.ts'
import {metisTokenBytecode} from './artifacts/metis-token.ts'
import {proxyAdminBytecode} from './artifacts/proxy-admin.ts'
import {proxyCreationCode} from './contract-code.ts'
import {type LocalLstL1, planLstL1} from './lst/providers.ts'
import type {LocalPart} from '../protocol/local-parts.ts'

export interface L1Options {
  /** Deploys and then owns everything; must not have sent a transaction on this L1 before. */
  governance: LocalAccount
  mpcAddress: Address
  /** Approves LockingInfo without limit; give it METIS through `mint`. */
  rewardPayer: LocalAccount
  l2ChainId: number
  l2MetisAddress: Address
  /** Whether LockingPool has the two rules unique to mainnet's implementation. */
  mainnetRules: boolean
  minLockWei?: bigint
  maxLockWei?: bigint
  exitDelaySeconds?: number
  /** In reward batches. */
  signerUpdateThrottle?: number
  /** Wei of ETH for each unit of L2 gas. */
  discountWeiPerGas?: bigint
  rewardPerBlockWei?: bigint
  /** Distributed from the 10,000,000 METIS that governance starts with. */
  mint: {address: Address; amountWei: bigint}[]
  /** Optional parts. */
  with?: readonly LocalPart[]
}

export interface L1Addresses {
  metis: Address
  addressManager: Address
  discountOracle: Address
  proxyAdmin: Address
  bridge: Address
  lockingInfo: Address
  lockingPool: Address
  implementations: {bridge: Address; lockingInfo: Address; lockingPool: Address}
  /** Sends calls to L2; only where liquid-staking providers need it. */
  messenger?: Address
  lst?: LocalLstL1
}

export interface L1Step {
  name: string
  account: LocalAccount
  /** Absent for a deployment. */
  to?: Address
  data: Hex
  gas: bigint
}

/** It comes after the ten transactions of the staking contracts, whose addresses stay as they are. */
const MESSENGER_NONCE = 10n

/** Every transaction of the deployment in order, and the resulting addresses. Sends nothing. */
export function planL1(options: L1Options): {steps: L1Step[]; addresses: L1Addresses} {
  const {governance} = options
  const deployments: L1Step[] = []
  const deploy = (name: string, data: Hex): Address => {
    const nonce = BigInt(deployments.length)
    // 200 gas for each byte of code, 16 of calldata; the rest is the constructor and the frame.
    const gas = 700_000n + BigInt(size(data)) * 220n
    deployments.push({name: `deploy ${name}`, account: governance, data, gas})
    return getContractAddress({from: governance.address, nonce})
  }
  const staking = planDeployments(options, deploy)
  const lst = options.with?.includes('lst') ? planLst(options, staking, deploy) : undefined
  const steps = [...deployments, ...planCalls(options, staking), ...(lst?.steps ?? [])]
  return {steps, addresses: {...staking, ...lst?.addresses}}
}

/** The messenger and the contracts of the liquid-staking providers. */
function planLst(
  {governance, l2ChainId, l2MetisAddress}: L1Options,
  {metis, proxyAdmin, lockingPool, lockingInfo, bridge, discountOracle}: L1Addresses,
  deploy: (name: string, data: Hex) => Address,
): {steps: L1Step[]; addresses: Pick<L1Addresses, 'messenger' | 'lst'>} {
  const args = encodeAbiParameters(parseAbiParameters('address, address, address'), [
    ...([bridge, metis, l2MetisAddress] as const),
  ])
  const messenger = deploy('L1 messenger', concatHex([l1MessengerBytecode, args]))
  if (messenger !== messengerOf(governance.address)) throw new Error('The messenger has moved.')
  const {calls, addresses} = planLstL1({
    ...{deploy, governanceAddress: governance.address, proxyAdmin},
    ...{metis, lockingPool, lockingInfo, bridge, discountOracle, messenger, l2ChainId},
  })
  // One of them creates a contract.
  const steps = calls.map((call) => ({...call, account: governance, gas: 700_000n}))
  return {steps, addresses: {messenger, lst: addresses}}
}

/** The bridge names it before it is there. */
function messengerOf(governance: Address): Address {
  return getContractAddress({from: governance, nonce: MESSENGER_NONCE})
}

function planDeployments(
  options: L1Options,
  deploy: (name: string, data: Hex) => Address,
): L1Addresses {
  const {l2ChainId, l2MetisAddress, mainnetRules, discountWeiPerGas = 1_000_000_000n} = options
  const messenger = options.with?.includes('lst')
    ? messengerOf(options.governance.address)
    : zeroAddress
  const metis = deploy('METIS token', metisTokenBytecode)
  const addressManager = deploy('address manager', addressManagerBytecode)
  const oracleArgs = encodeAbiParameters([{type: 'uint256'}], [discountWeiPerGas])
  const discountOracle = deploy('discount oracle', concatHex([discountOracleBytecode, oracleArgs]))
  const proxyAdmin = deploy('proxy admin', proxyAdminBytecode)

  const bridgeLogic = deploy('bridge implementation', l1StandardBridgeBytecode)
  const bridgeInit = encodeFunctionData({
    abi: l1StandardBridgeAbi,
    functionName: 'initialize',
    args: [messenger, addressManager, metis, l2MetisAddress, BigInt(l2ChainId)],
  })
  const bridge = deploy('bridge', proxyCreationCode(bridgeLogic, proxyAdmin, bridgeInit))

  const infoLogic = deploy('LockingInfo implementation', lockingInfoBytecode)
  const infoInit = encodeFunctionData({
    abi: lockingInfoAbi,
    functionName: 'initialize',
    args: [bridge, metis, l2MetisAddress, BigInt(l2ChainId)],
  })
  const lockingInfo = deploy('LockingInfo', proxyCreationCode(infoLogic, proxyAdmin, infoInit))

  const rulesArgs = encodeAbiParameters([{type: 'bool'}], [mainnetRules])
  const poolLogic = deploy(
    'LockingPool implementation',
    concatHex([lockingPoolBytecode, rulesArgs]),
  )
  const poolInit = encodeFunctionData({
    abi: lockingPoolAbi,
    functionName: 'initialize',
    args: [lockingInfo],
  })
  const lockingPool = deploy('LockingPool', proxyCreationCode(poolLogic, proxyAdmin, poolInit))
  const implementations = {bridge: bridgeLogic, lockingInfo: infoLogic, lockingPool: poolLogic}
  return {
    metis,
    addressManager,
    discountOracle,
    proxyAdmin,
    bridge,
    lockingInfo,
    lockingPool,
    implementations,
  }
}

const ownerAbi = [...lockingInfoAbi, ...lockingPoolAbi] as const

type NumberSetting =
  | 'setMinLock'
  | 'setMaxLock'
  | 'updateWithdrawDelayTimeValue'
  | 'setSignerUpdateThrottle'
  | 'updateBlockReward'

function planCalls(options: L1Options, at: L1Addresses): L1Step[] {
  const {governance, rewardPayer, mpcAddress, mint} = options
  const steps: L1Step[] = []
  const call = (name: string, to: Address, data: Hex, account = governance) => {
    steps.push({name, account, to, data, gas: 200_000n})
  }
  const point = (
    functionName: 'initManager' | 'setRewardPayer' | 'updateMpc',
    to: Address,
    target: Address,
  ) => {
    call(functionName, to, encodeFunctionData({abi: ownerAbi, functionName, args: [target]}))
  }
  const tune = (functionName: NumberSetting, to: Address, value: bigint | number | undefined) => {
    if (value === undefined) return
    const args = [BigInt(value)] as const
    call(functionName, to, encodeFunctionData({abi: ownerAbi, functionName, args}))
  }

  const oracleEntry = ['MVM_DiscountOracle', at.discountOracle] as const
  call(
    'register discount oracle',
    at.addressManager,
    encodeFunctionData({abi: addressManagerAbi, functionName: 'setAddress', args: oracleEntry}),
  )
  point('initManager', at.lockingInfo, at.lockingPool)
  point('updateMpc', at.lockingPool, mpcAddress)
  point('setRewardPayer', at.lockingInfo, rewardPayer.address)
  // The minimum goes first: a new maximum is compared with it, but not the other way round.
  tune('setMinLock', at.lockingInfo, options.minLockWei)
  tune('setMaxLock', at.lockingInfo, options.maxLockWei)
  tune('updateWithdrawDelayTimeValue', at.lockingPool, options.exitDelaySeconds)
  tune('setSignerUpdateThrottle', at.lockingPool, options.signerUpdateThrottle)
  tune('updateBlockReward', at.lockingPool, options.rewardPerBlockWei)
  for (const {address, amountWei} of mint) {
    const args = [address, amountWei] as const
    const data = encodeFunctionData({abi: erc20Abi, functionName: 'transfer', args})
    call(`send METIS to ${address}`, at.metis, data)
  }
  const args = [at.lockingInfo, maxUint256] as const
  const approval = encodeFunctionData({abi: erc20Abi, functionName: 'approve', args})
  call('approve reward payments', at.metis, approval, rewardPayer)
  return steps
}
