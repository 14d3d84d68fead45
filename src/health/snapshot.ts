/** What the rules look at: one answer per source, each with its age. */
import type {Address} from 'viem'

import type {ErrorCode} from '../lib/error-codes/index.ts'
import type {ExitName} from '../lib/exit-codes.ts'
import type {ExternalNode} from '../protocol/external-node.ts'
import type {NodeRuntimeKind} from '../protocol/node-runtime.ts'
import type {NodeStatus} from '../protocol/node-status.ts'

/** Time now: wall clock for people, monotonic for ages. Milliseconds. */
export interface Now {
  wallMs: number
  monotonicMs: number
}

/** The latest answer of one source. Times are monotonic milliseconds. */
export type Source<T> =
  /** The profile or the network has no such source. */
  | {state: 'absent'}
  /** Asked, and no answer yet. */
  | {state: 'asking'}
  | {
      state: 'answered'
      value: T
      atMs: number
      /** An answer that is older is not current. Null: it was read for this very look. */
      staleAfterMs: number | null
    }
  | {
      state: 'failing'
      /** Code of the error. */
      code: string
      reason: string
      /** It takes the request and does not respond: a process that hangs, not one that is gone. */
      isSilent: boolean
      /** Null: nobody has asked before. */
      sinceMs: number | null
      /** The last good answer; null when there was none. */
      last: {value: T; atMs: number} | null
    }

/** A source as a rule sees it. `stale` is as good as no answer. */
export type Answer<T> =
  | {known: true; value: T; atMs: number}
  | {
      known: false
      why: 'absent' | 'asking' | 'failing' | 'stale'
      code: string
      reason: string
      isSilent: boolean
      sinceMs: number | null
      last: T | null
    }

/** Decides once, for every rule and every panel, whether an answer counts. */
export function answerOf<T>(source: Source<T>, now: Now): Answer<T> {
  const nothing = {code: '', reason: '', isSilent: false, sinceMs: null, last: null}
  switch (source.state) {
    case 'absent':
      return {known: false, why: 'absent', ...nothing}
    case 'asking':
      return {known: false, why: 'asking', ...nothing}
    case 'failing':
      return {
        known: false,
        why: 'failing',
        code: source.code,
        reason: source.reason,
        isSilent: source.isSilent,
        sinceMs: source.sinceMs,
        last: source.last?.value ?? null,
      }
    case 'answered': {
      const {value, atMs, staleAfterMs} = source
      const ageMs = now.monotonicMs - atMs
      if (staleAfterMs === null || ageMs <= staleAfterMs) return {known: true, value, atMs}
      const reason = `No answer for ${Math.floor(ageMs / 1000)} s.`
      return {
        ...{known: false, why: 'stale', code: 'STALE', reason, isSilent: true},
        ...{sinceMs: atMs, last: value},
      }
    }
  }
}

/** Wall clock of a monotonic moment. */
export function wallClockOf(monotonicMs: number, now: Now): number {
  return Math.round(now.wallMs - (now.monotonicMs - monotonicMs))
}

/** Who looks, on which network. */
export interface Setting {
  network: string
  kind: 'main' | 'test' | 'local'
  /** Null: nobody in particular. */
  profile: string | null
  hasOwner: boolean
  /**
   * The operator's node: `bundled`, one of ours on this machine; `external`, the one behind the L2 endpoint that the
   * profile names, which may hold the signer key. Null: the profile has none.
   */
  nodeRuntime: NodeRuntimeKind | null
  /** Nodes of ours run the network. */
  nodesAreBundled: boolean
  slotMs: number
  /** True: a block in every slot, also without transactions. */
  emptyBlocks: boolean
  /** Seconds without a block until the consensus layer replaces the producer. */
  respanDelaySeconds: number
  /** Null: blocks of L1 come when there is work. */
  l1StaleAfterSeconds: number | null
}

export interface EpochFacts {
  number: bigint
  signer: Address
  startBlock: bigint
  endBlock: bigint
  /** The signer is the profile's. */
  mine: boolean
}

export interface L2Facts {
  headBlock: bigint
  headTimestampSeconds: bigint
  /** Epoch of the next block; null when none covers it. */
  epoch: EpochFacts | null
  blocksLeft: bigint
  next: (EpochFacts & {state: 'past' | 'current' | 'committed' | 'planned'}) | null
  /** The newest committed epochs, oldest first. */
  newest: readonly {number: bigint}[]
  /** What somebody who watches saw of its head; null while nobody saw it move. */
  moved: Movement | null
}

/** How the head of L2 moves, as somebody saw it. Monotonic milliseconds. */
export interface Movement {
  /** It moved last. */
  atMs: number
  /** Since then it has moved without a gap that counts as a stall. */
  steadySinceMs: number
}

export interface L1Facts {
  block: bigint
  timestampSeconds: bigint
}

export interface MoneyFacts {
  /** Null: the owner has no sequencer. */
  sequencer: {
    id: bigint
    status: string
    rewardMetisWei: bigint
    /** 0 while not exiting. */
    freeAtSeconds: bigint
  } | null
  ownerIsWhitelisted: boolean
  paused: boolean
  /** Time of the L1 block all of it was read at, seconds since 1970. */
  chainTimeSeconds: bigint
  rewardBatchId: bigint
  rewardedUntilEpoch: bigint
  /** Null: the contract would refuse a claim now, or what it costs could not be read. */
  claim: {costEthWei: bigint} | null
}

export interface PosFacts {
  /** Number of the newest span. */
  latestSpan: bigint
  validators: number
  /** Null: it does not say. */
  syncing: boolean | null
  /** What it says does not work right now; null when it does not say. */
  troubles: readonly {part: string; message: string; sinceMs: number}[] | null
}

/** Why an earlier life of the node ended, as it left it on disk. */
export interface HaltRecord {
  code: ErrorCode
  message: string
  /** How the process ended. */
  exit: ExitName
  /** Wall clock, milliseconds since 1970. */
  atMs: number
}

export interface NodeLook {
  /** What a foreign node tells of itself; null when the node is one of ours. All else is null then. */
  external: ExternalNode | null
  /** The process of the pid file; null when none of that identity lives. */
  process: {pid: number; isStopped: boolean} | null
  /** The node's own account; null when it does not respond. */
  status: NodeStatus | null
  /** Left by a life that ended because a safety rule was about to break. */
  halt: HaltRecord | null
}

export interface MachineFacts {
  /** Where everything of this program lies: the disk that is looked at. */
  homeDir: string
  diskFreeBytes: number
  /** The signer key of the profile; null: it names none here. */
  signerKey: 'ready' | 'asks' | 'unreadable' | null
  /** Name of that key; only with `unreadable`. */
  unreadableKey?: string
  /** Path of the file that cannot be read; only with `unreadable`. */
  unreadableFile?: string
}

/** One endpoint of a chain as it was last used. */
export interface EndpointFacts {
  chain: string
  endpoint: string
  state: string
}

export interface EndpointsLook {
  endpoints: readonly EndpointFacts[]
}

/** Everything that is known at one moment. */
export interface HealthSnapshot {
  setting: Setting
  l2: Source<L2Facts>
  l1: Source<L1Facts>
  money: Source<MoneyFacts>
  pos: Source<PosFacts>
  node: Source<NodeLook>
  machine: Source<MachineFacts>
  endpoints: Source<EndpointsLook>
}
