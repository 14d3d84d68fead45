import {MetisSeqError} from '../lib/errors.ts'
import {MOST_POWER, type Validator} from '../protocol/span.ts'
import {
  currentValidators,
  proposerOf,
  replayKey,
  type L1Event,
  type PosEvent,
  type PosState,
} from './state.ts'

/**
 * Highest power after a change of the lock. Not applied at join. Source: Themis
 * `staking/side_handler.go`.
 */
const MAX_UPDATED_POWER = 100_000
const WEI_PER_METIS = 10n ** 18n

/**
 * The state after one L1 event. An invalid event is refused and the set stays unchanged: the chain
 * continues, as the real one does when a side transaction is voted down.
 *
 * Source: Themis `staking/handler.go`, `staking/side_handler.go`; replay key instead of votes.
 */
export function applyL1Event(state: PosState, event: L1Event): [PosState, PosEvent] {
  const key = replayKey(event)
  const refuse = (reason: string): [PosState, PosEvent] => [
    state,
    {type: 'l1-event-refused', name: event.name, replayKey: key, reason},
  ]
  if (key <= state.lastReplayKey) return refuse('it was already applied')
  const seen = {...state, lastReplayKey: key}
  switch (event.name) {
    case 'Locked':
      return (
        join(seen, event) ?? refuse('the sequencer id, the signer or the amount is not acceptable')
      )
    case 'LockUpdate':
      return (
        updateStake(seen, event) ?? refuse('the sequencer id is unknown or the amount too small')
      )
    case 'SignerChange':
      return (
        changeSigner(seen, event) ??
        refuse('the sequencer id is unknown or the new signer is known')
      )
    case 'UnlockInit':
      return exit(seen, event) ?? refuse('the sequencer id is unknown')
    case 'BatchSubmitReward':
      return advanceBatch(seen, event.newBatchId) ?? refuse('the batch id does not increase')
  }
}

type Applied = [PosState, PosEvent] | undefined

function join(state: PosState, event: L1Event & {name: 'Locked'}): Applied {
  const {sequencerId, signer, nonce, activationBatch, amountWei, pubKey} = event
  const power = powerOf(amountWei)
  const taken = state.validators.some(
    (validator) => validator.id === sequencerId || validator.signer === signer,
  )
  if (taken || power === undefined) return undefined
  const joined: Validator = {
    id: sequencerId,
    signer,
    pubKey,
    power,
    startBatch: activationBatch,
    endBatch: 0n,
    nonce,
    lastUpdated: replayKey(event).toString(),
    jailed: false,
    accum: 0,
  }
  return [
    withValidators(state, [...state.validators, joined]),
    {type: 'validator-joined', sequencerId, signer, power},
  ]
}

function updateStake(state: PosState, event: L1Event & {name: 'LockUpdate'}): Applied {
  const power = powerOf(event.newAmountWei)
  const old = liveRecord(state, event.sequencerId)
  if (power === undefined || old === undefined) return undefined
  const updated = touched(old, event, {power: Math.min(power, MAX_UPDATED_POWER)})
  return [
    replaced(state, updated),
    {type: 'stake-updated', sequencerId: old.id, signer: old.signer, power: updated.power},
  ]
}

function changeSigner(state: PosState, event: L1Event & {name: 'SignerChange'}): Applied {
  const {newSigner, pubKey} = event
  const old = liveRecord(state, event.sequencerId)
  if (old === undefined || state.validators.some(({signer}) => signer === newSigner))
    return undefined
  // Without power the old record is inactive at once, even while the batch id is still 0.
  const retired = touched(old, event, {power: 0, endBatch: state.l1Batch})
  const renewed = touched(old, event, {signer: newSigner, pubKey})
  return [
    withValidators(replaced(state, retired), [...replaced(state, retired).validators, renewed]),
    {type: 'signer-changed', sequencerId: old.id, oldSigner: old.signer, newSigner},
  ]
}

function exit(state: PosState, event: L1Event & {name: 'UnlockInit'}): Applied {
  const old = liveRecord(state, event.sequencerId)
  if (old === undefined) return undefined
  const endBatch = event.deactivationBatch
  return [
    replaced(state, touched(old, event, {endBatch})),
    {type: 'validator-exited', sequencerId: old.id, signer: old.signer, endBatch},
  ]
}

function advanceBatch(state: PosState, newBatchId: bigint): Applied {
  if (newBatchId < state.l1Batch + 1n) return undefined
  const advanced = {...state, l1Batch: newBatchId}
  return [movePriorities(advanced), {type: 'batch-advanced', l1Batch: newBatchId}]
}

/** One round of Tendermint's weighted round robin: all gain their power, the first pays the sum. */
function movePriorities(state: PosState): PosState {
  const current = currentValidators(state)
  if (current.length === 0) return state
  const total = current.reduce((sum, {power}) => sum + power, 0)
  const raised = current.map((validator) => ({
    ...validator,
    accum: validator.accum + validator.power,
  }))
  const first = raised.reduce((best, validator) =>
    validator.accum > best.accum ? validator : best,
  )
  const moved = raised.map((validator) =>
    validator === first ? {...validator, accum: validator.accum - total} : validator,
  )
  return moved.reduce(replaced, state)
}

/**
 * The next proposers, the current one first; at most as many as there are validators.
 *
 * Source: Themis `staking/querier.go`, the proposers of the next `times` rounds.
 */
export function nextProposers(state: PosState, times: number): Validator[] {
  const proposers: Validator[] = []
  const count = Math.min(times, currentValidators(state).length)
  for (let moved = state; proposers.length < count; moved = movePriorities(moved)) {
    proposers.push(proposerOf(moved)!)
  }
  return proposers
}

/** The current record of a sequencer: after a change of signer the old one has no power. */
export function liveRecord({validators}: PosState, sequencerId: bigint): Validator | undefined {
  const records = validators.filter(({id}) => id === sequencerId)
  return records.find(({power}) => power > 0) ?? records.at(-1)
}

function touched(validator: Validator, event: L1Event, change: Partial<Validator>): Validator {
  const nonce = 'nonce' in event ? event.nonce : validator.nonce
  return {...validator, nonce, lastUpdated: replayKey(event).toString(), ...change}
}

function replaced(state: PosState, validator: Validator): PosState {
  const others = state.validators.filter(({signer}) => signer !== validator.signer)
  return withValidators(state, [...others, validator])
}

function withValidators(state: PosState, validators: Validator[]): PosState {
  return {...state, validators: validators.sort((a, b) => (a.signer < b.signer ? -1 : 1))}
}

/** Whole METIS, rounded down. Undefined below one. */
function powerOf(amountWei: bigint): number | undefined {
  const power = amountWei / WEI_PER_METIS
  if (power > BigInt(MOST_POWER)) {
    throw new MetisSeqError({
      code: 'IMPOSSIBLE_AMOUNT',
      message: `An L1 event locks ${amountWei} wei, more than METIS exists.`,
      facts: {amountWei: `${amountWei}`},
    })
  }
  return power >= 1n ? Number(power) : undefined
}
