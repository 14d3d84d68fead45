import {
  type Address,
  concatHex,
  encodeAbiParameters,
  encodeFunctionData,
  parseAbiParameters,
  zeroAddress,
} from 'viem'

import {l2StandardBridgeAbi} from '../chain/abis/l2-standard-bridge.ts'
import {metisSequencerSetAbi} from '../chain/abis/metis-sequencer-set.ts'
import type {LocalPart} from '../protocol/local-parts.ts'
import {gasPriceOracleBytecode} from './artifacts/gas-price-oracle.ts'
import {l2MessengerBytecode} from './artifacts/l2-messenger.ts'
import {l2StandardBridgeBytecode} from './artifacts/l2-standard-bridge.ts'
import {metisSequencerSetBytecode} from './artifacts/metis-sequencer-set.ts'
import {metisViewBytecode} from './artifacts/metis-view.ts'
import {proxyAdminBytecode} from './artifacts/proxy-admin.ts'
import {planDefi} from './defi/markets.ts'
import {placedLst, planLst, type LocalLstL1, type PlacedLst} from './lst/providers.ts'
import {behindProxy, type GenesisParts, l2Metis, l2ProxyAdmin, type Placement} from './placement.ts'

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
  /** Named in withdrawal events; the zero address when L1 is unknown. */
  l1MetisAddress?: Address
  /** Optional parts. With any of them, METIS moves as an ERC-20 too. */
  with?: readonly LocalPart[]
  /** Sends messages to L2. */
  l1MessengerAddress?: Address
  /** What liquid-staking providers have on L1. */
  l1Lst?: LocalLstL1
  /** Delay of liquid-staking providers. Absent: as they promise. */
  lstDelaySeconds?: number
}

/** Whether METIS moves as an ERC-20. Without optional parts nothing needs it. */
export function movesMetis({with: parts = []}: Pick<L2Options, 'with'>): boolean {
  return parts.length > 0
}

/** Whether calls from L1 arrive: liquid-staking providers mint by them. */
function hasMessenger({with: parts = []}: L2Options): boolean {
  return parts.includes('lst')
}

export interface L2Addresses {
  sequencerSet: Address
  bridge: Address
  metis: Address
  gasPriceOracle: Address
  proxyAdmin: Address
  lst: PlacedLst
}

/** The three predeploys have the same addresses as on Metis; the others are our choice. */
export const l2Addresses: L2Addresses = {
  bridge: '0x4200000000000000000000000000000000000010',
  gasPriceOracle: '0x420000000000000000000000000000000000000F',
  metis: l2Metis,
  sequencerSet: '0x4200000000000000000000000000000000001088',
  proxyAdmin: l2ProxyAdmin,
  lst: placedLst([]),
}

/** The addresses of a network with these optional parts. */
export function addressesOf({with: parts = []}: Pick<L2Options, 'with'>): L2Addresses {
  return {...l2Addresses, lst: placedLst(parts)}
}

/** Carries out calls from L1; the same address as on Metis. */
export const l2Messenger: Address = '0x4200000000000000000000000000000000000007'

export const l2Implementations = {
  sequencerSet: '0x4200000000000000000000000000000000002011',
  bridge: '0x4200000000000000000000000000000000002012',
} as const satisfies Record<string, Address>

/** Gas price suggested by the nodes; l2geth reads it from slot 1 of the oracle. */
const gasPriceWei = 20_000_000n

/** Initial cost of a withdrawal to L1: 0.001 METIS. */
const bridgeCostWei = 1_000_000_000_000_000n

/** The minimum lock: 20,000 METIS. */
const FIRST_DEPOSIT_WEI = 20_000n * 10n ** 18n

/** All contracts of the L2 genesis. */
export function planL2(options: L2Options): GenesisParts {
  const {bridge} = l2Addresses
  const lst = planLst({
    ...options,
    ...{bridge, bridgeCostWei, firstDepositWei: FIRST_DEPOSIT_WEI},
    ...(options.l1Lst ? {l1: options.l1Lst} : {}),
  })
  const defi = planDefi(options)
  const seeds = [...lst.seeds, ...defi.seeds]
  const seededWei = seeds.reduce(
    (sum, {valueWei = 0n, givesWei = 0n}) => sum + valueWei + givesWei,
    0n,
  )
  return {
    placements: [
      ...planSequencerSet(options),
      ...planPredeploys(options, seededWei),
      ...(hasMessenger(options) ? [planMessenger(options)] : []),
      ...lst.placements,
      ...defi.placements,
    ],
    seeds,
  }
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

function planPredeploys(options: L2Options, seededWei: bigint): Placement[] {
  const {balances, bridgeReserveWei, relayerAddress, l1MetisAddress = zeroAddress} = options
  const supply = balances.reduce((sum, {wei}) => sum + wei, bridgeReserveWei + seededWei)
  const viewArgs = encodeAbiParameters(parseAbiParameters('uint256, address, bool'), [
    supply,
    l2Addresses.bridge,
    movesMetis(options),
  ])
  const costArgs = encodeAbiParameters(parseAbiParameters('uint256, uint256'), [
    gasPriceWei,
    bridgeCostWei,
  ])
  const bridgeInit = encodeFunctionData({
    abi: l2StandardBridgeAbi,
    functionName: 'initialize',
    args: [hasMessenger(options) ? l2Messenger : zeroAddress, relayerAddress, l1MetisAddress],
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

function planMessenger({l1MessengerAddress = zeroAddress}: L2Options): Placement {
  const args = encodeAbiParameters(parseAbiParameters('address, address'), [
    l2Addresses.bridge,
    l1MessengerAddress,
  ])
  return {
    name: 'L2 messenger',
    at: l2Messenger,
    creationCode: concatHex([l2MessengerBytecode, args]),
  }
}
