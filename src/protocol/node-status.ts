/**
 * What a node says about itself, as JSON: the shape that it writes and everybody else reads. Facts, no
 * judgement: what of it is a problem is decided in one place, elsewhere.
 */
import type {Address, Hash} from 'viem'

/** Exactly one holds at any moment. */
export const nodePhases = ['catching-up', 'following', 'building', 'halted', 'stopped'] as const
export type NodePhase = (typeof nodePhases)[number]

/**
 * What keeps a node from sealing:
 *
 * - `l1-batches`: L1's batches were not read since the start.
 * - `l1-blocks`: L1 holds blocks that this node does not have, or other ones.
 * - `peers`: no peer has said yet what it knows.
 * - `later-turn`: the key may have signed in this turn before, so that it is left to others.
 */
export const nodeNeeds = ['l1-batches', 'l1-blocks', 'peers', 'later-turn'] as const
export type NodeNeed = (typeof nodeNeeds)[number]

/** Something is wrong. `code` is stable. */
export interface NodeTrouble {
  code: string
  message: string
  /** Wall clock when it began, milliseconds since 1970. */
  sinceMs: number
}

/** A block of a peer gets another hash here than its producer signed. */
export interface Divergence {
  block: number
  /** What this node computes. */
  ours: Hash
  /** What the producer signed. */
  theirs: Hash
  producer: Address
  /** `doubted`: the engine is rebuilt, to be sure. `refused`: it was, and the hash is still another. */
  state: 'doubted' | 'refused'
  /** Peers whose head is above this block, so that they hold it, or another one in its place. */
  peersBeyond: Address[]
  /** Peers that stand at or below the last block before it, as this node does. */
  peersWithUs: Address[]
  /** Wall clock when it began, milliseconds since 1970. */
  sinceMs: number
}

/** Another node signs with our key. */
export interface DuplicateSigner {
  /** Libp2p peer id of the other node. */
  peerId: string
  /** Multiaddrs of the other node. */
  addresses: string[]
  /** When the other node started, by its own clock. */
  startedAtMs: number
  /** True: the other one is older, so this node has to stop. */
  yields: boolean
  /** Wall clock when it was seen first, milliseconds since 1970. */
  sinceMs: number
}

/** An account without whose money something stops. */
export interface WalletView {
  /** `signer`, `mpc`, `relayer`, `batcher`. */
  alias: string
  chain: 'l1' | 'l2'
  address: Address
  /** Decimal. */
  balanceWei: string
  /** Below this it is time to fill it up. Decimal; `0` for an account that pays for nothing. */
  lowWei: string
}

/**
 * Who is turned away at the public RPC:
 *
 * - `connections`: there is no room for them, or their client has its share.
 * - `requests`: too many at once or too fast.
 * - `calls`: they took their share of the engine.
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
  /** Null while nothing was measured. */
  etaSeconds: number | null
}

/** What the engine holds. */
export interface StateSize {
  /** Accounts and storage slots, estimated; those that were only looked at count as well. */
  leaves: number
  /** Above it nothing is taken that could add some. */
  limit: number
  /** The shortest of the last times for the state root, which every block costs; null before the first. */
  rootMs: number | null
}

