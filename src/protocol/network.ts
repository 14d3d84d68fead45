import type {Address, Hex} from 'viem'

import type {PoolRules} from './locking-pool.ts'
import type {LstDeployments} from './lst/providers.ts'

/**
 * A network as data. The same document describes Andromeda, Metis Sepolia and the local network, so
 * no code anywhere asks which one it talks to.
 */
export interface Network {
  /** Version of this document's shape. */
  version: 1
  name: string
  l1: L1Network
  l2: L2Network
  /** Base URL of a REST server with Themis' paths (ours or a real Themis). Null when none is known. */
  posRestUrl: string | null
  /** PEM of an authority that vouches for its endpoints, besides those of the system; an absolute path. */
  caFile?: string
  /** What may be rehearsed without loss. `local` networks have a faucet and can warp time. */
  kind: 'main' | 'test' | 'local'
  /** Liquid-staking providers by id. */
  lst: LstDeployments
}

export interface L1Network {
  chainId: number
  rpcUrls: string[]
  explorerUrl: string | null
  /** Block in which LockingInfo was deployed: log scans start here. */
  deploymentBlock: number
  contracts: {
    metis: Address
    lockingPool: Address
    lockingInfo: Address
    bridge: Address
    addressManager: Address
    /** Plain address that receives transaction batches. Nobody holds its key. */
    batchInbox: Address
  }
  /** Implementations of LockingPool whose rules are known. Another one decides alone. */
  poolImplementations?: Readonly<Record<Address, PoolRules>>
  /** Implementations of LockingInfo that are known. Absent: it is not compared. */
  infoImplementations?: readonly Address[]
  /** Accounts whose inbox transactions count as batches. */
  batchSenders: Address[]
  /** Blocks on top of a block before its events count. */
  confirmations: number
  /** Age of the newest block from which on an endpoint is called stale. Absent: blocks come when there is work. */
  staleAfterSeconds?: number
}

export interface L2Network {
  chainId: number
  rpcUrls: string[]
  explorerUrl: string | null
  contracts: {
    sequencerSet: Address
    bridge: Address
    metis: Address
    gasPriceOracle: Address
  }
  /**
   * True: nodes take legacy transactions only, as l2geth does, so that none of another type is made. Absent: what a
   * block says of its base fee decides.
   */
  legacyTransactions?: boolean
  /** Implementations of MetisSequencerSet that are known. Absent: it is not compared. */
  sequencerSetImplementations?: readonly Address[]
  /** First block that may hold many transactions (16,500,000 on Andromeda). */
  phase2Block: number
  /** Length of a block slot while there is work, in milliseconds. */
  slotMs: number
  /** True: a block each slot even without transactions (local network). */
  emptyBlocks: boolean
  /** Time without a block after which the consensus layer replaces the producer, in seconds. */
  respanDelaySeconds: number
  /** Blocks that may still be recommitted count as unsafe this far behind the head, on top of the epoch rule. */
  batchMarginBlocks: number
  /** What a bundled node needs to take part. Null where only foreign nodes run. */
  bundled: BundledL2 | null
}

export interface BundledL2 {
  /** Absolute path of the genesis document. */
  genesisFile: string
  /** keccak256 of genesis document, engine flags and engine version: nodes with another one do not talk. */
  fingerprint: Hex
  /** Peers a new node dials first: multiaddrs such as `/dns4/seq.example/tcp/30303`, or `host:port`. */
  bootnodes: string[]
  /** Account that relays bridge deposits to L2; its nonce is the deposit queue index. */
  relayer: Address
  /**
   * Who may read blocks from the nodes: registered signers only, or any signed request. A joiner has to
   * be in step before it locks, so a network without another way to sync lets anyone read.
   */
  followers: 'registered' | 'anyone'
}

/** Page of a transaction in the explorer of its chain; null where the network names none. */
export function explorerPage(network: Network, chain: 'L1' | 'L2', hash: Hex): string | null {
  const {explorerUrl} = chain === 'L1' ? network.l1 : network.l2
  return explorerUrl === null ? null : `${explorerUrl.replace(/\/+$/, '')}/tx/${hash}`
}
