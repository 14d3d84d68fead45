import type {Address} from 'viem'

import type {Epoch} from '../protocol/epoch.ts'
import {applyL1, beginReplacement, replaceL1, stageL1} from './l1-rules.ts'
import {refused, type Result} from './refused.ts'
import {selectProducers, selectRespanProducer, type Span, type Validator} from '../protocol/span.ts'
import {
  attemptsIn,
  currentValidators,
  latestSpan,
  sameEpoch,
  spanById,
  SPANS_IN_STATE,
  type Command,
  type PosEvent,
  type PosState,
  type Respan,
} from './state.ts'

/**
 * Returns the next state and the resulting events. Pure: no clock, no chain, no log. A command that
 * breaks a rule changes only the count of commands and yields `refused`, whoever sent it.
 */
export function transition(state: PosState, command: Command): Result {
  const next = {...state, revision: state.revision + 1}
  switch (command.type) {
    case 'apply-l1':
      return applyL1(next, command)
    case 'begin-l1-replacement':
      return beginReplacement(next, command)
    case 'stage-l1':
      return stageL1(next, command)
    case 'replace-l1':
      return replaceL1(next, command)
    case 'adopt-epochs':
      return adoptEpochs(next, command.epochs)
    case 'propose-span':
      return proposeSpan(next, command)
    case 'drop-span':
      return dropSpan(next, command)
    case 'bind-respan':
      return bindRespan(next, command.respan)
    case 'release-respan':
      return releaseRespan(next, command)
    case 'record-reward-batch':
      return [
        {...next, lastRewardBatch: command.batch},
        [{type: 'reward-batch-recorded', batch: command.batch}],
      ]
  }
}

/** Source: Themis `metis/handler.go`, a recovering MsgProposeSpan freezes the contract's signer. */
function adoptEpochs(state: PosState, epochs: readonly Epoch[]): Result {
  let next = state
  const happened: PosEvent[] = []
  for (const epoch of epochs) {
    const latest = latestSpan(next)
    if (epoch.number > (latest ? latest.id + 1n : 0n)) {
      return refused(state, 'adopt-epochs', `epoch ${epoch.number} leaves a gap`)
    }
    const known = spanById(next, epoch.number)
    const tooOld = !known && latest !== undefined && epoch.number <= latest.id
    if (tooOld || (known && sameEpoch(known, epoch))) continue
    const successor = spanById(next, epoch.number + 1n)
    if (successor && successor.startBlock !== epoch.endBlock + 1n) {
      next = {...next, spans: next.spans.filter(({id}) => id <= epoch.number)}
      happened.push({type: 'spans-removed', fromSpanId: epoch.number + 1n})
    }
    const respan = landedRespan(next, epoch)
    const span = adoptedSpan(next, known, epoch)
    next = withSpan(next, span)
    happened.push({type: 'span-stored', span, cause: respan ? 'respanned' : 'recovered'})
    if (respan) {
      next = {...countAttempt(next, respan), pendingRespan: null}
      happened.push({type: 'respan-landed', respan})
    }
  }
  return [next, happened]
}

function landedRespan({pendingRespan}: PosState, epoch: Epoch): Respan | undefined {
  const landed =
    pendingRespan !== null &&
    pendingRespan.spanId === epoch.number &&
    pendingRespan.startBlock === epoch.startBlock &&
    pendingRespan.nextProducer === epoch.signer.toLowerCase()
  return landed ? pendingRespan : undefined
}

function adoptedSpan(state: PosState, known: Span | undefined, epoch: Epoch): Span {
  const {number: id, startBlock, endBlock} = epoch
  const signer = epoch.signer.toLowerCase() as Address
  // A respan trims its predecessor: same epoch, other end.
  if (known?.producers[0].signer === signer) return {...known, startBlock, endBlock}
  const producer =
    state.validators.find((validator) => validator.signer === signer) ?? unknownValidator(signer)
  return {
    id,
    startBlock,
    endBlock,
    validators: currentValidators(state),
    producers: [producer],
  }
}

/** Placeholder for a signer that no L1 event has announced yet. */
function unknownValidator(signer: Address): Validator {
  return {
    id: 0n,
    signer,
    pubKey: '0x',
    power: 0,
    startBatch: 0n,
    endBatch: 0n,
    nonce: 0n,
    lastUpdated: '',
    jailed: false,
    accum: 0,
  }
}

