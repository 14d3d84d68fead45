/**
 * In: an ordered list of transactions and a parent. Out: exactly one block. Called by the driver, by
 * the restore at start, and read by the RPC server. Nothing else may write to an engine.
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
  /** What is in the block, in the order of the block. */
  included: Hex[]
  dropped: DroppedTransaction[]
}

export interface DroppedTransaction {
  raw: Hex
  /** The engine's words, or that it was left out in silence. For logs. */
  reason: string
}

export interface ReceiptsRequest {
  number: number
  hash: Hash
  transactions: readonly Hex[]
}

export interface Order {
  /**
   * The order among senders may be another than the one given; that of one sender never is. Whoever builds a block lets
   * the engine choose, since it is twice as fast then.
   */
  anyOrder?: boolean
}

export interface ExecuteOptions extends Order {
  /** Hands transactions over one at a time: slow, and immune to any reordering. */
  oneByOne?: boolean
}

/** What an engine can do, and what it needs. Nobody asks which engine it is. */
export interface EngineCapabilities {
  /** It writes its state to a file and starts from one. Without it every start executes from genesis. */
  snapshot: boolean
  /** Newest blocks that it can take back. Without any, it is started anew from a snapshot or genesis. */
  rollback: number
  /** Transactions can be handed over before their block; without it `stage` does nothing. */
  staging: boolean
  /** Blocks below the head whose state can be read. */
  history: number
  /** Newest blocks whose transactions and receipts it keeps. */
  receipts: number
  /** Least seconds between a block and its parent: geth refuses equal times, anvil takes them. */
  timestampStep: 0 | 1
  /** Transactions that leave something behind in its process, after which a new one is smaller. Null: none do. */
  renewal: {transactions: number; whileBuilding: number} | null
}

/** A block whose state is read: always one that the caller names, never whichever is the newest then. */
export type BlockAddress = number | Hash

/** One JSON-RPC call. A read of state names its block in `at`, and not among the parameters. */
export interface EngineRead {
  method: string
  params?: readonly unknown[]
  at?: BlockAddress
}

/** What a snapshot file says of itself. */
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
  /** Who else could give it orders; null while it does not run. */
  readonly isolation: IsolationKind | null
  /** Starts at genesis, or from a snapshot file that `saveSnapshot` wrote. */
  start(snapshotFile?: string): Promise<EngineBlock>
  stop(): Promise<void>
  /** The last block, known without asking. */
  head(): EngineBlock
  /**
   * Hands transactions over early, while their slot is still open. Only a hint: `execute` decides.
   *
   * @returns those that the engine refuses
   */
  stage(transactions: readonly Hex[], order?: Order): Promise<DroppedTransaction[]>
  /** Forgets what was staged. */
  unstage(): Promise<void>
  /** Seals one block on top of `parent`, which must be the head. */
  execute(parent: Hash, payload: Payload, options?: ExecuteOptions): Promise<Execution>
  /** Removes the newest blocks. @throws {EngineError} `no-history` when it cannot go back so far */
  rollback(count: number): Promise<EngineBlock>
  /** Of the state as it is now, whatever the newest header says. Null where the engine cannot tell. */
  stateRoot(): Promise<Hash | null>
  /**
   * One JSON-RPC call. Errors of the call itself are RpcResponseError, also where the engine does not have the state of
   * that block: it never answers with another one.
   */
  read(method: string, params?: readonly unknown[], at?: BlockAddress): Promise<unknown>
  /** Several calls in one request, answers in order; an answer may be an RpcResponseError. */
  readAll(calls: readonly EngineRead[]): Promise<unknown[]>
  /**
   * Receipts of a block that the engine has executed, in its order, as `eth_getBlockReceipts` has them, without the bloom.
   *
   * @returns undefined when the engine no longer keeps the transactions of that block
   */
  receiptsOf(block: ReceiptsRequest): Promise<unknown[] | undefined>
  /**
   * Writes the state at the head to a file, all or nothing.
   *
   * @returns for how long nothing could be executed, and how many accounts and slots the state has
   */
  saveSnapshot(file: string): Promise<{heldMs: number; leaves: number}>
  /** Reads what a snapshot file says of itself. @throws {EngineError} bad-snapshot */
  snapshotMeta(file: string): SnapshotMeta
}

export type EngineErrorKind =
  /** The process is gone, hangs, or is not where we left it: restart and restore it. */
  | 'reset'
  /** Somebody else gives it orders: its state is not what our blocks made of it. Restart and restore it. */
  | 'tampered'
  /** States that far back are not kept: rebuild from the chain log. */
  | 'no-history'
  /** The caller named a parent that is not the head. */
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
