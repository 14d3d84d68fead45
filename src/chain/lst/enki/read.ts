import {keccak256, toBytes, type Address} from 'viem'
import {readContract} from 'viem/actions'

import type {AtBlock} from '../../at-block.ts'
import {readTokenBalance} from '../../actions/erc20/read-token.ts'
import type {EnkiContracts} from '../../../protocol/lst/enki/about.ts'
import type {EnkiVault} from '../../../protocol/lst/enki/vault.ts'
import type {EnkiVesting} from '../../../protocol/lst/enki/vesting.ts'
import {enkiConfigAbi} from '../../abis/enki-config.ts'
import {enkiRedemptionQueueAbi} from '../../abis/enki-redemption-queue.ts'
import {enkiVestingAbi} from '../../abis/enki-vesting.ts'
import {erc20Abi} from '../../abis/erc20.ts'
import {seMetisAbi} from '../../abis/se-metis.ts'
import type {ChainClient} from '../../connect.ts'
import {ifOffered} from '../optional.ts'

/** Null: this revision of the config has no such getter. Shares and fees are out of 1e6. */
export interface EnkiSettings {
  isPaused: boolean | null
  isPublic: boolean | null
  protocolTreasuryRatio: bigint | null
  vestingRatio: bigint | null
  vestingDurationSeconds: bigint | null
  redemptionFee: bigint | null
  cancelRedemptionFee: bigint | null
  queueSeconds: bigint | null
  minQueueSeconds: bigint | null
  lpLockSeconds: bigint | null
}

type Getter =
  | 'protocolTreasuryRatio'
  | 'vestingRatio'
  | 'vestingDuration'
  | 'redemptionFee'
  | 'cancelRedemptionFee'
  | 'queueLengthSecs'
  | 'minQueueLengthSecs'
  | 'reduceMaturityStakeSecs'

/**
 * Every setting, each of which may be missing.
 *
 * - Signed by: nobody. Chain: L2.
 * - Source: the getters of Enki's `Config`.
 */
export async function readEnkiSettings(
  l2: ChainClient,
  {config: address}: Pick<EnkiContracts, 'config'>,
  at: AtBlock = {},
): Promise<EnkiSettings> {
  const abi = enkiConfigAbi
  const flag = (functionName: 'isPaused' | 'isPublic') =>
    ifOffered(l2, readContract(l2, {address, abi, functionName, ...at}))
  const number = async (functionName: Getter) => {
    const value = await ifOffered(l2, readContract(l2, {address, abi, functionName, ...at}))
    return value === null ? null : BigInt(value)
  }
  const [isPaused, isPublic, ...numbers] = await Promise.all([
    flag('isPaused'),
    flag('isPublic'),
    number('protocolTreasuryRatio'),
    number('vestingRatio'),
    number('vestingDuration'),
    number('redemptionFee'),
    number('cancelRedemptionFee'),
    number('queueLengthSecs'),
    number('minQueueLengthSecs'),
    number('reduceMaturityStakeSecs'),
  ])
  const [treasury, vesting, duration, redemption, cancel, queue, minQueue, lpLock] = numbers
  return {
    ...{isPaused, isPublic, protocolTreasuryRatio: treasury, vestingRatio: vesting},
    ...{vestingDurationSeconds: duration, redemptionFee: redemption, cancelRedemptionFee: cancel},
    ...{queueSeconds: queue, minQueueSeconds: minQueue, lpLockSeconds: lpLock},
  }
}

export interface EnkiState extends EnkiVault {
  /** Total supply of eMETIS, staked or not. */
  receiptSupplyWei: bigint
  /** eMETIS on the dispatcher. The next dispatch splits all of it. */
  undispatchedWei: bigint
}

/**
 * - Signed by: nobody. Chain: L2.
 * - Source: Enki `SeMetis.totalAssets` and `totalSupply`, `EMetis.totalSupply`.
 */
