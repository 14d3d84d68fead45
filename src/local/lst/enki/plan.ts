import {
  type Address,
  type Hex,
  concatHex,
  encodeAbiParameters,
  encodeFunctionData,
  parseAbiParameters,
  parseEther,
  keccak256,
  toBytes,
  zeroAddress,
} from 'viem'

import {eMetisMinterAbi} from '../../../chain/abis/e-metis-minter.ts'
import {enkiConfigAbi} from '../../../chain/abis/enki-config.ts'
import {erc20Abi} from '../../../chain/abis/erc20.ts'
import type {EnkiContracts} from '../../../protocol/lst/enki/about.ts'
import {eMetisBytecode} from '../../artifacts/e-metis.ts'
import {eMetisMinterBytecode} from '../../artifacts/e-metis-minter.ts'
import {enkiConfigBytecode} from '../../artifacts/enki-config.ts'
import {enkiInviterNftBytecode} from '../../artifacts/enki-inviter-nft.ts'
import {enkiRedemptionQueueBytecode} from '../../artifacts/enki-redemption-queue.ts'
import {enkiRewardDispatcherBytecode} from '../../artifacts/enki-reward-dispatcher.ts'
import {enkiTokenBytecode} from '../../artifacts/enki-token.ts'
import {enkiVestingBytecode} from '../../artifacts/enki-vesting.ts'
import {seMetisBytecode} from '../../artifacts/se-metis.ts'
import {behindProxy, type GenesisParts, l2Metis, type SeedCall} from '../../placement.ts'

/** Our choice; the document of a local network contains them. */
export const localEnki: EnkiContracts = {
  config: '0x4200000000000000000000000000000000002101',
  eMetis: '0x4200000000000000000000000000000000002102',
  minter: '0x4200000000000000000000000000000000002103',
  seMetis: '0x4200000000000000000000000000000000002104',
  vesting: '0x4200000000000000000000000000000000002105',
  redemptionQueue: '0x4200000000000000000000000000000000002106',
  rewardDispatcher: '0x4200000000000000000000000000000000002107',
  enki: '0x4200000000000000000000000000000000002108',
}

const inviterNft: Address = '0x4200000000000000000000000000000000002109'

const implementations = {
  config: '0x4200000000000000000000000000000000002111',
  minter: '0x4200000000000000000000000000000000002113',
  seMetis: '0x4200000000000000000000000000000000002114',
  vesting: '0x4200000000000000000000000000000000002115',
  redemptionQueue: '0x4200000000000000000000000000000000002116',
  rewardDispatcher: '0x4200000000000000000000000000000000002117',
} as const satisfies Record<string, Address>

const DAY = 24n * 3600n

/** Numbers of the config, as the provider documents them; shares are out of 1e6. */
const settings: Readonly<Record<string, bigint>> = {
  isPublic: 1n,
  protocolTreasuryRatio: 100_000n,
  vestingRatio: 300_000n,
  vestingDuration: 90n * DAY,
  redemptionFee: 0n,
  cancelRedemptionFee: 10_000n,
  earlyExitFee: 0n,
  queueLengthSecs: 20n * DAY,
  minQueueLengthSecs: 8n * DAY,
  reduceMaturityStakeSecs: 30n * DAY,
}

const ENKI_SUPPLY_WEI = parseEther('10000000')
/** Stays in the vault for good. */
const FIRST_DEPOSIT_WEI = parseEther('1')

export interface EnkiOptions {
  /** Has every role, and makes the first deposit. */
  governanceAddress: Address
  bridge: Address
  /** The zero address where Enki is not on L1. */
  l1Dealer: Address
  /** Of the queue; its other times follow in proportion. Null: as the provider documents them. */
  delaySeconds?: bigint | null
}

