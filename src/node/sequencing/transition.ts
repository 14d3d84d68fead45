import type {NodePhase} from '../../protocol/node-status.ts'

/** Exactly one of these holds at any moment. */
export type SequencerState =
  /** Silent since start: peers may know more, or the epoch is not confirmed. */
  | {phase: 'catching-up'}
  /** In step with the peers; somebody else's turn, or nobody's. */
  | {phase: 'following'}
  /** Our turn: a block is open. */
  | {phase: 'building'}
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

export type SequencerEvent = Observation | {type: 'critical'; reason: string} | {type: 'stop'}

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
  | {type: 'halt'; reason: string}
  | {type: 'drop'; event: SequencerEvent['type']}

/** Pure: no clock, no network, no log. The driver performs the effects, in order. */
export function transition(
  state: SequencerState,
  event: SequencerEvent,
): [SequencerState, Effect[]] {
  const ended = state.phase === 'halted' || state.phase === 'stopped'
  switch (event.type) {
    case 'critical':
      if (ended) return [state, [{type: 'drop', event: event.type}]]
      return [
        {phase: 'halted', reason: event.reason},
        [...releaseFrom(state), {type: 'halt', reason: event.reason}],
      ]
    case 'stop':
      if (state.phase === 'stopped') return [state, [{type: 'drop', event: event.type}]]
      return [{phase: 'stopped'}, releaseFrom(state)]
    case 'looked-around':
      if (ended) return [state, [{type: 'drop', event: event.type}]]
      return lookAround(state, event)
  }
}

function lookAround(state: SequencerState, seen: Observation): [SequencerState, Effect[]] {
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
