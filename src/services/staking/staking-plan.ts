import {formatWeiShort, isoTime} from '../../lib/units.ts'
import {
  figuresOf,
  outcomeOf,
  type Figures,
  type StakingCall,
  type SequencerSnapshot,
} from '../../protocol/locking-pool.ts'
import {statusWord} from '../../protocol/sequencer.ts'
import {requireAll} from '../sending/check.ts'
import type {Effect, Figure, Plan, PlannedCall, Trap} from '../sending/plan.ts'
import {conditionsOf} from './conditions.ts'
import type {CallFacts} from './rule.ts'

/** A plan for one sequencer, with the snapshot behind its predictions. */
export interface StakingPlan extends Plan {
  chain: 'L1'
  snapshot: SequencerSnapshot
  call: StakingCall
}

export interface StakingRequest {
  /** Words of the command. */
  action: string
  title: string
  /** Subject of the preconditions, for errors: `An exit`. */
  subject: string
  role: 'owner' | 'signer'
  snapshot: SequencerSnapshot
  call: StakingCall
  callFacts?: CallFacts
  calls: PlannedCall[]
  /** Effects in addition to the changed values. */
  effects?: Effect[]
  traps?: Trap[]
  /** True when the sequencer's id must be typed before sending. */
  irreversible?: boolean
}

/**
 * A plan whose preconditions are all met, with every value before and after.
 *
 * @throws {MetisSeqError} code of the first precondition that is not met
 */
export function toStakingPlan(request: StakingRequest): StakingPlan {
  const {snapshot, call, calls, action, title, role, subject} = request
  const conditions = conditionsOf(call, snapshot, request.callFacts)
  requireAll(conditions, subject, {
    sequencerId: `${snapshot.sequencer.sequencerId}`,
    account: snapshot.caller,
  })
  const before = figuresOf(snapshot)
  const after = outcomeOf(call, snapshot, snapshot.timeSeconds)
  const figures = changes(before, after)
  return {
    ...{action, title, role, calls, conditions, figures, snapshot, call},
    chain: 'L1',
    from: snapshot.caller,
    effects: [...figures.map((figure) => toEffect(figure, role)), ...(request.effects ?? [])],
    traps: request.traps ?? [],
    ...(request.irreversible ? {irreversible: `${snapshot.sequencer.sequencerId}`} : {}),
  }
}

/** The values that differ. */
export function changes(before: Figures, after: Figures): Figure[] {
  return keysOf(before)
    .filter((id) => before[id] !== after[id])
    .map((id) => ({id, before: `${before[id]}`, after: `${after[id]}`}))
}

export function keysOf(figures: Figures): (keyof Figures)[] {
  return Object.keys(figures) as (keyof Figures)[]
}

const labels: Record<keyof Figures, string> = {
  status: 'status',
  lockedMetisWei: 'locked',
  claimableMetisWei: 'claimable',
  rewardRecipient: 'rewards go to (L2)',
  owner: 'owner',
  signer: 'signer',
  updatedBatch: 'last withdrawal or signer update',
  operationNonce: 'operation number',
  unlockClaimTimeSeconds: 'METIS free from',
  totalLockedMetisWei: 'locked by all sequencers',
  callerMetisWei: 'METIS of the owner on L1',
}

function toEffect({id, before, after}: Figure, role: Plan['role']): Effect {
  const key = id as keyof Figures
  const label = key === 'callerMetisWei' ? `METIS of the ${role} on L1` : labels[key]
  return {label, before: shown(key, before), after: shown(key, after)}
}

function shown(id: keyof Figures, value: string): string {
  if (id.endsWith('MetisWei')) return `${formatWeiShort(BigInt(value))} METIS`
  if (id === 'unlockClaimTimeSeconds') return value === '0' ? 'not exiting' : isoTime(BigInt(value))
  if (id === 'updatedBatch') return `reward batch ${value}`
  if (id === 'status') return statusWord(value as Figures['status'])
  return /^0x0{40}$/.test(value) ? 'nobody' : value
}

export interface Difference {
  id: string
  expected: string
  actual: string
}

/**
 * Values on chain that differ from the prediction.
 *
 * @param actual read at the block of the last transaction
 */
export function differencesOf(plan: StakingPlan, actual: SequencerSnapshot): Difference[] {
  const expected = outcomeOf(plan.call, plan.snapshot, actual.timeSeconds)
  const found = figuresOf(actual)
  return keysOf(expected)
    .filter((id) => expected[id] !== found[id])
    .map((id) => ({id, expected: `${expected[id]}`, actual: `${found[id]}`}))
}
