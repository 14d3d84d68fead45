import type {NodePhase} from '../../protocol/node-status.ts'
import {DRIVER_RETRY_MS, ENGINE_RESTARTS} from '../limits.ts'
import type {Failure} from './failures.ts'

/** Failures since the last sealed or imported block. */
interface Retry {
  engineRestarts: number
  /** No retry before this. Monotonic, milliseconds; null if the next retry need not wait. */
  pausedUntilMs: number | null
}

/** Absent while nothing has failed. */
interface Trying {
  retry?: Retry
}

type LiveState = Trying &
  /** Not sealing since start: peers may have more blocks, or none has reported its head. */
  (| {phase: 'catching-up'}
    /** Has every block that it knows of; another node produces, or none. */
    | {phase: 'following'}
    /** Our epoch: a block is open. */
    | {phase: 'building'}
  )

/** Exactly one of these holds at any moment. */
export type SequencerState =
  | LiveState
  /** A safety rule was about to be broken. Only a manual restart ends this state. */
  | {phase: 'halted'; reason: string}
  | {phase: 'stopped'}

export type Phase = SequencerState['phase'] & NodePhase

/** The driver's observation after every event and at every slot. */
export interface Observation {
  type: 'looked-around'
  /** The producer of the block after our head. */
  turn: 'mine' | 'other' | 'unknown'
  /** A peer is ahead of us, or has another block at one of our heights. */
  peerAhead: boolean
  /** Enough has been learned from L1 and peers since the start to seal at all. */
  heard: boolean
  /** Peers have reported their heads, and neither they nor L1 have blocks that we lack. */
  inStep: boolean
  /** The slot of the next block has started. */
  slotDue: boolean
  /**
   * A recommitment that assigns us exactly the next block is in the pool or in the unfinished
   * block.
   */
  recommitReady: boolean
  /** An executed but unfinished block from before a crash waits at the next height. */
  unfinished: boolean
  /** Transactions can be sealed. */
  work: boolean
  /** The open block holds a transaction that must be alone, or phase 2 has not started. */
  sealAtOnce: boolean
  /** The network wants a block in every slot, also without transactions. */
  emptyBlocks: boolean
}

export type SequencerEvent =
  | Observation
  | {type: 'failed'; failure: Failure; nowMs: number}
  /** The pause after a failure is over: the next check waits as usual. */
  | {type: 'pause-taken'}
  /** A block was sealed or imported. */
  | {type: 'block'}
  | {type: 'stop'}

export type Effect =
  /** Get blocks from the peer that is ahead. */
  | {type: 'fetch'}
  /** Submit waiting transactions to the engine. */
  | {type: 'stage'}
  | {type: 'seal'; how: 'slot' | 'recommit' | 'unfinished'}
  /** Nothing to seal in this slot: wait for the next one. */
  | {type: 'skip-slot'}
  /** Abandon the open block: its transactions go back to the pool and to the next producer. */
  | {type: 'release'}
  /** Drop the open block without using the engine: its transactions are pending again. */
  | {type: 'abandon'}
  /** Rebuild the engine from the chain log; counts attempts. */
  | {type: 'restart-engine'; restart: number; mayBeTheBlock: boolean}
  /** It failed after this many restarts: another one would not help. */
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

/** Earliest time of the next retry; null if there is no wait. */
export function pauseOf(state: SequencerState): number | null {
  return 'retry' in state ? (state.retry?.pausedUntilMs ?? null) : null
}

/** The three kinds of failures and their effects. */
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
    // Peers may know of blocks that end our epoch, so nothing is sealed before we know them too.
    const phase = state.phase === 'catching-up' ? 'catching-up' : 'following'
    return [{phase}, [...releaseFrom(state), {type: 'fetch'}]]
  }
  // A recommitment settles who produces, but not what this node has to learn first.
  if (!seen.heard || (seen.turn === 'unknown' && !seen.recommitReady)) {
    // While L2 stands still, no block comes that would tell a node that it has them all.
    const isBehind = state.phase === 'catching-up' && !seen.inStep
    return [{phase: isBehind ? 'catching-up' : 'following'}, releaseFrom(state)]
  }
  if (seen.recommitReady) {
    // The block signed here before a crash is the only one we may ever have at this height.
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
