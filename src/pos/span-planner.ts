import {currentValidators, latestSpan, sameEpoch, type Command, type PosState} from './state.ts'
import {proposalWindow} from './transition.ts'
import {newestEpoch, type L2View} from './l2-view.ts'

export type SpanStep =
  | {type: 'command'; command: Command}
  /** Epochs up to this one are missing and must be read from the contract first. */
  | {type: 'recover'; from: bigint; to: bigint}
  | {type: 'none'}

/** Epochs recovered per step, so that one step stays short. */
const RECOVER_AT_ONCE = 64n

/**
 * The next step for spans, or none. Pure.
 *
 * If the two differ, the contract is right: the nodes follow it.
 *
 * Source: Themis `bridge/setu/processor/span.go`, checkAndPropose.
 *
 * @param validatorsComplete false until the L1 was read up to its confirmed head in this run;
 * before that, the selection might use an incomplete set
 */
export function nextSpanStep(state: PosState, view: L2View, validatorsComplete: boolean): SpanStep {
  const newest = newestEpoch(view)
  const last = latestSpan(state)
  const from = last ? last.id + 1n : 0n
  if (view.epochs[0].number > from || (!last && newest.number > 0n)) {
    const limit = from + RECOVER_AT_ONCE - 1n
    return {type: 'recover', from, to: newest.number < limit ? newest.number : limit}
  }
  if (!last || view.epochs.some((epoch) => differs(state, epoch))) {
    return {type: 'command', command: {type: 'adopt-epochs', epochs: view.epochs}}
  }
  if (last.id > newest.number) {
    // Not committed yet. The contract rejects any length but its own.
    if (last.endBlock - last.startBlock + 1n === view.epochLength) return {type: 'none'}
    const {epochLength} = view
    return {type: 'command', command: {type: 'drop-span', spanId: last.id, epochLength}}
  }
  const due = validatorsComplete && currentValidators(state).some(({endBatch}) => endBatch === 0n)
  if (!due || !proposalWindow(last, view.head)) return {type: 'none'}
  const {head: l2Head, epochLength} = view
  return {
    type: 'command',
    command: {type: 'propose-span', spanId: last.id + 1n, l2Head, epochLength},
  }
}

function differs(state: PosState, epoch: L2View['epochs'][number]): boolean {
  const span = state.spans.find(({id}) => id === epoch.number)
  if (span) return !sameEpoch(span, epoch)
  const last = latestSpan(state)
  return last === undefined || epoch.number > last.id
}