/** Block numbers and times are plain numbers; `...Ms` since 1970 unless it says an age. */
export interface NodeStatus {
  name: string
  /** Of the node's own process. */
  pid: number
  chainId: number
  /** Signer of this node. Lower-case. */
  address: Address
  phase: NodePhase
  /** Wall clock when the phase began. */
  phaseSinceMs: number
  /** Why nothing is sealed any more, until a person restarts the node; null while it is not halted. */
  halted: NodeTrouble | null
  /** What it waits for before it seals; null when nothing keeps it from sealing but the turn. */
  waitingFor: {needs: NodeNeed[]; sinceMs: number} | null
  /** This node and a producer compute differently; null when the blocks of all are executed alike. */
  diverged: Divergence | null
  /** L1 has confirmed another block than this node holds; null while it has not. */
  l1Divergence: {block: number; batchIndex: number; sinceMs: number} | null
  /** Null while no other node with our key was seen. */
  twin: DuplicateSigner | null
  /** Whose turn the next block is. `unknown` means that nobody may build as far as we know. */
  turn: 'mine' | 'other' | 'unknown'
  /** Signer of the next block; null while unknown. Lower-case. */
  producer: Address | null
  /** The epoch of the next block; null while unknown. */
  epoch: {number: number; startBlock: number; endBlock: number; signer: Address} | null
  /** The newest durable block. `timestamp` in seconds since 1970. */
  head: {number: number; hash: Hash; timestamp: number}
  /** How long ago it became the head, by a clock that nobody sets; since the start before the first block. */
  headAgeMs: number
  /** Last block in a confirmed batch on L1; null before the first. */
  safe: number | null
  /** The same at twice the confirmations. */
  finalized: number | null
  /**
   * Transactions that can be sealed now, and those that wait behind a missing nonce. At `limit` of both
   * it is full. `late`: how many of the last own slot missed the block they were accepted for.
   */
  pool: {pending: number; queued: number; limit: number; full: boolean; late: number}
  /** Peers heard of lately. `lagBlocks`: how far behind us, negative when ahead. `ageMs`: last word. */
  peers: {address: Address; peerAddress: string; head: number; lagBlocks: number; ageMs: number}[]
  /** The highest block that a peer has; null without peers. */
  bestPeerHead: number | null
  /** True while silent after the start, or behind a peer. */
  syncing: boolean
  /** Progress while behind a peer; null when in step. */
  sync: SyncView | null
  /** Sealed by this process since it started. */
  blocksSealed: number
  /** The last failure of each stage that has not worked since; empty when all is well. */
  lastError: Record<string, string>
  /**
   * `lastExecuteMs` is null before the first block. `busyMs`: how long it has been at what the node asked of it
   * last; null while it rests. `restarts`: since this process started.
   * `restartingSinceMs`: null while it works.
   */
  engine: {
    version: string
    lastExecuteMs: number | null
    busyMs: number | null
    restarts: number
    restartingSinceMs: number | null
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
  /**
   * Null while L1 was not reached since the start. `ageMs`: age of L1's newest block. `reachable`: the
   * last look at it was answered. `trouble`: why the last look failed; null when it did not.
   */
  l1: {head: number; ageMs: number; reachable: boolean; trouble: NodeTrouble | null} | null
  /**
   * `landedBlock`: last L2 block of the newest batch on L1, confirmed or not; null while L1 was not read.
   * `oldestAgeMs`: age of the first block behind it; null when there is none. `sends`: this node has the
   * account that sends batches. `stuck`: why it sends none at the moment.
   */
  batches: {
    landedBlock: number | null
    oldestAgeMs: number | null
    sends: boolean
    stuck: NodeTrouble | null
  }
  /** Nothing below `floor` is signed; `signedUpTo` is the highest that was. `trusted`: see the ADR 0024. */
  guard: {floor: number; signedUpTo: number | null; trusted: boolean}
  /**
   * How far our clock is ahead of the clocks of other producers, by the times of their blocks as they
   * arrive; half a second exact at best. Null before enough of them came.
   */
  clockSkewMs: number | null
  /** As last read, once a minute; empty before the first time. */
  wallets: WalletView[]
  /**
   * Open files of the process: `limit` is null without one, `wanted` what it should be at least. `isTight`:
   * it is less, so that the RPC lets only `connections` in.
   */
  descriptors: {limit: number | null; wanted: number; isTight: boolean; connections: number}
  /** Turned away in the last minute; empty when nobody was. `sinceMs`: wall clock of the first. */
  refused: {kind: RefusedKind; count: number; sinceMs: number}[]
  /** Of the file system with the data directory; null when it cannot be told. */
  disk: {freeBytes: number; totalBytes: number} | null
}