/** Source: Themis `bridge/setu/processor/span.go` and `metis/handler.go`, MsgProposeSpan. */
function proposeSpan(state: PosState, command: Command & {type: 'propose-span'}): Result {
  const {spanId, l2Head, epochLength} = command
  const last = latestSpan(state)
  if (!last) return refused(state, command.type, 'there is no span 0 yet')
  if (spanId !== last.id + 1n)
    return refused(state, command.type, `the next span is ${last.id + 1n}`)
  if (epochLength < 1n) return refused(state, command.type, 'a span has at least one block')
  if (!proposalWindow(last, l2Head)) {
    return refused(state, command.type, `head ${l2Head} is not in the window of span ${last.id}`)
  }
  const [first, ...others] = selectProducers({
    spanId,
    validators: state.validators,
    l1Batch: state.l1Batch,
  })
  if (!first) return refused(state, command.type, 'no validator is eligible')
  const startBlock = last.endBlock + 1n
  const span: Span = {
    id: spanId,
    startBlock,
    endBlock: startBlock + epochLength - 1n,
    validators: currentValidators(state),
    producers: [first, ...others],
  }
  return [withSpan(state, span), [{type: 'span-stored', span, cause: 'proposed'}]]
}

/** True from the moment a tenth of a span has passed until its end. */
export function proposalWindow({startBlock, endBlock}: Span, l2Head: bigint): boolean {
  return l2Head >= startBlock + (endBlock - startBlock + 1n) / 10n && l2Head <= endBlock
}

function dropSpan(state: PosState, command: Command & {type: 'drop-span'}): Result {
  const last = latestSpan(state)
  if (!last || last.id !== command.spanId || state.spans.length < 2) {
    return refused(state, command.type, 'only the newest span with one before it can be withdrawn')
  }
  if (last.endBlock - last.startBlock + 1n === command.epochLength) {
    return refused(state, command.type, 'its length is correct')
  }
  return [
    {...state, spans: state.spans.slice(0, -1)},
    [{type: 'spans-removed', fromSpanId: last.id}],
  ]
}

/**
 * Binds the one successor of a respan. Another successor for the same block and try is refused: the
 * real vote leaves it open, so late votes for one can decide for another.
 *
 * Source: Themis `metis/handler.go`, MsgReProposeSpan.
 */
function bindRespan(state: PosState, respan: Respan): Result {
  const refuse = (reason: string) => refused(state, 'bind-respan', reason)
  const old = spanById(state, respan.l2Epoch)
  if (state.pendingRespan) return refuse('another respan is not decided yet')
  if (respan.spanId !== respan.l2Epoch + 1n)
    return refuse('it does not follow the epoch in progress')
  if (!old) return refuse(`span ${respan.l2Epoch} is unknown`)
  if (respan.startBlock !== respan.l2Head + 1n) return refuse('it does not start after the head')
  if (respan.l2Head < old.startBlock) return refuse('the epoch in progress has not started')
  if (respan.endBlock <= respan.startBlock) return refuse('it has fewer than two blocks')
  // Tries may be skipped, never repeated.
  if (respan.attempt < attemptsIn(state, respan.l2Epoch)) return refuse('the try is out of order')
  const successor = selectRespanProducer({
    current: respan.currentProducer,
    height: respan.l2Head,
    validators: state.validators,
    l1Batch: state.l1Batch,
    attempt: respan.attempt,
  })
  if (successor?.signer !== respan.nextProducer)
    return refuse('the successor differs from the bound one')
  return [{...state, pendingRespan: respan}, [{type: 'respan-bound', respan}]]
}

function releaseRespan(state: PosState, command: Command & {type: 'release-respan'}): Result {
  const respan = state.pendingRespan
  if (respan?.startBlock !== command.startBlock) {
    return refused(state, command.type, 'no such respan is open')
  }
  return [
    {...countAttempt(state, respan), pendingRespan: null},
    [{type: 'respan-released', respan, reason: command.reason}],
  ]
}

function countAttempt(state: PosState, {l2Epoch, attempt}: Respan): PosState {
  return {...state, respanAttempts: {epoch: l2Epoch, count: attempt + 1n}}
}

function withSpan(state: PosState, span: Span): PosState {
  const others = state.spans.filter(({id}) => id !== span.id)
  const spans = [...others, span].sort((a, b) => (a.id < b.id ? -1 : 1))
  return {...state, spans: spans.slice(-SPANS_IN_STATE)}
}
