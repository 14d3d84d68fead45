import {randomBytes} from 'node:crypto'
import {existsSync} from 'node:fs'
import {join} from 'node:path'

import {parseEther, type Address} from 'viem'
import {privateKeyToAccount, type PrivateKeyAccount} from 'viem/accounts'

import {writeFileAtomic} from '../lib/files.ts'
import {stringifyJson} from '../lib/json.ts'
import {makeDirectory} from '../lib/make-directory.ts'
import {genesisFingerprint} from '../node/engine/genesis.ts'
import {startAnvil} from '../process/anvil.ts'
import type {LstId} from '../protocol/lst/providers.ts'
import type {LstRegistry} from '../protocol/lst/registry.ts'
import type {Network} from '../protocol/network.ts'
import {formatPeerAddress} from '../protocol/peer-address.ts'
import {rewardPerBlockForMrr} from '../protocol/reward.ts'
import {createKey, readPrivateKey, type KeyAccess} from '../services/keys/keys.ts'
import {LOCAL_SCRYPT_N} from '../store/keys/keystore-v3.ts'
import type {ConfigStore, AccountKey} from '../store/config.ts'
import type {Home} from '../store/home.ts'
import {saveNetwork} from '../store/networks.ts'
import {SignGuard} from '../store/sign-guard.ts'
import {deployL1, type L1Deployment} from './deploy-l1.ts'
import {l1Genesis} from './l1-host.ts'
import {defiOf} from './defi/markets.ts'
import {buildL2Genesis, type L2Genesis} from './l2-genesis.ts'
import {l2Implementations} from './l2-plan.ts'
import {lockPartsOf} from './lst/providers.ts'
import {
  LOCAL_L1_CHAIN_ID,
  LOCAL_L2_CHAIN_ID,
  LOCAL_NETWORK,
  localPaths,
  localPorts,
  sequencersOf,
  type LocalSequencer,
  type LocalSettings,
} from './settings.ts'

const PHASE2_BLOCK = 16_500_000
/** Every initial sequencer locks the minimum. */
export const INITIAL_LOCK_WEI = parseEther('20000')
const L2_GAS_LIMIT = 1_100_000_000n
const MRR_PERCENT = 20
const SCRATCH_TIMEOUT_MS = 20_000

/** Keys of the network itself, by role. */
const networkKeys = ['governance', 'mpc', 'payer', 'faucet', 'relayer', 'batcher'] as const
type NetworkKey = (typeof networkKeys)[number]

interface SequencerKeys extends LocalSequencer {
  /** Null: a contract of the provider is the owner. */
  owner: AccountKey | null
  signer: AccountKey
}

export interface LocalKeys {
  network: Record<NetworkKey, AccountKey>
  sequencers: SequencerKeys[]
}

/** Creates the network's keys: encrypted files, with a random password in a file of mode 600. */
export async function createLocalKeys(
  home: Home,
  config: ConfigStore,
  settings: LocalSettings,
): Promise<LocalKeys> {
  const {root, passwordFile} = localPaths(home)
  makeDirectory(root)
  writeFileAtomic(passwordFile, `${randomBytes(24).toString('hex')}\n`)
  const access: KeyAccess = {
    home,
    config,
    passwordFile,
    scryptN: LOCAL_SCRYPT_N,
    // An earlier attempt may have stopped between writing a file and the settings.
    replacesLeftovers: true,
  }
  const make = (name: string) =>
    createKey({name, backend: 'file', rememberPasswordFile: true}, access)
  const network = {} as Record<NetworkKey, AccountKey>
  for (const role of networkKeys) network[role] = await make(`local-${role}`)
  const sequencers: SequencerKeys[] = []
  for (const sequencer of sequencersOf(settings)) {
    const {profile, provider} = sequencer
    const owner = provider === null ? await make(`${profile}-owner`) : null
    sequencers.push({...sequencer, owner, signer: await make(`${profile}-signer`)})
  }
  return {network, sequencers}
}

/** Every key that a local network with these settings creates. */
export function localKeyNames(settings: LocalSettings): string[] {
  return [
    ...networkKeys.map((role) => `local-${role}`),
    ...sequencersOf(settings).flatMap(({profile, provider}) => [
      ...(provider === null ? [`${profile}-owner`] : []),
      `${profile}-signer`,
    ]),
  ]
}

/** Writes the L1 genesis: ETH only for accounts that send transactions there. */
export function writeL1Genesis(home: Home, {network}: LocalKeys): void {
  const genesis = l1Genesis({
    chainId: LOCAL_L1_CHAIN_ID,
    timestamp: Math.floor(Date.now() / 1000),
    balances: [
      {address: network.governance.address, wei: parseEther('1000')},
      {address: network.payer.address, wei: parseEther('100')},
      {address: network.mpc.address, wei: parseEther('100')},
      {address: network.batcher.address, wei: parseEther('1000')},
      {address: network.faucet.address, wei: parseEther('1000000')},
    ],
  })
  writeFileAtomic(localPaths(home).l1GenesisFile, `${stringifyJson(genesis, 2)}\n`)
}