/** Its contracts on L2, in dependency order. */
export function planEnki(options: EnkiOptions): GenesisParts {
  const {governanceAddress} = options
  const {config, eMetis, enki} = localEnki
  const eMetisArgs = encodeAbiParameters(parseAbiParameters('address, address[]'), [
    governanceAddress,
    [localEnki.minter, localEnki.redemptionQueue],
  ])
  const enkiArgs = encodeAbiParameters(parseAbiParameters('address, uint256'), [
    governanceAddress,
    ENKI_SUPPLY_WEI,
  ])
  const inviterArgs = encodeAbiParameters(parseAbiParameters('address'), [governanceAddress])
  // All of them have the same initializer.
  const init = encodeFunctionData({
    abi: eMetisMinterAbi,
    functionName: 'initialize',
    args: [config],
  })
  const part = (name: keyof typeof implementations & keyof EnkiContracts, code: Hex) =>
    behindProxy(`Enki ${name}`, {at: localEnki[name], logicAt: implementations[name], code, init})
  return {
    placements: [
      ...behindProxy('Enki config', {
        at: config,
        logicAt: implementations.config,
        code: enkiConfigBytecode,
        init: configInit(options),
      }),
      {name: 'eMETIS', at: eMetis, creationCode: concatHex([eMetisBytecode, eMetisArgs])},
      {name: 'ENKI', at: enki, creationCode: concatHex([enkiTokenBytecode, enkiArgs])},
      {
        name: 'Enki inviters',
        at: inviterNft,
        creationCode: concatHex([enkiInviterNftBytecode, inviterArgs]),
      },
      ...part('seMetis', seMetisBytecode),
      ...part('vesting', enkiVestingBytecode),
      ...part('redemptionQueue', enkiRedemptionQueueBytecode),
      ...part('rewardDispatcher', enkiRewardDispatcherBytecode),
      ...part('minter', eMetisMinterBytecode),
    ],
    seeds: seedsOf(governanceAddress),
  }
}

const roles = ['BACKEND_ROLE', 'OPERATOR_ROLE', 'TIMELOCK_ROLE', 'BETA_USER_ROLE']

const times = [
  ...['vestingDuration', 'queueLengthSecs', 'minQueueLengthSecs', 'reduceMaturityStakeSecs'],
]

/** Rounded up: no time is zero. */
function timesFor(delaySeconds: bigint): Record<string, bigint> {
  const whole = settings['queueLengthSecs']!
  return Object.fromEntries(
    times.map((name) => [name, (settings[name]! * delaySeconds + whole - 1n) / whole]),
  )
}

function configInit({governanceAddress, bridge, l1Dealer, delaySeconds = null}: EnkiOptions): Hex {
  const addresses: Record<string, Address> = {
    inviterNFT: inviterNft,
    eMetis: localEnki.eMetis,
    eMetisMinter: localEnki.minter,
    redemptionQueue: localEnki.redemptionQueue,
    vesting: localEnki.vesting,
    seMetis: localEnki.seMetis,
    rewardDispatcher: localEnki.rewardDispatcher,
    enki: localEnki.enki,
    metis: l2Metis,
    bridge,
    l1Dealer,
    protocolTreasury: governanceAddress,
  }
  const values = {
    ...Object.fromEntries(Object.entries(addresses).map(([name, at]) => [name, BigInt(at)])),
    ...settings,
    ...(delaySeconds === null ? {} : timesFor(delaySeconds)),
  }
  return encodeFunctionData({
    abi: enkiConfigAbi,
    functionName: 'initialize',
    args: [governanceAddress, Object.keys(values), Object.values(values)],
  })
}

/** The first deposit, and the roles of the provider's backend. */
function seedsOf(governance: Address): SeedCall[] {
  const {config, minter} = localEnki
  const call = (name: string, to: Address, data: Hex, valueWei = 0n): SeedCall => ({
    ...{name: `Enki: ${name}`, from: governance, to, data, valueWei},
  })
  const grants = roles.map((role) =>
    call(
      `grant ${role}`,
      config,
      encodeFunctionData({
        abi: enkiConfigAbi,
        functionName: 'grantRole',
        args: [keccak256(toBytes(role)), governance],
      }),
    ),
  )
  const approval = encodeFunctionData({
    abi: erc20Abi,
    functionName: 'approve',
    args: [minter, FIRST_DEPOSIT_WEI],
  })
  const deposit = encodeFunctionData({
    abi: eMetisMinterAbi,
    functionName: 'mint',
    args: [governance, FIRST_DEPOSIT_WEI, true, zeroAddress],
  })
  return [
    ...grants,
    // It pays itself: so it has what the deposit pulls.
    call('fund the first deposit', governance, '0x', FIRST_DEPOSIT_WEI),
    call('allow the first deposit', l2Metis, approval),
    call('first deposit', minter, deposit),
  ]
}
