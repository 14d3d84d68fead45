import type {NodePhase} from '../../protocol/node-status.ts'
import {DRIVER_RETRY_MS, ENGINE_RESTARTS} from '../limits.ts'
import type {Failure} from './failures.ts'

/** What failed since the last block, sealed or imported. */
interface Retry {
  engineRestarts: number
  /** Nothing is tried before. Monotonic, milliseconds; null where the next try waits for nothing. */
  pausedUntilMs: number | null
}

/** Absent while nothing has failed. */
interface Trying {
  retry?: Retry
}

type LiveState = Trying &
  /** Silent since start: peers may know more, or the epoch is not confirmed. */
  (| {phase: 'catching-up'}
    /** In step with the peers; somebody else's turn, or nobody's. */
    | {phase: 'following'}
    /** Our turn: a block is open. */
    | {phase: 'building'}
  )

/** Exactly one of these holds at any moment. */
export type SequencerState =
  | LiveState
  /** A safety rule was about to break. Only a restart by a person leads out. */
  | {phase: 'halted'; reason: string}
  | {phase: 'stopped'}

export type Phase = SequencerState['phase'] & NodePhase

/** What the driver sees when it looks around, after every event and at every slot. */
export interface Observation {
  type: 'looked-around'
  /** Whose turn the block after our head is. */
  turn: 'mine' | 'other' | 'unknown'
  /** A peer is ahead of us, or has another block at one of our heights. */
  peerAhead: boolean
  /** Enough was heard of L1 and of peers since the start to seal at all. */
  heard: boolean
  /** The slot of the next block has begun. */
  slotDue: boolean
  /** A recommitment that gives us exactly the next block is in the pool, or in the unfinished block. */
  recommitReady: boolean
  /** An executed but unfinished block of before a crash waits at the next height. */
  unfinished: boolean
  /** Transactions can be sealed. */
  work: boolean
  /** The open block holds a transaction that must be alone, or the fork to many is not reached. */
  sealAtOnce: boolean
  /** The network wants a block in every slot, also without transactions. */
  emptyBlocks: boolean
}

export type SequencerEvent =
  | Observation
  | {type: 'failed'; failure: Failure; nowMs: number}
  /** The pause after a failure is used: the next look waits as usual. */
  | {type: 'pause-taken'}
  /** A block was sealed or imported. */
  | {type: 'block'}
  | {type: 'stop'}

export type Effect =
  /** Get blocks from the peer that is ahead. */
  | {type: 'fetch'}
  /** Hand waiting transactions to the engine. */
  | {type: 'stage'}
  | {type: 'seal'; how: 'slot' | 'recommit' | 'unfinished'}
  /** Nothing to seal in this slot: wait for the next. */
  | {type: 'skip-slot'}
  /** Take the open block apart: its transactions go back to the pool and to the next producer. */
  | {type: 'release'}
  /** Forget the open block, without the engine: its transactions are pending again. */
  | {type: 'abandon'}
  /** Rebuild the engine from the chain log, for the so many-th time. */
  | {type: 'restart-engine'; restart: number; mayBeTheBlock: boolean}
  /** It failed after that many restarts: another one would not mend it. */
  | {type: 'give-engine-up'; restarts: number; mayBeTheBlock: boolean}
  | {type: 'halt'}
  | {type: 'drop'; event: SequencerEvent['type']}

/** Pure: no clock, no network, no log. The driver performs the effects, in order. */
export function transition(
  state: SequencerState,
  event: SequencerEvent,
): [SequencerState, Effect[]] {
  const drop: Effect[] = [{type: 'drop', event: event.type}]
  if (state.phase === 'stopped') return [state, drop]
  if (event.type === 'stop') return [{phase: 'stopped'}, releaseFrom(state)]
  if (state.phase === 'halted') return [state, drop]
  switch (event.type) {
    case 'looked-around': {
      const [{phase}, effects] = lookAround(state, event)
      return [{...state, phase}, effects]
    }
    case 'failed':
      return failed(state, event.failure, event.nowMs)
    case 'pause-taken':
      return [withoutPause(state), []]
    case 'block':
      return [{phase: state.phase}, []]
  }
}

/** When nothing is tried before; null where nothing is waited for. */
export function pauseOf(state: SequencerState): number | null {
  return 'retry' in state ? (state.retry?.pausedUntilMs ?? null) : null
}

/** The three kinds of failures, and what each does. */
function failed(state: LiveState, failure: Failure, nowMs: number): [SequencerState, Effect[]] {
  const {engineRestarts = 0} = state.retry ?? {}
  switch (failure.kind) {
    case 'temporary': {
      const retry = {engineRestarts, pausedUntilMs: nowMs + DRIVER_RETRY_MS}
      return [{...state, retry}, [{type: 'abandon'}]]
    }
    case 'reset': {
      const {mayBeTheBlock} = failure
      if (engineRestarts >= ENGINE_RESTARTS) {
        return [state, [{type: 'give-engine-up', restarts: engineRestarts, mayBeTheBlock}]]
      }
      const restart = engineRestarts + 1
      const retry = {engineRestarts: restart, pausedUntilMs: null}
      return [{...state, retry}, [{type: 'restart-engine', restart, mayBeTheBlock}]]
    }
    case 'critical':
      return [{phase: 'halted', reason: failure.reason}, [{type: 'halt'}]]
  }
}

function withoutPause(state: LiveState): LiveState {
  return state.retry ? {...state, retry: {...state.retry, pausedUntilMs: null}} : state
}

function lookAround(state: LiveState, seen: Observation): [LiveState, Effect[]] {
  if (seen.peerAhead) {
    // What peers know may end our turn, so nothing is sealed before we know it too.
    const phase = state.phase === 'catching-up' ? 'catching-up' : 'following'
    return [{phase}, [...releaseFrom(state), {type: 'fetch'}]]
  }
  if (state.phase === 'catching-up' && (!seen.heard || seen.turn === 'unknown')) {
    // A recommitment answers the one question that is open: whose turn it is.
    if (!seen.heard || !seen.recommitReady) return [state, []]
  }
  if (seen.recommitReady) {
    // What was signed here before a crash is the only block that we may ever have at this height.
    const how = seen.unfinished ? 'unfinished' : 'recommit'
    return [{phase: 'following'}, [...releaseFrom(state), {type: 'seal', how}]]
  }
  if (seen.turn !== 'mine') return [{phase: 'following'}, releaseFrom(state)]
  return [{phase: 'building'}, buildingEffects(seen)]
}

function buildingEffects(seen: Observation): Effect[] {
  if (seen.unfinished) return [{type: 'seal', how: 'unfinished'}]
  if (seen.work && seen.sealAtOnce) return [{type: 'seal', how: 'slot'}]
  if (!seen.slotDue) return seen.work ? [{type: 'stage'}] : []
  return seen.work || seen.emptyBlocks ? [{type: 'seal', how: 'slot'}] : [{type: 'skip-slot'}]
}

function releaseFrom(state: SequencerState): Effect[] {
  return state.phase === 'building' ? [{type: 'release'}] : []
}
