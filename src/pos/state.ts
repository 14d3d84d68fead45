import type {Address, Hash, Hex} from 'viem'

import type {Epoch} from '../protocol/epoch.ts'
import type {RewardBatch} from '../protocol/reward.ts'
import {isCurrent, type Span, type Validator} from '../protocol/span.ts'

/**
 * Spans stored in the state itself. Decisions look at the last two; older ones are in the store.
 */
export const SPANS_IN_STATE = 4

/**
 * L1 blocks whose hash is remembered, one per portion that was applied: about ten minutes of
 * Ethereum blocks on top of the confirmations. Below them, only a restart from the beginning is
 * possible.
 */
export const L1_ANCHORS = 64

/** A block of L1 up to which events are applied. */
export interface L1Anchor {
  number: bigint
  hash: Hash
}

/**
 * Everything the consensus layer bases its decisions on. Plain data, replaced and never changed in
 * place.
 */
export interface PosState {
  /** Commands applied so far. Served as the `height` of every REST response. */
  revision: number
  /**
   * Every event up to this L1 block is applied, and some of the next block while that is split over
   * commands.
   */
  l1Cursor: bigint
  /** Ascending, the newest at the cursor or one above. Empty before the first portion. */
  l1Anchors: L1Anchor[]
  /**
   * Replay key of the newest applied L1 event; -1 before the first. Older keys have been applied.
   */
  lastReplayKey: bigint
  /** Copy of LockingPool's reward batch id. Starts at 0, moves with BatchSubmitReward. */
  l1Batch: bigint
  /** One record per signer ever seen, by signer. */
  validators: Validator[]
  /** The newest spans, ascending without gaps, at most SPANS_IN_STATE. */
  spans: Span[]
  /** Respans tried in one epoch. Source: Themis bridge, `processor-local-count-times-<epoch>`. */
  respanAttempts: {epoch: bigint; count: bigint}
  /** The respan in progress. Durable before its transaction exists. */
  pendingRespan: Respan | null
  /** The newest reward batch that was sent. */
  lastRewardBatch: SentRewardBatch | null
  /** The set of another L1 branch while it is being built; the fields above are active. */
  l1Replacement: L1Replacement | null
}

/** Everything derived from L1 events alone. */
export type L1Set = Pick<PosState, 'validators' | 'l1Batch' | 'lastReplayKey'>

/** A validator set that is built portion by portion alongside the active one. */
export interface L1Replacement extends L1Set {
  /** Up to this block both branches are the same, and events come from our journal. */
  splitBlock: bigint
  /** As `l1Cursor`. */
  cursor: bigint
  /** Of the new branch only. */
  anchors: L1Anchor[]
  /** Events of the new branch so far. */
  added: number
}

/**
 * One respan: `nextProducer` replaces `currentProducer` from `startBlock` on.
 *
 * Source: Themis `metis/types/msg.go`, MsgReProposeSpan.
 */
export interface Respan {
  /** The epoch that starts with the respan. */
  spanId: bigint
  currentProducer: Address
  nextProducer: Address
  /** Head at which production stopped: `startBlock` - 1. */
  l2Head: bigint
  /** The epoch that is cut short: `spanId` - 1. */
  l2Epoch: bigint
  startBlock: bigint
  endBlock: bigint
  /** Which try in this epoch, from 0. Themis sends it as a 32-byte seed. */
  attempt: bigint
}

export interface SentRewardBatch extends RewardBatch {
  txHash: Hash
  outcome: 'sent' | 'credited' | 'reverted'
}

interface L1EventBase {
  blockNumber: bigint
  logIndex: number
}

/** An event of LockingInfo that changes the set. Addresses are lower case, amounts in METIS wei. */
export type L1Event = L1EventBase &
  (
    | {
        name: 'Locked'
        sequencerId: bigint
        signer: Address
        nonce: bigint
        activationBatch: bigint
        amountWei: bigint
        /** 65 bytes, `0x04…`. */
        pubKey: Hex
      }
    | {name: 'LockUpdate'; sequencerId: bigint; nonce: bigint; newAmountWei: bigint}
    | {name: 'SignerChange'; sequencerId: bigint; nonce: bigint; newSigner: Address; pubKey: Hex}
    | {name: 'UnlockInit'; sequencerId: bigint; nonce: bigint; deactivationBatch: bigint}
    | {name: 'BatchSubmitReward'; newBatchId: bigint}
  )

export type Command =
  | ({type: 'apply-l1'} & L1Portion & {toHash: Hash})
  /** The L1 reorged deeper than its confirmations: events applied after a block are void. */
  | {type: 'begin-l1-replacement'; splitBlock: bigint}
  /** Up to the split from the journal, then from the new branch. */
  | ({type: 'stage-l1'; splitBlock: bigint} & L1Portion)
  | ReplaceL1
  /** The contract is right: recovers spans, and records that a respan has landed. */
  | {type: 'adopt-epochs'; epochs: Epoch[]}
  | {type: 'propose-span'; spanId: bigint; l2Head: bigint; epochLength: bigint}
  /** Withdraws a span that the contract can no longer accept because its length has changed. */
  | {type: 'drop-span'; spanId: bigint; epochLength: bigint}
  | {type: 'bind-respan'; respan: Respan}
  | {type: 'release-respan'; startBlock: bigint; reason: ReleaseReason}
  | {type: 'record-reward-batch'; batch: SentRewardBatch}

