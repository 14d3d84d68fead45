import type {Address, Hash} from 'viem'

import type {SyncView} from './sequencing/sync-watch.ts'
import type {Phase} from './sequencing/transition.ts'
import type {StateSize} from './state-growth.ts'

/** What a node says about itself, as JSON. Block numbers and times are plain numbers. */
export interface NodeStatus {
  name: string
  /** Of the node's own process. */
  pid: number
  chainId: number
  /** Signer of this node. Lower-case. */
  address: Address
  /** `catching-up`, `following`, `building`, `halted` or `stopped`. */
  phase: Phase
  /** Whose turn the next block is. `unknown` means that nobody may build as far as we know. */
  turn: 'mine' | 'other' | 'unknown'
  /** Signer of the next block; null while unknown. Lower-case. */
  producer: Address | null
  /** The epoch of the next block; null while unknown. */
  epoch: {number: number; startBlock: number; endBlock: number; signer: Address} | null
  /** The newest durable block. `timestamp` in seconds since 1970. */
  head: {number: number; hash: Hash; timestamp: number}
  /** Last block in a confirmed batch on L1; null before the first. */
  safe: number | null
  /** The same at twice the confirmations. */
  finalized: number | null
  /** Transactions that can be sealed now, and those that wait behind a missing nonce. */
  pool: {pending: number; queued: number}
  /** Peers heard of lately. `lagBlocks`: how far behind us, negative when ahead. `ageMs`: last word. */
  peers: {address: Address; peerAddress: string; head: number; lagBlocks: number; ageMs: number}[]
  /** True while silent after the start, or behind a peer. */
  syncing: boolean
  /** Progress while behind a peer; null when in step. */
  sync: SyncView | null
  /** Sealed by this process since it started. */
  blocksSealed: number
  /** The last failure of each stage that has not worked since; empty when all is well. */
  lastError: Record<string, string>
  /** `lastExecuteMs` is null before the first block. */
  engine: {
    version: string
    lastExecuteMs: number | null
    /**
     * `open-port`: everybody on this machine, web pages included, can change the state of this node. Null
     * while the engine does not run.
     */
    isolation: 'namespace' | 'open-port' | null
    /** How often its state was found changed by somebody else than this node. Nothing was signed then. */
    outsideChanges: number
    /** How much it holds, and when it takes no transaction any more that could add to it. */
    state: StateSize
  }
  /** Null while L1 was not reached. `ageMs`: age of L1's newest block. */
  l1: {head: number; ageMs: number} | null
}
