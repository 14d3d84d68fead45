/**
 * The status of a node as JSON: the type that it writes and everything else reads. Facts without
 * judgement: which of them are problems is decided in one place, elsewhere.
 */
import type {Address, Hash} from 'viem'

/**
 * Exactly one holds at any moment. `catching-up`: since its start, the node does not have the blocks of
 * its peers, or no peer has reported its head. `following`: it imports the blocks of others, if there are any.
 */
export const nodePhases = ['catching-up', 'following', 'building', 'halted', 'stopped'] as const
export type NodePhase = (typeof nodePhases)[number]

/**
 * Conditions that keep a node from sealing:
 *
 * - `l1-batches`: the batches on L1 have not been read since the start.
 * - `l1-blocks`: L1 has blocks that this node lacks, or different ones.
 * - `peers`: no peer has reported its chain yet.
 * - `later-turn`: the key may already have signed in this epoch, so the node leaves it to others.
 */
export const nodeNeeds = ['l1-batches', 'l1-blocks', 'peers', 'later-turn'] as const
export type NodeNeed = (typeof nodeNeeds)[number]

/** An active problem. `code` is stable. */
export interface NodeFailure {
  code: string
  message: string
  /** Wall-clock start time, milliseconds since 1970. */
  sinceMs: number
}

/** A peer's block re-executes to a different hash than its producer signed. */
export interface Divergence {
  block: number
  /** Hash computed by this node. */
  ours: Hash
  /** Hash signed by the producer. */
  theirs: Hash
  producer: Address
  /** `doubted`: the engine is being rebuilt to rule out a fault. `refused`: it was rebuilt, and the hash still differs. */
  state: 'doubted' | 'refused'
  /** Peers whose head is above this block, so they have it or another block at its height. */
  peersBeyond: Address[]
  /** Peers whose head is at or below its parent, like this node. */
  peersWithUs: Address[]
  /** Wall-clock start time, milliseconds since 1970. */
  sinceMs: number
}

/** Another node signs with our key. */
export interface DuplicateSigner {
  /** Libp2p peer id of the other node. */
  peerId: string
  /** Multiaddrs of the other node. */
  addresses: string[]
  /** Start time of the other node, by its own clock. */
  startedAtMs: number
  /** True when the other node is older, so this one must stop. */
  yields: boolean
  /** Wall-clock time of the first sighting, milliseconds since 1970. */
  sinceMs: number
}

/** An account that needs a balance to keep working. */
export interface WalletView {
  /** `signer`, `mpc`, `relayer`, `batcher`. */
  alias: string
  chain: 'l1' | 'l2'
  address: Address
  /** Decimal. */
  balanceWei: string
  /** Balance below which it should be topped up. Decimal; `0` for an account that pays for nothing. */
  lowWei: string
}

/**
 * Kinds of requests rejected by the public RPC:
 *
 * - `connections`: no capacity, or the client's share is used up.
 * - `requests`: too many at once or too fast.
 * - `calls`: the client's share of the engine is used up.
 */
export const refusedKinds = ['connections', 'requests', 'calls'] as const
export type RefusedKind = (typeof refusedKinds)[number]

/** Progress while behind a peer. */
export interface SyncView {
  /** Number of the highest block that a peer has. */
  target: number
  remaining: number
  /** Measured over the last seconds. */
  blocksPerSecond: number
  /** Null before the first measurement. */
  etaSeconds: number | null
}

/** Size of the engine's state. */
export interface StateSize {
  /** Accounts and storage slots, estimated; includes those that were only read. */
  leaves: number
  /** Size above which transactions that may add state are rejected. */
  limit: number
  /** The shortest recent time for computing the state root, a cost of every block; null before the first. */
  rootMs: number | null
}

