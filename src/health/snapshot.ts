/** Input of the rules: one response per source, each with its age. */
import type {Address} from 'viem'

import type {ErrorCode} from '../lib/error-codes/index.ts'
import type {ExitName} from '../lib/exit-codes.ts'
import type {ExternalNode} from '../protocol/external-node.ts'
import type {BackingVerdict} from '../protocol/lst/backing.ts'
import type {NodeRuntimeKind} from '../protocol/node-runtime.ts'
import type {NodeStatus} from '../protocol/node-status.ts'
import type {LimitChoices} from './thresholds.ts'

/** Time now: wall clock for people, monotonic for ages. Milliseconds. */
export interface Now {
  wallMs: number
  monotonicMs: number
}

/** The latest answer of one source. Times are monotonic milliseconds. */
export type Source<T> =
  /** The profile or the network has no such source. */
  | {state: 'absent'}
  /** Queried, and no response yet. */
  | {state: 'asking'}
  | {
      state: 'answered'
      value: T
      atMs: number
      /** Age above which a response is stale. Null when it was read for this very report. */
      staleAfterMs: number | null
    }
  | {
      state: 'failing'
      /** Code of the error. */
      code: string
      reason: string
      /** It accepts the request and does not respond: the process hangs but is not gone. */
      isSilent: boolean
      /** Null before the first query. */
      sinceMs: number | null
      /** The last good response; null when there was none. */
      last: {value: T; atMs: number} | null
    }

/** A source as a rule sees it. `stale` counts as no response. */
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

