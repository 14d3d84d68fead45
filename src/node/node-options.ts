import type {Address, Hex} from 'viem'

import type {Clock} from '../lib/clock.ts'
import type {Logger} from '../lib/log.ts'
import type {Network} from '../protocol/network.ts'
import type {NodeStatus} from './status.ts'

export interface NodeAccount {
  address: Address
  privateKey: Hex
}

export interface NodeOptions {
  /** Shown in the status and in logs. */
  name: string
  /** Must have `l2.bundled`. */
  network: Network
  /** Belongs to this node alone; locked while it runs. */
  dataDir: string
  signerAccount: NodeAccount
  /** Port 0 lets the system choose. */
  rpc: {host: string; port: number}
  peer: {host: string; port: number; advertiseUrl?: string}
  /** On top of those in the network document. */
  bootnodes?: string[]
  l1RpcUrl: string
  /** Null: this node relays no deposits. */
  relayerAccount: NodeAccount | null
  /** Null: this node sends no batches. */
  batchAccount: NodeAccount | null
  logger: Logger
  clock?: Clock
  /** How long a starting node stays silent when no peer answers. */
  startupGraceMs?: number
  /** A batch that is not full is sent after this; 30 s when left out. */
  batchMaxAgeMs?: number
}

export interface RunningNode {
  readonly rpcUrl: string
  readonly peerUrl: string
  status(): NodeStatus
  /** Resolves after `stop`; rejects with the reason when the node halts, which then still answers. */
  readonly stopped: Promise<void>
  /** Finishes the slot, hands the pool over, saves the state. Resolves when all is closed. */
  stop(): Promise<void>
}
