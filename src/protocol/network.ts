import type {Address, Hex} from 'viem'

import type {PoolRules} from './locking-pool.ts'
import type {DefiDeployments} from './defi/markets.ts'
import type {LstDeployments} from './lst/providers.ts'
import type {LstRegistry} from './lst/registry.ts'

/**
 * A network as data. The same document describes Andromeda, Metis Sepolia and the local network, so
 * no code anywhere asks which one it talks to.
 */
export interface Network {
  /** Version of the document format. */
  version: 1
  name: string
  l1: L1Network
  l2: L2Network
  /** Base URL of a REST server with Themis' paths (ours or a real Themis). Null when none is known. */
  posRestUrl: string | null
  /** Absolute path of a PEM file with an additional certificate authority for its endpoints. */
  caFile?: string
  /** Operations that can be rehearsed without loss. `local` networks have a faucet and can warp time. */
  kind: 'main' | 'test' | 'local'
  /** Liquid-staking providers by id. */
  lst: LstDeployments
  /** Their governance and their sequencers. Absent: nothing is known of them. */
  lstRegistry?: LstRegistry
  /** Markets around their tokens. Absent where none is known. */
  defi?: DefiDeployments
}

export interface L1Network {
  chainId: number
  rpcUrls: string[]
  /** WebSocket address that announces new blocks. If absent, live readers only poll. */
  wsUrl?: string
  explorerUrl: string | null
  /** Block in which LockingInfo was deployed: log scans start here. */
  deploymentBlock: number
  contracts: {
    metis: Address
    lockingPool: Address
    lockingInfo: Address
    bridge: Address
    addressManager: Address
    /** Externally owned address that receives transaction batches. Nobody has its key. */
    batchInbox: Address
  }
  /** Known implementations of LockingPool. For others only the simulation is authoritative. */
  poolImplementations?: Readonly<Record<Address, PoolRules>>
  /** Known implementations of LockingInfo. If absent, they are not checked. */
  infoImplementations?: readonly Address[]
  /** Accounts whose inbox transactions are valid batches. */
  batchSenders: Address[]
  /** Confirmations required before events of a block count. */
  confirmations: number
  /** Age of the newest block from which an endpoint is stale. If absent, blocks are produced only on demand. */
  staleAfterSeconds?: number
}

export interface L2Network {
  chainId: number
  rpcUrls: string[]
  /** WebSocket address that announces new blocks. If absent, live readers only poll. */
  wsUrl?: string
  explorerUrl: string | null
  contracts: {
    sequencerSet: Address
    bridge: Address
    metis: Address
    gasPriceOracle: Address
  }
  /**
   * True when nodes accept only legacy transactions, as l2geth does, so that no other type is
   * created. If absent, the base fee of a block decides.
   */
  legacyTransactions?: boolean
  /** Known implementations of MetisSequencerSet. If absent, they are not checked. */
  sequencerSetImplementations?: readonly Address[]
  /** First block that may contain more than one transaction (16,500,000 on Andromeda). */
  phase2Block: number
  /** Slot time while there are transactions, in milliseconds. */
  slotMs: number
  /** True when every slot gets a block, even without transactions (local network). */
  emptyBlocks: boolean
  /** Respan delay: seconds without a block before the consensus layer replaces the producer. */
  respanDelaySeconds: number
  /** Blocks this far below the head are unsafe because they may still be recommitted, in addition to the epoch rule. */
  batchMarginBlocks: number
  /** Settings of bundled nodes. Null where only external nodes run. */
  bundled: BundledL2 | null
}

export interface BundledL2 {
  /** Absolute path of the genesis document. */
  genesisFile: string
  /** keccak256 of genesis document, engine flags and engine version: nodes with different fingerprints reject each other. */
  fingerprint: Hex
  /** Peers a new node dials first: multiaddrs such as `/dns4/seq.example/tcp/30303`, or `host:port`. */
  bootnodes: string[]
  /** Account that relays bridge deposits to L2; its nonce is the deposit queue index. */
  relayer: Address
  /**
   * Who may read blocks from the nodes: registered signers only, or any signed request. A new node
   * must be in sync before its owner locks, so a network without another way to sync allows anyone
   * to read.
   */
  followers: 'registered' | 'anyone'
}

/** Explorer URL of a transaction; null where the network has no explorer. */
export function explorerPage(network: Network, chain: 'L1' | 'L2', hash: Hex): string | null {
  const {explorerUrl} = chain === 'L1' ? network.l1 : network.l2
  return explorerUrl === null ? null : `${explorerUrl.replace(/\/+$/, '')}/tx/${hash}`
}
