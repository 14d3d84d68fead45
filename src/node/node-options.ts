import type {Address} from 'viem'

import type {TransactionSigner} from '../chain/signer.ts'
import type {TlsOptions} from '../lib/json-rpc.ts'
import type {Clock} from '../lib/clock.ts'
import type {Logger} from '../lib/log.ts'
import type {BlockSigner} from '../protocol/block-signer.ts'
import type {Network} from '../protocol/network.ts'
import type {NodeStatus} from '../protocol/node-status.ts'

export interface RpcOptions {
  host: string
  /** HTTP, and WebSocket as well. */
  port: number
  /** A second port with the same answers, where clients expect WebSocket on one of its own. */
  wsPort?: number
  /** Names besides the address that clients may use in a Host header, as behind a proxy. */
  hostNames?: readonly string[]
  /** Web pages that may use the node; `*` for any. None when left out. */
  corsOrigins?: readonly string[]
  /** File with the token that clients have to show. Left out: none is needed. */
  tokenFile?: string
}

export interface NodeOptions {
  /** Shown in the status and in logs. */
  name: string
  /** Must have `l2.bundled`. */
  network: Network
  /** Belongs to this node alone; locked while it runs. */
  dataDir: string
  signerAccount: BlockSigner
  /** Port 0 lets the system choose. */
  rpc: RpcOptions
  peer: {
    host: string
    port: number
    /** Multiaddr or `host:port` under which others reach this node, when it is not host and port. */
    advertiseAddress?: string
  }
  /** Multiaddrs or `host:port`, on top of those in the network document. */
  bootnodes?: string[]
  /** Signers that may read blocks from this node without being registered. */
  followers?: Address[]
  l1RpcUrl: string
  /** Whom to believe at an `https:` address of L1. */
  l1Tls?: TlsOptions
  /**
   * Null: this node relays no deposits. Every node relays with the same bytes, so that it has to sign without
   * randomness (RFC 6979).
   */
  relayerAccount: TransactionSigner | null
  /** Null: this node sends no batches. */
  batchAccount: TransactionSigner | null
  /** Accounts and slots that the embedded engine may hold; 150,000 when left out. */
  stateLeaves?: number
  logger: Logger
  clock?: Clock
  /** How long a starting node stays silent when no peer answers. */
  startupGraceMs?: number
  /**
   * No other node of the network runs and no other host has the key, so that the silence of peers and of
   * L1 means nothing. A promise of the operator: two such nodes sign twice.
   */
  alone?: boolean
  /** A batch that is not full is sent after this; 30 s when left out. */
  batchMaxAgeMs?: number
  /** Price of L1 gas above which batches wait; 100 gwei when left out. */
  batchMaxGasGwei?: number
}

export interface RunningNode {
  readonly rpcUrl: string
  readonly wsUrl: string
  /** Multiaddr with peer id. */
  readonly peerAddress: string
  status(): NodeStatus
  /** Resolves after `stop`; rejects with the reason when the node halts, which then still answers. */
  readonly stopped: Promise<void>
  /** Finishes the slot, hands the pool over, saves the state. Resolves when all is closed. */
  stop(): Promise<void>
}