/** Deploys the staking contracts behind their proxies. */
export async function deployLocalL1(
  access: {home: Home; config: ConfigStore},
  keys: LocalKeys,
  settings: LocalSettings,
  onStep: (step: {index: number; total: number; name: string}) => void,
): Promise<L1Deployment> {
  const [governance, rewardPayer] = await Promise.all([
    openAccount(access, keys.network.governance),
    openAccount(access, keys.network.payer),
  ])
  return deployL1({
    rpcUrl: `http://127.0.0.1:${localPorts(settings).l1}`,
    governance,
    rewardPayer,
    mpcAddress: keys.network.mpc.address,
    l2ChainId: LOCAL_L2_CHAIN_ID,
    l2MetisAddress: '0xDeadDeAddeAddEAddeadDEaDDEAdDeaDDeAD0000',
    mainnetRules: settings.mainnetRules,
    rewardPerBlockWei: rewardPerBlockForMrr({
      totalLockedWei: INITIAL_LOCK_WEI * BigInt(sequencersOf(settings).length),
      ratePercent: MRR_PERCENT,
      blockIntervalSeconds: settings.slotMs / 1000,
    }),
    mint: [
      {address: keys.network.payer.address, amountWei: parseEther('3000000')},
      {address: keys.network.faucet.address, amountWei: parseEther('6000000')},
    ],
    with: settings.with,
    onStep,
  })
}

/** Writes the L2 genesis, a few blocks before the fork. */
export async function writeL2Genesis(
  home: Home,
  keys: LocalKeys,
  settings: LocalSettings,
  l1: Pick<L1Deployment, 'metis' | 'messenger' | 'lst'>,
): Promise<L2Genesis> {
  const {root, l2GenesisFile} = localPaths(home)
  const startBlock = BigInt(PHASE2_BLOCK - settings.blocksBeforeFork)
  const first = keys.sequencers[0]
  if (!first) throw new Error('A local network needs at least one sequencer.')
  const built = await buildL2Genesis({
    l2ChainId: LOCAL_L2_CHAIN_ID,
    startBlock,
    timestamp: Math.floor(Date.now() / 1000),
    initialSigner: first.signer.address,
    mpcAddress: keys.network.mpc.address,
    governanceAddress: keys.network.governance.address,
    relayerAddress: keys.network.relayer.address,
    firstEpochEndBlock: startBlock + BigInt(settings.epochLength),
    epochLength: BigInt(settings.epochLength),
    gasLimit: L2_GAS_LIMIT,
    coinbase: '0x4200000000000000000000000000000000000011',
    hardforks: [
      {fromBlock: 0, name: 'shanghai'},
      {fromBlock: PHASE2_BLOCK, name: 'cancun'},
    ],
    l1MetisAddress: l1.metis,
    ...(l1.messenger ? {l1MessengerAddress: l1.messenger} : {}),
    ...(l1.lst ? {l1Lst: l1.lst} : {}),
    with: settings.with,
    ...(settings.lstDelaySeconds === undefined ? {} : {lstDelaySeconds: settings.lstDelaySeconds}),
    bridgeReserveWei: parseEther('5000000'),
    balances: [
      {address: keys.network.governance.address, wei: parseEther('100')},
      {address: keys.network.mpc.address, wei: parseEther('100')},
      {address: keys.network.relayer.address, wei: parseEther('100')},
      {address: keys.network.faucet.address, wei: parseEther('1000000')},
    ],
    startScratch: async (args) => {
      const scratch = await startAnvil({
        name: 'scratch',
        dir: root,
        chainId: LOCAL_L2_CHAIN_ID,
        isolation: 'preferred',
        args: withoutChainId(args),
      })
      const rpc = scratch.connect({timeoutMs: SCRATCH_TIMEOUT_MS})
      const stop = () => {
        rpc.close()
        return scratch.stop()
      }
      return {request: (method, params) => rpc.request(method, params), stop}
    },
  })
  writeFileAtomic(l2GenesisFile, `${stringifyJson(built.genesis)}\n`)
  return built
}

/** The engine starter sets the chain id itself, and the engine rejects a second one. */
function withoutChainId(args: readonly string[]): string[] {
  const index = args.indexOf('--chain-id')
  return index < 0 ? [...args] : args.toSpliced(index, 2)
}

