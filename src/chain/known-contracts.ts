import {isAddressEqual, parseAbi, type Abi, type Address} from 'viem'

import type {MarketContract} from '../protocol/defi/about.ts'
import {deployedMarkets} from '../protocol/defi/markets.ts'
import type {LstContract} from '../protocol/lst/about.ts'
import {deployedLst} from '../protocol/lst/providers.ts'
import type {Network} from '../protocol/network.ts'
import {addressManagerAbi} from './abis/address-manager.ts'
import {discountOracleAbi} from './abis/discount-oracle.ts'
import {erc20Abi} from './abis/erc20.ts'
import {gasPriceOracleAbi} from './abis/gas-price-oracle.ts'
import {l1StandardBridgeAbi} from './abis/l1-standard-bridge.ts'
import {l2StandardBridgeAbi} from './abis/l2-standard-bridge.ts'
import {lockingInfoAbi} from './abis/locking-info.ts'
import {lockingPoolAbi} from './abis/locking-pool.ts'
import {metisSequencerSetAbi} from './abis/metis-sequencer-set.ts'
import {marketAbis} from './defi/markets.ts'
import {lstAbis} from './lst/providers.ts'

/** Calls to the proxy itself, made by its admin. */
const proxyAbi = parseAbi([
  'function upgradeTo(address newImplementation)',
  'function upgradeToAndCall(address newImplementation, bytes data)',
  'function changeAdmin(address newAdmin)',
  'function admin()',
  'function implementation()',
])

/** Our ABIs by the name of the contract, those an operator calls first. */
export const abisByContract: readonly (readonly [name: string, abi: Abi])[] = [
  ['LockingPool', lockingPoolAbi],
  ['LockingInfo', lockingInfoAbi],
  ['METIS', erc20Abi],
  ['L1StandardBridge', l1StandardBridgeAbi],
  ['L2StandardBridge', l2StandardBridgeAbi],
  ['MetisSequencerSet', metisSequencerSetAbi],
  ...lstAbis,
  ...marketAbis,
  ['AddressManager', addressManagerAbi],
  ['DiscountOracle', discountOracleAbi],
  ['GasPriceOracle', gasPriceOracleAbi],
  ['TransparentUpgradeableProxy', proxyAbi],
]

export type Layer = 'L1' | 'L2'

/** Addresses of a network by layer: one address may be two contracts on two chains. */
export type KnownAddresses = Record<Layer, readonly (readonly [name: string, at: Address])[]>

/** Contracts in a network document. */
export function knownAddresses({l1, l2, lst, defi}: Network): KnownAddresses {
  return {
    L1: [
      ['LockingPool', l1.contracts.lockingPool],
      ['LockingInfo', l1.contracts.lockingInfo],
      ['METIS', l1.contracts.metis],
      ['L1StandardBridge', l1.contracts.bridge],
      ['AddressManager', l1.contracts.addressManager],
    ],
    L2: [
      ['MetisSequencerSet', l2.contracts.sequencerSet],
      ['L2StandardBridge', l2.contracts.bridge],
      ['METIS', l2.contracts.metis],
      ['GasPriceOracle', l2.contracts.gasPriceOracle],
      ...deployedLst(lst).flatMap(({about, addresses}) =>
        Object.entries<LstContract>(about.contracts).map(
          ([key, {contract}]) => [contract, addresses[key]!] as const,
        ),
      ),
      ...deployedMarkets(defi).flatMap(({about, addresses}) =>
        Object.entries<MarketContract>(about.contracts).flatMap(([key, {contract}]) => {
          const at = addresses[key]
          return at ? [[contract, at] as const] : []
        }),
      ),
      ...Object.values(defi?.tokens ?? {}).map((token) => ['ERC20', token] as const),
    ],
  }
}

/** Name of the contract at an address; undefined when it is not in the network document. */
export function contractAt(
  known: KnownAddresses,
  layer: Layer,
  address: Address | null,
): string | undefined {
  if (address === null) return undefined
  return known[layer].find(([, at]) => isAddressEqual(at, address))?.[0]
}