/** The L1 events of one command: as many as fit; the rest follows in the next one. */
export interface L1Portion {
  /** The cursor from which it continues. */
  afterBlock: bigint
  toBlock: bigint
  /** Null for blocks of the journal, which are already known. */
  toHash: Hash | null
  /** In chain order. */
  events: L1Event[]
  /** Block `toBlock` has further events. */
  hasMore: boolean
}

/** The staged set replaces the active one. */
export interface ReplaceL1 {
  type: 'replace-l1'
  splitBlock: bigint
  /** How many events of the journal are void. For the log only. */
  vanished: number
  /** The current state of the L2 contract. It cannot be undone. */
  committedEpoch: bigint
  l2Head: bigint
}

/**
 * `overtaken`: another block took its height. `no-answer`: the successor did not produce either.
 */
type ReleaseReason = 'overtaken' | 'no-answer'

export type PosEvent =
  | {type: 'validator-joined'; sequencerId: bigint; signer: Address; power: number}
  | {type: 'stake-updated'; sequencerId: bigint; signer: Address; power: number}
  | {type: 'signer-changed'; sequencerId: bigint; oldSigner: Address; newSigner: Address}
  | {type: 'validator-exited'; sequencerId: bigint; signer: Address; endBatch: bigint}
  | {type: 'batch-advanced'; l1Batch: bigint}
  /** Replaces the journal of L1 events after a replay key with exactly these. */
  | {type: 'l1-journaled'; afterKey: bigint; events: L1Event[]}
  | {type: 'l1-replacement-begun'; splitBlock: bigint}
  /** Further events of the new branch, to be journaled when the set is replaced. */
  | {type: 'l1-staged'; events: L1Event[]}
  /** The staged events replace the journal after `splitBlock`; nothing remains staged. */
  | {type: 'l1-replaced'; splitBlock: bigint; toBlock: bigint; vanished: number; added: number}
  | {type: 'l1-event-refused'; name: L1Event['name']; replayKey: bigint; reason: string}
  | {type: 'span-stored'; span: Span; cause: 'proposed' | 'recovered' | 'respanned'}
  | {type: 'spans-removed'; fromSpanId: bigint}
  | {type: 'respan-bound'; respan: Respan}
  | {type: 'respan-landed'; respan: Respan}
  | {type: 'respan-released'; respan: Respan; reason: ReleaseReason}
  | {type: 'reward-batch-recorded'; batch: SentRewardBatch}
  | {type: 'refused'; command: Command['type']; reason: string}

/** @param l1DeploymentBlock first block that can contain an event */
export function initialState(l1DeploymentBlock: bigint): PosState {
  return {
    revision: 0,
    l1Cursor: l1DeploymentBlock - 1n,
    l1Anchors: [],
    lastReplayKey: -1n,
    l1Batch: 0n,
    validators: [],
    spans: [],
    respanAttempts: {epoch: -1n, count: 0n},
    pendingRespan: null,
    lastRewardBatch: null,
    l1Replacement: null,
  }
}

/**
 * Orders L1 events across the whole chain. Source: Themis `staking/handler.go`, sequence number.
 */
export function replayKey({blockNumber, logIndex}: L1EventBase): bigint {
  return blockNumber * 100_000n + BigInt(logIndex)
}

/** Every event up to a block has a replay key up to this one. */
export function lastKeyOf(block: bigint): bigint {
  return replayKey({blockNumber: block + 1n, logIndex: 0}) - 1n
}

export function currentValidators({validators, l1Batch}: PosState): Validator[] {
  return validators.filter((validator) => isCurrent(validator, l1Batch))
}

/** The current validator with the highest priority; at equal priority the lower address. */
export function proposerOf(state: PosState): Validator | undefined {
  return currentValidators(state).reduce<Validator | undefined>(
    (best, validator) => (best === undefined || validator.accum > best.accum ? validator : best),
    undefined,
  )
}

export function latestSpan({spans}: PosState): Span | undefined {
  return spans.at(-1)
}

export function spanById({spans}: PosState, id: bigint): Span | undefined {
  return spans.find((span) => span.id === id)
}

/** How many respans were already tried in an epoch. */
export function attemptsIn({respanAttempts}: PosState, epoch: bigint): bigint {
  return respanAttempts.epoch === epoch ? respanAttempts.count : 0n
}

export function sameEpoch(span: Span, epoch: Epoch): boolean {
  return (
    span.id === epoch.number &&
    span.startBlock === epoch.startBlock &&
    span.endBlock === epoch.endBlock &&
    span.producers[0].signer === epoch.signer.toLowerCase()
  )
}