/** Writes the `local` network document. */
export function writeNetwork(
  home: Home,
  keys: LocalKeys,
  settings: LocalSettings,
  l1: L1Deployment,
  l2: L2Genesis,
): Network {
  const ports = localPorts(settings)
  const sequencers = keys.sequencers.map((_keys, index) => index + 1)
  const {l2GenesisFile} = localPaths(home)
  const {sequencerSet, bridge, metis, gasPriceOracle, lst} = l2.addresses
  const network: Network = {
    version: 1,
    name: LOCAL_NETWORK,
    kind: 'local',
    l1: {
      chainId: LOCAL_L1_CHAIN_ID,
      rpcUrls: [`http://127.0.0.1:${ports.l1}`],
      explorerUrl: null,
      deploymentBlock: Number(l1.deploymentBlock),
      contracts: {
        metis: l1.metis,
        lockingPool: l1.lockingPool,
        lockingInfo: l1.lockingInfo,
        bridge: l1.bridge,
        addressManager: l1.addressManager,
        batchInbox: inboxAddress(LOCAL_L1_CHAIN_ID, LOCAL_L2_CHAIN_ID),
      },
      poolImplementations: {
        [l1.implementations.lockingPool]: settings.mainnetRules ? 'mainnet' : 'published',
      },
      infoImplementations: [l1.implementations.lockingInfo],
      batchSenders: [keys.network.batcher.address],
      confirmations: 1,
    },
    l2: {
      chainId: LOCAL_L2_CHAIN_ID,
      rpcUrls: sequencers.map((number) => `http://127.0.0.1:${ports.nodeRpc(number)}`),
      // Of the node that is read first.
      wsUrl: `ws://127.0.0.1:${ports.nodeRpc(1)}`,
      explorerUrl: null,
      contracts: {sequencerSet, bridge, metis, gasPriceOracle},
      legacyTransactions: true,
      sequencerSetImplementations: [l2Implementations.sequencerSet],
      phase2Block: PHASE2_BLOCK,
      slotMs: settings.slotMs,
      emptyBlocks: true,
      respanDelaySeconds: settings.respanDelaySeconds,
      batchMarginBlocks: 0,
      bundled: {
        genesisFile: l2GenesisFile,
        fingerprint: genesisFingerprint(l2GenesisFile),
        bootnodes: sequencers.map((number) =>
          formatPeerAddress('127.0.0.1', ports.nodePeer(number)),
        ),
        relayer: keys.network.relayer.address,
        followers: 'anyone',
      },
    },
    posRestUrl: `http://127.0.0.1:${ports.pos}`,
    lst,
    ...registryOf(l1),
    ...defiOf(settings),
  }
  saveNetwork(home, network, {replace: true})
  return network
}

/** Creates a profile per initial sequencer. Each posts transaction batches during its epochs. */
export function writeProfiles(
  config: ConfigStore,
  keys: LocalKeys,
  settings: LocalSettings,
  l1: L1Deployment,
): string[] {
  const ports = localPorts(settings)
  const names = keys.sequencers.map(({profile}) => profile)
  config.update((all) => ({
    ...all,
    currentProfile: all.currentProfile ?? names[0] ?? null,
    profiles: {
      ...all.profiles,
      ...Object.fromEntries(
        keys.sequencers.map(({profile, provider, owner, signer}, index) => [
          profile,
          {
            network: LOCAL_NETWORK,
            owner: owner?.address ?? ownerOf(l1, provider),
            signer: signer.address,
            rewardRecipient: owner?.address ?? null,
            keys: {owner: owner?.name ?? null, signer: signer.name},
            endpoints: {l1: [], l2: [], pos: null},
            node: {
              host: '127.0.0.1',
              rpcPort: ports.nodeRpc(index + 1),
              peerPort: ports.nodePeer(index + 1),
              relayerKey: keys.network.relayer.name,
              batchKey: keys.network.batcher.name,
            },
          },
        ]),
      ),
    },
  }))
  return names
}

/** Owner of a provider's sequencer: a contract on L1. */
function ownerOf({lst}: L1Deployment, provider: LstId | null): Address | null {
  return lst && provider ? lockPartsOf(lst)[provider].owner : null
}

/** What governance would record of the providers of a network. */
function registryOf({lst}: L1Deployment): {lstRegistry?: LstRegistry} {
  if (!lst) return {}
  const registered = Object.entries(lockPartsOf(lst)).map(([id, {owner, holder, others = []}]) => [
    id,
    {status: 'chosen', vote: null, l1Owners: [owner], l1Holders: [holder, ...others]},
  ])
  return {lstRegistry: Object.fromEntries(registered) as LstRegistry}
}

/** Their keys are brand new, and the nodes may know it: they start without waiting for anyone. */
export function createGuards(home: Home, profiles: readonly string[]): void {
  for (const name of profiles) {
    const path = join(home.nodeDir(name), 'sign-guard.log')
    if (!existsSync(path)) SignGuard.createNew(path)
  }
}

/**
 * Inbox address of a pair of chains: 0xff, zeros, then the decimal digits of both ids read as hex
 * text.
 *
 * Source: MetisProtocol/mvm, batch inbox of Sepolia (`…1115511159902`).
 */
export function inboxAddress(l1ChainId: number, l2ChainId: number): Address {
  return `0xff${`${l1ChainId}${l2ChainId}`.padStart(38, '0')}`
}

async function openAccount(
  access: {home: Home; config: ConfigStore},
  {name}: AccountKey,
): Promise<PrivateKeyAccount> {
  return privateKeyToAccount(await readPrivateKey(name, access))
}
