import {builtInDefi} from './defi/markets.ts'
import {builtInLst, builtInRegistry} from './lst/providers.ts'
import type {Network} from './network.ts'

/**
 * The public networks.
 *
 * Source: deployment files of MetisProtocol/metis-sequencer-contract (`deployments/mainnet`, `sepolia`,
 * `metis-andromeda`, `metis-sepolia`) and the address manager and inbox values of MetisProtocol/mvm.
 */
export const builtInNetworks: readonly Network[] = [
  {
    version: 1,
    name: 'andromeda',
    kind: 'main',
    l1: {
      chainId: 1,
      rpcUrls: ['https://ethereum-rpc.publicnode.com'],
      explorerUrl: 'https://etherscan.io',
      deploymentBlock: 19_424_659,
      contracts: {
        metis: '0x9E32b13ce7f2E80A01932B42553652E053D6ed8e',
        lockingPool: '0xD54c868362C2098E0E46F12E7D924C6A332952Dd',
        lockingInfo: '0x0fe382b74C3894B65c10E5C12ae60Bbd8FAf5b48',
        bridge: '0x3980c9ed79d2c191A89E02Fa3529C60eD6e9c04b',
        addressManager: '0x918778e825747a892b17C66fe7D24C618262867d',
        batchInbox: '0xFf00000000000000000000000000000000001088',
      },
      poolImplementations: {'0xD8f38c831E5032d23065Eaaee8c0620e17c04D60': 'mainnet'},
      infoImplementations: ['0x0D30F0d7934f53aaF6a1630A4c109AF4513a65cC'],
      batchSenders: ['0x1A9da0aedA630dDf2748a453BF6d92560762D914'],
      confirmations: 12,
      // A block every 12 s; an endpoint without one for this long does not follow the chain.
      staleAfterSeconds: 600,
    },
    l2: {
      chainId: 1088,
      rpcUrls: ['https://andromeda.metis.io/?owner=1088', 'https://metis-rpc.publicnode.com'],
      explorerUrl: 'https://explorer.metis.io',
      contracts: {
        sequencerSet: '0x0fe382b74C3894B65c10E5C12ae60Bbd8FAf5b48',
        bridge: '0x4200000000000000000000000000000000000010',
        metis: '0xDeadDeAddeAddEAddeadDEaDDEAdDeaDDeAD0000',
        gasPriceOracle: '0x420000000000000000000000000000000000000F',
      },
      legacyTransactions: true,
      sequencerSetImplementations: ['0x8db636418F10d514c4c68235ee3d640dDBCC7a8a'],
      phase2Block: 16_500_000,
      slotMs: 2000,
      emptyBlocks: false,
      respanDelaySeconds: 180,
      // The batch submitter stays epoch length + 3 x 100 + 1 blocks behind the head.
      batchMarginBlocks: 1301,
      bundled: null,
    },
    posRestUrl: null,
    lst: builtInLst('andromeda'),
    defi: builtInDefi('andromeda'),
    lstRegistry: builtInRegistry('andromeda'),
  },
  {
    version: 1,
    name: 'sepolia',
    kind: 'test',
    l1: {
      chainId: 11_155_111,
      rpcUrls: ['https://ethereum-sepolia-rpc.publicnode.com'],
      explorerUrl: 'https://sepolia.etherscan.io',
      deploymentBlock: 5_453_477,
      contracts: {
        metis: '0x7f49160EB9BB068101d445fe77E17ecDb37D0B47',
        lockingPool: '0x7591940125cC0344a65D60319d1ADcD463B2D4c3',
        lockingInfo: '0x390A6fE63385522E87e248BC5200f7d3a02F994b',
        bridge: '0x9848dE505e6Aa301cEecfCf23A0a150140fc996e',
        addressManager: '0xa66Fa1eD0f1C1ee300893B4eb5493FeAD9a7e9c3',
        batchInbox: '0xFf00000000000000000000000001115511159902',
      },
      poolImplementations: {'0x00Ba8D0EcA054A9e0e74f68a33b13f25F6F3dd8E': 'published'},
      infoImplementations: ['0xC86DE9d546A0CD4C6F29a49292bAEbc62abD866A'],
      batchSenders: ['0x578c88EeEe23Db03E70aDB2445F0043bEC3C416E'],
      confirmations: 12,
      // A block every 12 s; an endpoint without one for this long does not follow the chain.
      staleAfterSeconds: 600,
    },
    l2: {
      chainId: 59_902,
      rpcUrls: ['https://sepolia.metisdevops.link'],
      explorerUrl: 'https://sepolia-explorer.metisdevops.link',
      contracts: {
        sequencerSet: '0xdE8d56212118906a0CeCD331e842429714b4c47B',
        bridge: '0x4200000000000000000000000000000000000010',
        metis: '0xDeadDeAddeAddEAddeadDEaDDEAdDeaDDeAD0000',
        gasPriceOracle: '0x420000000000000000000000000000000000000F',
      },
      legacyTransactions: true,
      sequencerSetImplementations: ['0x7f49160EB9BB068101d445fe77E17ecDb37D0B47'],
      phase2Block: 600_000,
      slotMs: 2000,
      emptyBlocks: false,
      respanDelaySeconds: 180,
      batchMarginBlocks: 5301,
      bundled: null,
    },
    posRestUrl: null,
    lst: builtInLst('metis-sepolia'),
    defi: builtInDefi('metis-sepolia'),
  },
]
