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
  /** HTTP and WebSocket. */
  port: number
  /** A second port with the same service, for clients that expect WebSocket on a separate port. */
  wsPort?: number
  /** Additional names that clients may use in the Host header, for example behind a proxy. */
  hostNames?: readonly string[]
  /** Web origins that may use the node; `*` for any. None by default. */
  corsOrigins?: readonly string[]
  /** File with the token that clients must present. Without it, no token is required. */
  tokenFile?: string
}

export interface NodeOptions {
  /** Shown in the status and in logs. */
  name: string
  /** Of this program, shown in the status. */
  version: string
  /** Must have `l2.bundled`. */
  network: Network
  /** Used by this node alone; locked while it runs. */
  dataDir: string
  signerAccount: BlockSigner
  /** Port 0 lets the operating system choose. */
  rpc: RpcOptions
  peer: {
    host: string
    port: number
    /**
     * Multiaddr or `host:port` at which others reach this node, if it differs from host and port.
     */
    advertiseAddress?: string
  }
  /** Multiaddrs or `host:port`, in addition to those in the network document. */
  bootnodes?: string[]
  /** Signers that may read blocks from this node without being registered. */
  followers?: Address[]
  l1RpcUrl: string
  /** Certificate authority to trust for an `https:` address of L1. */
  l1Tls?: TlsOptions
  /**
   * Null: this node relays no deposits. Every node relays identical bytes, so signatures must be
   * deterministic (RFC 6979).
   */
  relayerAccount: TransactionSigner | null
  /** Null: this node sends no batches. */
  batchAccount: TransactionSigner | null
  /** Accounts and slots that the embedded engine may hold; 150,000 by default. */
  stateLeaves?: number
  logger: Logger
  clock?: Clock
  /** How long a starting node stays silent when no peer answers. */
  startupGraceMs?: number
  /**
   * No other node of the network runs and no other host has the key, so silence of peers and L1 is
   * acceptable. A promise by the operator: two such nodes would double-sign.
   */
  alone?: boolean
  /** A transaction batch that is not full is sent after this; 30 s by default. */
  batchMaxAgeMs?: number
  /** L1 gas price above which transaction batches wait; 100 gwei by default. */
  batchMaxGasGwei?: number
}

export interface RunningNode {
  readonly rpcUrl: string
  readonly wsUrl: string
  /** Multiaddr with peer id. */
  readonly peerAddress: string
  status(): NodeStatus
  /**
   * Resolves after `stop`; rejects with the reason when the node halts. A halted node still serves
   * requests.
   */
  readonly stopped: Promise<void>
  /**
   * Finishes the slot, hands over the pool and saves the state. Resolves when everything is closed.
   */
  stop(): Promise<void>
}
