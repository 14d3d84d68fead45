import type {Address} from 'viem'
import {getBalance, readContract} from 'viem/actions'

import {l1StrategyAbi} from '../../abis/l1-strategy.ts'
import {l1TransmitterAbi} from '../../abis/l1-transmitter.ts'
import {sequencerVaultAbi} from '../../abis/sequencer-vault.ts'
import type {ChainClient} from '../../connect.ts'
import {atMost} from '../../plausible.ts'

/** Vaults of the strategy, each with one sequencer. */
const MOST_VAULTS = 200n

export interface StakelinkVault {
  address: Address
  lockedMetisWei: bigint
  rewardMetisWei: bigint
  /** Part of the rewards since the last update that is the operator's, paid on L2. */
  operatorRewardWei: bigint
  isExiting: boolean
}

/** stake.link on L1. */
export interface StakelinkL1 {
  strategy: Address
  /** Only it may decide which vault gets METIS. */
  depositController: Address
  vaults: StakelinkVault[]
  /** METIS from L2 that the strategy does not have yet, and METIS of the strategy outside of locks. */
  idleMetisWei: bigint
  minVaultMetisWei: bigint
  maxVaultMetisWei: bigint
  /** ETH that pays the answers to L2. */
  answersEthWei: bigint
}

/**
 * - Signed by: nobody. Chain: L1.
 * - Source: stake.link `L1Transmitter.l1Strategy`, `depositController`, `getAvailableTokens`,
 *   `L1Strategy.getVaults`, `getTotalQueuedTokens`, and each `SequencerVault`.
 */
export async function readStakelinkL1(
  l1: ChainClient,
  transmitter: Address,
  at: {blockNumber?: bigint} = {},
): Promise<StakelinkL1> {
  const way = {address: transmitter, abi: l1TransmitterAbi, ...at} as const
  const [strategy, depositController, arrivedWei, answersEthWei] = await Promise.all([
    readContract(l1, {...way, functionName: 'l1Strategy'}),
    readContract(l1, {...way, functionName: 'depositController'}),
    readContract(l1, {...way, functionName: 'getAvailableTokens'}),
    getBalance(l1, {address: transmitter, ...at}),
  ])
  const books = {address: strategy, abi: l1StrategyAbi, ...at} as const
  const [found, idleWei, minVaultMetisWei, maxVaultMetisWei] = await Promise.all([
    readContract(l1, {...books, functionName: 'getVaults'}),
    readContract(l1, {...books, functionName: 'getTotalQueuedTokens'}),
    readContract(l1, {...books, functionName: 'getVaultDepositMin'}),
    readContract(l1, {...books, functionName: 'getVaultDepositMax'}),
  ])
  atMost(MOST_VAULTS, 'getVaults', BigInt(found.length))
  const vaults = await Promise.all(found.map((address) => readVault(l1, address, at)))
  return {
    ...{strategy, depositController, vaults, answersEthWei},
    ...{idleMetisWei: arrivedWei + idleWei, minVaultMetisWei, maxVaultMetisWei},
  }
}

async function readVault(
  l1: ChainClient,
  address: Address,
  at: {blockNumber?: bigint},
): Promise<StakelinkVault> {
  const vault = {address, abi: sequencerVaultAbi, ...at} as const
  const [lockedMetisWei, rewardMetisWei, operatorRewardWei, exitsAt] = await Promise.all([
    readContract(l1, {...vault, functionName: 'getPrincipalDeposits'}),
    readContract(l1, {...vault, functionName: 'getRewards'}),
    readContract(l1, {...vault, functionName: 'getPendingRewards'}),
    readContract(l1, {...vault, functionName: 'exitDelayEndTime'}),
  ])
  return {address, lockedMetisWei, rewardMetisWei, operatorRewardWei, isExiting: exitsAt !== 0n}
}
