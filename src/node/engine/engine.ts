/**
 * In: an ordered list of transactions and a parent. Out: exactly one block. Called by the driver,
 * by the restore at start, and read by the RPC server. Nothing else may write to an engine.
 */
import type {Hash, Hex} from 'viem'

import type {IsolationKind} from '../../process/isolation.ts'

export interface EngineBlock {
  number: number
  hash: Hash
  parentHash: Hash
  stateRoot: Hash
  /** Seconds since 1970. */
  timestamp: number
  gasUsed: bigint
}

export interface Payload {
  /** Seconds since 1970; at least the parent's and `timestampStep`. */
  timestamp: number
  orderedTransactions: readonly Hex[]
}

export interface Execution {
  block: EngineBlock
  /** Transactions in the block, in block order. */
  included: Hex[]
  dropped: DroppedTransaction[]
}

export interface DroppedTransaction {
  raw: Hex
  /** The engine's message, or a note that it was skipped silently. For logs. */
  reason: string
}

export interface ReceiptsRequest {
  number: number
  hash: Hash
  transactions: readonly Hex[]
}

export interface Order {
  /**
   * The engine may reorder senders, but never the transactions of one sender. A block builder
   * allows this because it is twice as fast.
   */
  anyOrder?: boolean
}

export interface ExecuteOptions extends Order {
  /** Submits transactions one at a time: slow, but immune to reordering. */
  oneByOne?: boolean
}

/** The capabilities and needs of an engine. No caller checks which engine it is. */
export interface EngineCapabilities {
  /**
   * It can save its state to a file and start from one. Otherwise every start executes from
   * genesis.
   */
  snapshot: boolean
  /**
   * Number of newest blocks that it can revert. If zero, it restarts from a snapshot or genesis.
   */
  rollback: number
  /** Transactions can be submitted before their block; otherwise `stage` does nothing. */
  staging: boolean
  /** Blocks below the head whose state can be read. */
  history: number
  /** Number of newest blocks whose transactions and receipts it stores. */
  receipts: number
  /** Least seconds between a block and its parent: geth rejects equal times, anvil accepts them. */
  timestampStep: 0 | 1
  /**
   * Number of transactions after which its process has grown enough to be worth replacing. Null: it
   * does not grow.
   */
  renewal: {transactions: number; whileBuilding: number} | null
}

/** The block whose state is read: always an explicit one, never "latest". */
export type BlockAddress = number | Hash

/** One JSON-RPC call. A state read passes its block in `at`, not in the parameters. */
export interface EngineRead {
  method: string
  params?: readonly unknown[]
  at?: BlockAddress
}

/** The header of a snapshot file. */
export interface SnapshotMeta {
  /** The block whose state it is. */
  number: number
  hash: Hash
  fingerprint: Hex
  /** Rules the engine ran under. */
  hardfork: string
  /** Accounts and slots in it. */
  leaves?: number
}

/**
 * Builds blocks from exact lists of transactions. One writer at a time; reads may run beside it.
 *
 * @throws {EngineError} from every method
 */
export interface ExecutionEngine {
  /** Name and version, `anvil/1.7.1`. */
  readonly version: string
  readonly capabilities: EngineCapabilities
  /** Who else could control it; null while it is not running. */
  readonly isolation: IsolationKind | null
  /** Starts at genesis, or from a snapshot file that `saveSnapshot` wrote. */
  start(snapshotFile?: string): Promise<EngineBlock>
  stop(): Promise<void>
  /** The last block, known without a request. */
  head(): EngineBlock
  /**
   * Submits transactions early, while their slot is still open. Only a hint: `execute` decides.
   *
   * @returns those that the engine rejects
   */
  stage(transactions: readonly Hex[], order?: Order): Promise<DroppedTransaction[]>
  /** Drops the staged transactions. */
  unstage(): Promise<void>
  /** Seals one block on top of `parent`, which must be the head. */
  execute(parent: Hash, payload: Payload, options?: ExecuteOptions): Promise<Execution>
  /**
   * Removes the newest blocks. @throws {EngineError} `no-history` when it cannot roll back that far
   */
  rollback(count: number): Promise<EngineBlock>
  /**
   * Of the current state, whatever the newest header says. Null where the engine cannot provide it.
   */
  stateRoot(): Promise<Hash | null>
  /**
   * One JSON-RPC call. Errors of the call itself are RpcResponseError. That includes a block whose
   * state the engine does not have: it never falls back to another block.
   */
  read(method: string, params?: readonly unknown[], at?: BlockAddress): Promise<unknown>
  /**
   * A block as in `eth_getBlockByNumber` with hashes only. The head is known without a request,
   * which could wait a second for a busy engine.
   */
  blockAt(number: number): Promise<unknown>
  /** Several calls in one request, answers in order; an answer may be an RpcResponseError. */
  readAll(calls: readonly EngineRead[]): Promise<unknown[]>
  /**
   * Receipts of a block that the engine has executed, in block order, as in `eth_getBlockReceipts`,
   * without the bloom.
   *
   * @returns undefined when the engine no longer stores the transactions of that block
   */
  receiptsOf(block: ReceiptsRequest): Promise<unknown[] | undefined>
  /**
   * Writes the state at the head to a file, all or nothing.
   *
   * @returns how long execution was blocked, and how many accounts and slots the state has
   */
  saveSnapshot(file: string): Promise<{heldMs: number; leaves: number}>
  /** Reads the header of a snapshot file. @throws {EngineError} bad-snapshot */
  snapshotMeta(file: string): SnapshotMeta
}

export type EngineErrorKind =
  /** The process is gone, hangs, or has an unexpected head: restart and restore it. */
  | 'reset'
  /**
   * Somebody else controls it: its state does not follow from our blocks. Restart and restore it.
   */
  | 'tampered'
  /** States that old are not stored: rebuild from the chain log. */
  | 'no-history'
  /** The caller passed a parent that is not the head. */
  | 'wrong-parent'
  /** The snapshot cannot be used; start without it. */
  | 'bad-snapshot'

export class EngineError extends Error {
  readonly kind: EngineErrorKind

  constructor(kind: EngineErrorKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : {cause})
    this.name = 'EngineError'
    this.kind = kind
  }
}
