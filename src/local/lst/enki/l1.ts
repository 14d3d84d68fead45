import {
  type Address,
  type Hex,
  encodeFunctionData,
  getContractAddress,
  keccak256,
  toBytes,
} from 'viem'

import {enkiDealerAbi} from '../../../chain/abis/enki-dealer.ts'
import {lockingPoolAbi} from '../../../chain/abis/locking-pool.ts'
import {enkiDealerBytecode} from '../../artifacts/enki-dealer.ts'
import {enkiSequencerAgentBytecode} from '../../artifacts/enki-sequencer-agent.ts'
import {proxyCreationCode} from '../../contract-code.ts'
import type {L1LockParts, L1LstParts, L1LstSite} from '../l1.ts'
import {localEnki} from './plan.ts'

/** Enki on L1. */
export interface LocalEnkiL1 {
  dealer: Address
  /** Owner of its first sequencer; whitelisted in LockingPool. */
  agent: Address
}

/** L2 gas that a message or deposit of the dealer pays for. */
const L2_GAS = 200_000

/** The dealer with one agent, which may lock. The lock itself is a decision of the provider. */
export function planEnkiL1(site: L1LstSite): L1LstParts<LocalEnkiL1> {
  const {deploy, governanceAddress, proxyAdmin, metis, lockingPool, bridge, l2ChainId} = site
  const template = deploy('Enki agent template', enkiSequencerAgentBytecode)
  const logic = deploy('Enki dealer implementation', enkiDealerBytecode)
  const init = encodeFunctionData({
    abi: enkiDealerAbi,
    functionName: 'initialize',
    args: [
      ...([template, metis, lockingPool, bridge, BigInt(l2ChainId), L2_GAS] as const),
      ...([localEnki.minter, localEnki.rewardDispatcher] as const),
    ],
  })
  const dealer = deploy('Enki dealer', proxyCreationCode(logic, proxyAdmin, init))
  // A contract counts its own creations from 1.
  const agent = getContractAddress({from: dealer, nonce: 1n})
  const grant: Hex = encodeFunctionData({
    abi: enkiDealerAbi,
    functionName: 'grantRole',
    args: [keccak256(toBytes('BACKEND_ROLE')), governanceAddress],
  })
  const whitelist = encodeFunctionData({
    abi: lockingPoolAbi,
    functionName: 'setWhitelist',
    args: [agent, true],
  })
  return {
    addresses: {dealer, agent},
    calls: [
      {name: 'grant the Enki backend role', to: dealer, data: grant},
      {
        name: 'add an Enki agent',
        to: dealer,
        data: encodeFunctionData({abi: enkiDealerAbi, functionName: 'addAgent'}),
      },
      {name: 'whitelist the Enki agent', to: lockingPool, data: whitelist},
    ],
  }
}

/** The first agent locks for the dealer. */
export function enkiLock({dealer, agent}: LocalEnkiL1): L1LockParts {
  return {
    owner: agent,
    holder: dealer,
    lock: ({signer, publicKey, amountWei}) => [
      {
        to: dealer,
        data: encodeFunctionData({
          abi: enkiDealerAbi,
          functionName: 'lockFor',
          args: [0, signer, amountWei, publicKey],
        }),
      },
    ],
  }
}
