/** Applies L1 events to the state, and replaces the applied branch of L1 with another. Pure. */
import type {Address} from 'viem'

import {refused, type Result} from './refused.ts'
import {
  L1_ANCHORS,
  lastKeyOf,
  replayKey,
  type Command,
  type L1Anchor,
  type L1Portion,
  type L1Set,
  type PosEvent,
  type PosState,
} from './state.ts'
import {applyL1Event} from './validator-set.ts'

type Of<T extends Command['type']> = Extract<Command, {type: T}>

export function applyL1(state: PosState, command: Of<'apply-l1'>): Result {
  const {l1Cursor, lastReplayKey} = state
  const why = unfit(command, l1Cursor, lastReplayKey)
  if (why) return refused(state, command.type, why)
  const [set, happened] = applyEvents(state, command)
  if (command.events.length > 0) {
    const afterKey = max(lastKeyOf(l1Cursor), lastReplayKey)
    happened.push({type: 'l1-journaled', afterKey, events: command.events})
  }
  const {toBlock, toHash} = command
  const l1Anchors = withAnchor(state.l1Anchors, {number: toBlock, hash: toHash})
  // The old branch is canonical after all, so a staged replacement is void.
  const next = {...state, ...set, l1Cursor: cursorAfter(command), l1Anchors, l1Replacement: null}
  return [next, happened]
}

/** Starts the set of another branch from scratch; an earlier staged set is void. */
export function beginReplacement(
  state: PosState,
  {type, splitBlock}: Of<'begin-l1-replacement'>,
): Result {
  if (splitBlock > state.l1Cursor)
    return refused(state, type, 'nothing was applied after the split')
  const l1Replacement = {
    ...{splitBlock, validators: [], l1Batch: 0n, lastReplayKey: -1n},
    ...{cursor: -1n, anchors: [], added: 0},
  }
  return [{...state, l1Replacement}, [{type: 'l1-replacement-begun', splitBlock}]]
}

/** Adds a portion to the staged set. The active set does not change. */
export function stageL1(state: PosState, command: Of<'stage-l1'>): Result {
  const {type, splitBlock, afterBlock, toBlock, toHash, events} = command
  const staged = state.l1Replacement
  if (staged?.splitBlock !== splitBlock) return refused(state, type, 'no such replacement is open')
  if (afterBlock < splitBlock && toBlock > splitBlock) {
    return refused(state, type, 'it mixes the journal and the new branch')
  }
  const why = unfit(command, staged.cursor, staged.lastReplayKey)
  if (why) return refused(state, type, why)
  const [set] = applyEvents({...state, ...setOf(staged)}, command)
  const isNew = toBlock > splitBlock
  const anchors =
    isNew && toHash !== null
      ? withAnchor(staged.anchors, {number: toBlock, hash: toHash})
      : staged.anchors
  const added = staged.added + (isNew ? events.length : 0)
  const l1Replacement = {...staged, ...set, cursor: cursorAfter(command), anchors, added}
  return [{...state, l1Replacement}, isNew ? [{type: 'l1-staged', events}] : []]
}

/**
 * Activates the set of the new branch, as if the old one had never existed. Uncommitted spans are
 * withdrawn and planned again from the new set. A committed epoch that is not over stays, so a set
 * without its producer is refused until then.
 */
export function replaceL1(state: PosState, command: Of<'replace-l1'>): Result {
  const {type, splitBlock, vanished, committedEpoch, l2Head} = command
  const staged = state.l1Replacement
  if (staged?.splitBlock !== splitBlock) return refused(state, type, 'no such replacement is open')
  if (staged.cursor < splitBlock) return refused(state, type, 'its journal is not complete')
  const isKnown = (signer: Address) => staged.validators.some((each) => each.signer === signer)
  const contradicted = state.spans.find(
    ({id, endBlock, producers: [{id: sequencerId, signer}]}) => {
      const isOpen = id <= committedEpoch && endBlock > l2Head
      return isOpen && sequencerId !== 0n && !isKnown(signer)
    },
  )
  if (contradicted) {
    const {id, producers} = contradicted
    const reason = `epoch ${id} is committed to ${producers[0].signer}, which never locked on the new branch`
    return refused(state, type, reason)
  }
  const firstPlanned = committedEpoch + 1n
  const isPlanned = state.spans.some(({id}) => id >= firstPlanned)
  const happened: PosEvent[] = isPlanned ? [{type: 'spans-removed', fromSpanId: firstPlanned}] : []
  const {cursor: toBlock, added} = staged
  happened.push({type: 'l1-replaced', splitBlock, toBlock, vanished, added})
  const standing = state.l1Anchors.filter(({number}) => number <= splitBlock)
  const next = {
    ...{...state, ...setOf(staged), l1Cursor: toBlock, l1Replacement: null},
    l1Anchors: [...standing, ...staged.anchors].slice(-L1_ANCHORS),
    spans: state.spans.filter(({id}) => id < firstPlanned),
  }
  return [next, happened]
}

/**
 * Why a portion does not continue from the cursor; undefined when it does. A repeated portion is
 * refused.
 */
function unfit(portion: L1Portion, cursor: bigint, lastKey: bigint): string | undefined {
  const {afterBlock, toBlock, events} = portion
  if (toBlock < cursor) return 'the cursor only moves forward'
  if (afterBlock > cursor) return `events after block ${cursor} are missing`
  const newest = events.at(-1)
  const isNews = cursorAfter(portion) > cursor || (newest && replayKey(newest) > lastKey)
  return isNews ? undefined : 'it was already applied'
}

function cursorAfter({toBlock, hasMore}: L1Portion): bigint {
  return hasMore ? toBlock - 1n : toBlock
}

function applyEvents(state: PosState, {events, hasMore}: L1Portion): [L1Set, PosEvent[]] {
  const happened: PosEvent[] = []
  let next = state
  for (const event of events) {
    const [after, result] = applyL1Event(next, event)
    next = after
    happened.push(result)
  }
  const set = setOf(next)
  const newest = events.at(-1)
  // The rest of this block continues after the newest event, even if that event was refused.
  const isOpen = hasMore && newest !== undefined
  return [isOpen ? {...set, lastReplayKey: replayKey(newest)} : set, happened]
}

function setOf({validators, l1Batch, lastReplayKey}: L1Set): L1Set {
  return {validators, l1Batch, lastReplayKey}
}

function withAnchor(anchors: readonly L1Anchor[], anchor: L1Anchor): L1Anchor[] {
  const below = anchors.filter(({number}) => number < anchor.number)
  return [...below, anchor].slice(-L1_ANCHORS)
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