/** Block numbers and times are plain numbers; `...Ms` is since 1970 unless it is an age. */
export interface NodeStatus {
  name: string
  /** Version of metis-seq that runs; null for one that does not report it. */
  version: string | null
  /** Process id of the node. */
  pid: number
  chainId: number
  /** Signer of this node. Lower-case. */
  address: Address
  phase: NodePhase
  /** Wall-clock start of the phase. */
  phaseSinceMs: number
  /** Why the node seals nothing until an operator restarts it; null while it is not halted. */
  halted: NodeFailure | null
  /** Conditions it waits for before sealing; null when it only waits for its epoch. */
  waitingFor: {needs: NodeNeed[]; sinceMs: number} | null
  /** Hash mismatch between this node and a producer; null when there is none. */
  diverged: Divergence | null
  /** L1 confirmed a block that differs from this node's; null when there is none. */
  l1Divergence: {block: number; batchIndex: number; sinceMs: number} | null
  /** Another node seen with our key; null when there is none. */
  twin: DuplicateSigner | null
  /** Owner of the next block. `unknown`: no epoch we know covers it. */
  turn: 'mine' | 'other' | 'unknown'
  /** Signer of the next block; null while unknown. Lower-case. */
  producer: Address | null
  /** The epoch of the next block; null while unknown. */
  epoch: {number: number; startBlock: number; endBlock: number; signer: Address} | null
  /** The newest durable block. `timestamp` in seconds since 1970. */
  head: {number: number; hash: Hash; timestamp: number}
  /** Time since it became the head, by the monotonic clock; time since the start before the first block. */
  headAgeMs: number
  /** Last block in a confirmed batch on L1; null before the first. */
  safe: number | null
  /** The same at twice the confirmations. */
  finalized: number | null
  /**
   * Transactions ready to be sealed, and those waiting for a missing nonce. It is full when both
   * add up to `limit`. `late`: transactions of the last own slot that missed the block they were
   * accepted for.
   */
  pool: {pending: number; queued: number; limit: number; full: boolean; late: number}
  /** Recently active peers. `lagBlocks`: blocks behind us, negative when ahead. `ageMs`: time since the last message. */
  peers: {address: Address; peerAddress: string; head: number; lagBlocks: number; ageMs: number}[]
  /** The highest block that a peer has; null without peers. */
  bestPeerHead: number | null
  /** True until it has caught up after its start, and while it is behind a peer. */
  syncing: boolean
  /** Progress while behind a peer; null when in sync. */
  sync: SyncView | null
  /** Sealed by this process since it started. */
  blocksSealed: number
  /** The last error of each stage that has not recovered since; empty when all is well. */
  lastError: Record<string, string>
  /**
   * `lastExecuteMs` is null before the first block. `busyMs`: duration of its current request; null
   * while it is idle. `restarts`: since this process started.
   * `restartingSinceMs`: null while it works.
   */
  engine: {
    version: string
    lastExecuteMs: number | null
    busyMs: number | null
    restarts: number
    restartingSinceMs: number | null
    /**
     * `open-port`: every process on this machine, web pages included, can change the state of this
     * node. Null while the engine is not running.
     */
    isolation: 'namespace' | 'open-port' | null
    /** Times its state was found changed by another process. Nothing was signed then. */
    outsideChanges: number
    /** Its size, and the size above which it rejects transactions that may add state. */
    state: StateSize
  }
  /**
   * Null until L1 is reached after the start. `ageMs`: age of L1's newest block. `reachable`:
   * the last query succeeded. `trouble`: why the last query failed; null when it succeeded.
   */
  l1: {head: number; ageMs: number; reachable: boolean; trouble: NodeFailure | null} | null
  /**
   * `landedBlock`: last L2 block of the newest batch on L1, confirmed or not; null while L1 was not read.
   * `oldestAgeMs`: age of the first block after it; null when there is none. `sends`: this node has
   * the account that posts batches. `stuck`: why it posts none.
   */
  batches: {
    landedBlock: number | null
    oldestAgeMs: number | null
    sends: boolean
    stuck: NodeFailure | null
  }
  /** Nothing below `floor` is signed; `signedUpTo` is the highest signed height. `trusted`: see ADR 0024. */
  guard: {floor: number; signedUpTo: number | null; trusted: boolean}
  /**
   * How far our clock is ahead of other producers' clocks, derived from the timestamps of arriving
   * blocks; accurate to half a second at best. Null until enough blocks have arrived.
   */
  clockSkewMs: number | null
  /** Read once a minute; empty before the first reading. */
  wallets: WalletView[]
  /**
   * Open files of the process: `limit` is null without one, `wanted` is the recommended minimum.
   * `isTight`: the limit is below it, so the RPC accepts only `connections`.
   */
  descriptors: {limit: number | null; wanted: number; isTight: boolean; connections: number}
  /** Rejected in the last minute; empty without any. `sinceMs`: wall-clock time of the first. */
  refused: {kind: RefusedKind; count: number; sinceMs: number}[]
  /** Of the file system of the data directory; null when unknown. */
  disk: {freeBytes: number; totalBytes: number} | null
}

/** `unknown`: no peer has reported its head, so nothing is there to compare with. */
export type NodeStep = 'in-step' | 'behind' | 'unknown'

/** Whether a node has the blocks of its peers. One block behind is the normal lag of a follower. */
export function stepOf({head, bestPeerHead}: Pick<NodeStatus, 'head' | 'bestPeerHead'>): NodeStep {
  if (bestPeerHead === null) return 'unknown'
  return bestPeerHead > head.number + 1 ? 'behind' : 'in-step'
}
