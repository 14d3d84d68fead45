import {
  type Address,
  type Hex,
  concatHex,
  encodeAbiParameters,
  encodeFunctionData,
  getContractAddress,
  parseAbiParameters,
  parseEther,
} from 'viem'

import {l1StrategyAbi} from '../../../chain/abis/l1-strategy.ts'
import {l1TransmitterAbi} from '../../../chain/abis/l1-transmitter.ts'
import {lockingPoolAbi} from '../../../chain/abis/locking-pool.ts'
import {ccipL1RouterBytecode} from '../../artifacts/ccip-l1-router.ts'
import {l1StrategyBytecode} from '../../artifacts/l1-strategy.ts'
import {l1TransmitterBytecode} from '../../artifacts/l1-transmitter.ts'
import {sequencerVaultBytecode} from '../../artifacts/sequencer-vault.ts'
import {proxyCreationCode} from '../../contract-code.ts'
import {l2Metis} from '../../placement.ts'
import type {L1LockParts, L1LstParts, L1LstSite} from '../l1.ts'
import {ccipExtraArgs, ccipSelectors, localCcipRouter, localStakelink} from './plan.ts'

/** stake.link on L1. */
export interface LocalStakelinkL1 {
  strategy: Address
  transmitter: Address
  /** Stands for the router of Chainlink CCIP. */
  router: Address
  /** Owner of its first sequencer; whitelisted in LockingPool before it is created. */
  vault: Address
}

/** As the provider deployed them. */
const settings = {
  minRewardsToClaimWei: parseEther('500'),
  operatorRewardBasisPoints: 600n,
  minWithdrawalThresholdWei: parseEther('200'),
} as const

/** Pays for the answers to L2: thousands of them at the price of the local bridge. */
const ANSWERS_ETH_WEI = parseEther('1')

/** The strategy and its transmitter. A vault needs the key of its sequencer, so it comes later. */
export function planStakelinkL1(site: L1LstSite): L1LstParts<LocalStakelinkL1> {
  const {deploy, proxyAdmin, lockingPool} = site
  const template = deploy('stake.link vault template', sequencerVaultBytecode)
  const strategyLogic = deploy('stake.link strategy implementation', l1StrategyBytecode)
  const strategyInit = strategyInitOf(site, template)
  const strategy = deploy(
    'stake.link strategy',
    proxyCreationCode(strategyLogic, proxyAdmin, strategyInit),
  )
  const router = deploy('CCIP router', routerCode(site))
  const logic = deploy('stake.link transmitter implementation', l1TransmitterBytecode)
  const init = transmitterInitOf(site, {strategy, router})
  const transmitter = deploy('stake.link transmitter', proxyCreationCode(logic, proxyAdmin, init))
  // A contract counts its own creations from 1.
  const vault = getContractAddress({from: strategy, nonce: 1n})
  const tie = encodeFunctionData({
    ...{abi: l1StrategyAbi, functionName: 'setL1Transmitter', args: [transmitter]},
  })
  const whitelist = encodeFunctionData({
    ...{abi: lockingPoolAbi, functionName: 'setWhitelist', args: [vault, true]},
  })
  return {
    addresses: {strategy, transmitter, router, vault},
    calls: [
      {name: 'name the transmitter of stake.link', to: strategy, data: tie},
      {name: 'whitelist the stake.link vault', to: lockingPool, data: whitelist},
    ],
  }
}

function routerCode({l2ChainId, messenger, discountOracle}: L1LstSite): Hex {
  const args = encodeAbiParameters(
    parseAbiParameters('uint64[2], uint256, address, address, address'),
    [
      [ccipSelectors.l1, ccipSelectors.l2],
      ...([BigInt(l2ChainId), messenger, discountOracle, localCcipRouter] as const),
    ],
  )
  return concatHex([ccipL1RouterBytecode, args])
}

function strategyInitOf({metis, lockingInfo}: L1LstSite, template: Address): Hex {
  const {minRewardsToClaimWei, operatorRewardBasisPoints} = settings
  return encodeFunctionData({
    abi: l1StrategyAbi,
    functionName: 'initialize',
    args: [
      ...([metis, lockingInfo, template, localStakelink.transmitter] as const),
      ...([minRewardsToClaimWei, operatorRewardBasisPoints] as const),
    ],
  })
}

function transmitterInitOf(
  {metis, governanceAddress, bridge, discountOracle, l2ChainId}: L1LstSite,
  {strategy, router}: {strategy: Address; router: Address},
): Hex {
  return encodeFunctionData({
    abi: l1TransmitterAbi,
    functionName: 'initialize',
    args: [
      ...([metis, governanceAddress, strategy, bridge, discountOracle] as const),
      ...([localStakelink.transmitter, BigInt(l2ChainId), l2Metis] as const),
      ...([settings.minWithdrawalThresholdWei, router, ccipSelectors.l2, ccipExtraArgs] as const),
    ],
  })
}

/** The first vault locks what has arrived at the transmitter. */
export function stakelinkLock({strategy, transmitter, vault}: LocalStakelinkL1): L1LockParts {
  return {
    owner: vault,
    holder: transmitter,
    others: [strategy],
    lock: ({signer, publicKey, amountWei, operator}) => [
      {to: transmitter, valueWei: ANSWERS_ETH_WEI},
      {
        to: strategy,
        data: encodeFunctionData({
          abi: l1StrategyAbi,
          functionName: 'addVault',
          args: [publicKey, signer, operator],
        }),
      },
      {
        to: transmitter,
        data: encodeFunctionData({
          abi: l1TransmitterAbi,
          functionName: 'depositQueuedTokens',
          args: [[0n], [amountWei]],
        }),
      },
    ],
  }
}