/** Decides once, for every rule and every panel, whether a response counts. */
export function answerOf<T>(source: Source<T>, now: Pick<Now, 'monotonicMs'>): Answer<T> {
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

/** Wall-clock time of a monotonic time. */
export function wallClockOf(monotonicMs: number, now: Now): number {
  return Math.round(now.wallMs - (now.monotonicMs - monotonicMs))
}

/** The profile and its network. */
export interface Setting {
  network: string
  kind: 'main' | 'test' | 'local'
  /** Null without a profile. */
  profile: string | null
  hasOwner: boolean
  /** Null when the profile has none. */
  signer: Address | null
  /**
   * Name of the liquid-staking provider that has the owner's sequencer; null when the owner is not
   * registered for any.
   */
  lstProvider: string | null
  /**
   * The operator's node: `bundled`, one of ours on this machine; `external`, the one behind the
   * profile's own L2 endpoint, which may have the signer key. Null when the profile has none.
   */
  nodeRuntime: NodeRuntimeKind | null
  /** The network runs on bundled nodes. */
  nodesAreBundled: boolean
  slotMs: number
  /** True when every slot gets a block, even without transactions. */
  emptyBlocks: boolean
  /** Respan delay: seconds without a block before the consensus layer replaces the producer. */
  respanDelaySeconds: number
  /** Null when L1 produces blocks only on demand. */
  l1StaleAfterSeconds: number | null
  /** Limits of the profile that replace those of the rules; left out while it has none. */
  limits?: LimitChoices
}

export interface EpochFacts {
  number: bigint
  signer: Address
  startBlock: bigint
  endBlock: bigint
  /** True when the signer is the profile's. */
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
  /** Observed movement of its head; null before the first. */
  moved: Movement | null
}

/** Observed movement of the L2 head. Monotonic milliseconds. */
export interface Movement {
  /** Last movement. */
  atMs: number
  /** Since then it has moved without a stall. */
  steadySinceMs: number
}

export interface L1Facts {
  block: bigint
  timestampSeconds: bigint
}

export interface MoneyFacts {
  /** Null when the owner has no sequencer. */
  sequencer: {
    id: bigint
    status: string
    rewardMetisWei: bigint
    /** 0 while not exiting. */
    freeAtSeconds: bigint
  } | null
  ownerIsWhitelisted: boolean
  paused: boolean
  /** Time of the L1 block at which everything was read, seconds since 1970. */
  chainTimeSeconds: bigint
  rewardBatchId: bigint
  rewardedUntilEpoch: bigint
  /** Null when a claim would revert now, or its cost could not be read. */
  claim: {costEthWei: bigint} | null
}

/** Liquid staking, as far as the operator depends on it. */
export interface LstFacts {
  /** Those in which the owner has a position, and the one that has its sequencer. */
  providers: readonly LstProviderFacts[]
  /** Loans of the owner, each with a debt. */
  loans: readonly LoanFacts[]
  /** Parts that could not be read, as the subject of a sentence: `the backing of NAME`. */
  unread: readonly {part: string; chain: 'l1' | 'l2'; reason: string}[]
}

export interface LstProviderFacts {
  /** For commands. */
  id: string
  name: string
  /** Symbol of its main token. */
  token: string
  /** The owner holds tokens of it, or has an open withdrawal request. */
  hasPosition: boolean
  state: 'live' | 'no-code' | 'mismatch' | 'closed'
  /** Why it is not live, one sentence each, with the ways out that remain. */
  warnings: readonly string[]
  /** Null when it could not be read; `ratio` is scaled by 1e18, and null while nothing is owed. */
  backing: {verdict: BackingVerdict; ratio: bigint | null} | null
  claimableMetisWei: bigint
  /** One for each pool of a token and METIS. Depth: METIS that moves the price by 1 %; null: unknown. */
  pegs: readonly {token: string; discountBasisPoints: number; depthMetisWei: bigint | null}[]
}

export interface LoanFacts {
  kind: 'lending' | 'cdp'
  /** For commands. */
  market: string
  name: string
  /** Of a vault; null for a market with one loan per account. */
  id: bigint | null
  /** Collateral over the least that is not liquidated, scaled by 1e18. */
  factor: bigint
}

export interface PosFacts {
  /** Number of the newest span. */
  latestSpan: bigint
  /** Height of its own chain; null when not reported. */
  height: bigint | null
  validators: number
  /** Null when not reported. */
  syncing: boolean | null
  /** Issues that it reports; null when not reported. */
  troubles: readonly {part: string; message: string; sinceMs: number}[] | null
}

/** Why the previous run of the node ended, as recorded on disk. */
export interface HaltRecord {
  code: ErrorCode
  message: string
  /** How the process ended. */
  exit: ExitName
  /** Wall clock, milliseconds since 1970. */
  atMs: number
}

export interface NodeLook {
  /** Status of an external node; null for a bundled node. All other fields are null for an external one. */
  external: ExternalNode | null
  /** The process of the pid file; null when none with that identity is alive. */
  process: {pid: number; isStopped: boolean} | null
  /** Status reported by the node; null when it does not respond. */
  status: NodeStatus | null
  /** Recorded by a run that ended to avoid violating a safety rule. */
  halt: HaltRecord | null
}

export interface MachineFacts {
  /** Home directory of this program, whose disk is checked. */
  homeDir: string
  diskFreeBytes: number
  /** The signer key of the profile; null when it has none here. */
  signerKey: 'ready' | 'asks' | 'unreadable' | null
  /** Name of that key; only with `unreadable`. */
  unreadableKey?: string
  /** Path of the file that cannot be read; only with `unreadable`. */
  unreadableFile?: string
}

/** Last known state of one endpoint of a chain. */
export interface EndpointFacts {
  chain: string
  endpoint: string
  state: string
}

export interface EndpointsLook {
  endpoints: readonly EndpointFacts[]
}

/** Everything known at one time. */
export interface HealthSnapshot {
  setting: Setting
  l2: Source<L2Facts>
  l1: Source<L1Facts>
  money: Source<MoneyFacts>
  lst: Source<LstFacts>
  pos: Source<PosFacts>
  node: Source<NodeLook>
  machine: Source<MachineFacts>
  endpoints: Source<EndpointsLook>
}