export async function readEnki(
  l2: ChainClient,
  {seMetis, eMetis, rewardDispatcher}: EnkiContracts,
  at: AtBlock = {},
): Promise<EnkiState> {
  const vault = {address: seMetis, abi: seMetisAbi, ...at} as const
  const [totalAssetsWei, supplyWei, receiptSupplyWei, undispatchedWei] = await Promise.all([
    readContract(l2, {...vault, functionName: 'totalAssets'}),
    readContract(l2, {...vault, functionName: 'totalSupply'}),
    readContract(l2, {address: eMetis, abi: erc20Abi, functionName: 'totalSupply', ...at}),
    readTokenBalance(l2, {token: eMetis, account: rewardDispatcher, ...at}),
  ])
  return {totalAssetsWei, supplyWei, receiptSupplyWei, undispatchedWei}
}

export interface EnkiAccount {
  sharesWei: bigint
  receiptsWei: bigint
  enkiWei: bigint
  vesting: EnkiVesting
}

/** - Source: the balances of the three tokens, and Enki `Vesting.userInfos`. */
export async function readEnkiAccount(
  l2: ChainClient,
  {seMetis, eMetis, enki, vesting}: EnkiContracts,
  account: Address,
  at: AtBlock = {},
): Promise<EnkiAccount> {
  const [sharesWei, receiptsWei, enkiWei, info] = await Promise.all([
    readTokenBalance(l2, {token: seMetis, account, ...at}),
    readTokenBalance(l2, {token: eMetis, account, ...at}),
    readTokenBalance(l2, {token: enki, account, ...at}),
    readContract(l2, {
      ...{address: vesting, abi: enkiVestingAbi, functionName: 'userInfos', args: [account], ...at},
    }),
  ])
  const [stakedEnkiWei, cumulativeClaimWei, claimedWei, lastVestingTime, unvestedWei] = info
  return {
    ...{sharesWei, receiptsWei, enkiWei},
    vesting: {stakedEnkiWei, cumulativeClaimWei, claimedWei, lastVestingTime, unvestedWei},
  }
}

export interface EnkiQueue {
  owedMetisWei: bigint
  /** eMETIS that the provider may collect. */
  feesWei: bigint
  /** METIS that pays tickets. */
  liquidityMetisWei: bigint
}

/** - Source: Enki `RedemptionQueue.redemptionQueueAccounting`, and its METIS. */
export async function readEnkiQueue(
  l2: ChainClient,
  {redemptionQueue: address}: EnkiContracts,
  metis: Address,
  at: AtBlock = {},
): Promise<EnkiQueue> {
  const [[owedMetisWei, feesWei], liquidityMetisWei] = await Promise.all([
    readContract(l2, {
      ...{address, abi: enkiRedemptionQueueAbi, functionName: 'redemptionQueueAccounting', ...at},
    }),
    readTokenBalance(l2, {token: metis, account: address, ...at}),
  ])
  return {owedMetisWei, feesWei, liquidityMetisWei}
}

/** Seconds that one wei of an LP token saves for one wei of METIS; zero: not accepted. */
export function readEnkiLpFactor(
  l2: ChainClient,
  {redemptionQueue: address}: EnkiContracts,
  lpToken: Address,
): Promise<bigint> {
  return readContract(l2, {
    ...{address, abi: enkiRedemptionQueueAbi, functionName: 'lpFactors', args: [lpToken]},
  })
}

/** A role of the config: `BETA_USER_ROLE` may use the vault before it is public, `BACKEND_ROLE` operates it. */
export function readEnkiRole(
  l2: ChainClient,
  {config: address}: EnkiContracts,
  name: 'BETA_USER_ROLE' | 'BACKEND_ROLE',
  account: Address,
): Promise<boolean> {
  const args = [keccak256(toBytes(name)), account] as const
  return readContract(l2, {address, abi: enkiConfigAbi, functionName: 'hasRole', args})
}
