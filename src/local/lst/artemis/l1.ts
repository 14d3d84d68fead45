import {
  type Address,
  concatHex,
  encodeAbiParameters,
  encodeFunctionData,
  getContractAddress,
} from 'viem'

import {l1StakingPoolManagerAbi} from '../../../chain/abis/l1-staking-pool-manager.ts'
import {lockingPoolAbi} from '../../../chain/abis/locking-pool.ts'
import {l1StakingPoolBytecode} from '../../artifacts/l1-staking-pool.ts'
import {l1StakingPoolManagerBytecode} from '../../artifacts/l1-staking-pool-manager.ts'
import {upgradeableBeaconBytecode} from '../../artifacts/upgradeable-beacon.ts'
import {proxyCreationCode} from '../../contract-code.ts'
import type {L1LockParts, L1LstParts, L1LstSite} from '../l1.ts'
import {localArtemis} from './plan.ts'

/** Artemis on L1. */
export interface LocalArtemisL1 {
  manager: Address
  /** Owner of its first sequencer; whitelisted in LockingPool. */
  pool: Address
}

/** The manager with one pool, which may lock. The lock itself is a decision of the provider. */
export function planArtemisL1(site: L1LstSite): L1LstParts<LocalArtemisL1> {
  const {deploy, proxyAdmin, metis, lockingPool} = site
  const template = deploy('Artemis pool template', l1StakingPoolBytecode)
  const beaconArgs = encodeAbiParameters([{type: 'address'}], [template])
  const beacon = deploy('Artemis pool beacon', concatHex([upgradeableBeaconBytecode, beaconArgs]))
  const logic = deploy('Artemis manager implementation', l1StakingPoolManagerBytecode)
  const init = encodeFunctionData({
    abi: l1StakingPoolManagerAbi,
    functionName: 'initialize',
    args: [metis, beacon, lockingPool, localArtemis.rewardPool],
  })
  const manager = deploy('Artemis manager', proxyCreationCode(logic, proxyAdmin, init))
  // A contract counts its own creations from 1.
  const pool = getContractAddress({from: manager, nonce: 1n})
  return {
    addresses: {manager, pool},
    calls: [
      {
        name: 'create an Artemis pool',
        to: manager,
        data: encodeFunctionData({abi: l1StakingPoolManagerAbi, functionName: 'createPool'}),
      },
      {
        name: 'whitelist the Artemis pool',
        to: lockingPool,
        data: encodeFunctionData({
          abi: lockingPoolAbi,
          functionName: 'setWhitelist',
          args: [pool, true],
        }),
      },
    ],
  }
}

/** All METIS of the manager is locked. */
export function artemisLock({manager, pool}: LocalArtemisL1): L1LockParts {
  return {
    owner: pool,
    holder: manager,
    lock: ({signer, publicKey}) => [
      {
        to: manager,
        data: encodeFunctionData({
          abi: l1StakingPoolManagerAbi,
          functionName: 'bindSequencerFor',
          args: [pool, signer, publicKey],
        }),
      },
    ],
  }
}
