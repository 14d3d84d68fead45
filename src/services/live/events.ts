/** Events as text, identical on every display. Pure. */
import type {HealthChange} from '../../health/changes.ts'
import type {HealthReport, Issue} from '../../health/issue.ts'
import {epochBlocks} from '../../protocol/epoch.ts'
import type {EpochView, RotationNow} from '../rotation/epochs.ts'
import type {L1Money} from '../health/money.ts'

export const eventTypes = [
  'current',
  'epoch-started',
  'epoch-committed',
  'takeover',
  'stalled',
  'resumed',
  'issue-raised',
  'issue-changed',
  'issue-cleared',
  'reward-credited',
  'rewards-claimed',
  'sequencer-changed',
] as const

export type EventType = (typeof eventTypes)[number]

export interface OperatorEvent {
  type: EventType
  /** Wall clock in milliseconds. */
  atMs: number
  level: 'info' | 'warn' | 'critical'
  text: string
  /** Newest L2 block at that time; null while L2 is unknown. */
  headBlock: bigint | null
  /** The epoch that began, was committed or respanned; null for other events. */
  epoch: EpochView | null
  /** The issue that began, changed or ended; null for other events. */
  issue: Issue | null
}

type Words = Pick<OperatorEvent, 'type' | 'level' | 'text'> &
  Partial<Pick<OperatorEvent, 'headBlock' | 'epoch' | 'issue'>>

export function eventOf(words: Words, atMs: number): OperatorEvent {
  return {headBlock: null, epoch: null, issue: null, atMs, ...words}
}

function nameOf({mine, signer}: EpochView): string {
  return mine ? 'YOU' : signer
}

/** The rotation at the start of the watch. Not a change. */
export function currentEvent(now: RotationNow, atMs: number): OperatorEvent {
  const {epoch, headBlock} = now
  const text = epoch
    ? `Epoch ${epoch.number} is running, producer ${nameOf(epoch)}, until block ${epoch.endBlock}.`
    : 'No epoch covers the next block.'
  const level = epoch ? 'info' : 'critical'
  return eventOf({type: 'current', level, text, headBlock, epoch}, atMs)
}

/** Changes of the rotation between two readings. */
export function rotationEvents(
  now: RotationNow,
  before: RotationNow | null,
  atMs: number,
): OperatorEvent[] {
  if (!before) return []
  const event = (words: Words) => eventOf({headBlock: now.headBlock, ...words}, atMs)
  const events: OperatorEvent[] = []
  const taken = respanBetween(now, before)
  if (taken) {
    events.push(
      event({
        type: 'takeover',
        level: 'warn',
        epoch: taken.epoch,
        text: `Respan: epoch ${taken.epoch.number} was given to ${nameOf(taken.epoch)} from block ${taken.epoch.startBlock} on${taken.why}.`,
      }),
    )
  }
  for (const epoch of now.newest) {
    if (epoch.number <= (before.newest.at(-1)?.number ?? -1n)) continue
    if (epoch.number === taken?.epoch.number) continue
    events.push(
      event({
        type: 'epoch-committed',
        level: 'info',
        epoch,
        text: `Epoch ${epoch.number} committed, producer ${nameOf(epoch)}.`,
      }),
    )
  }
  // A missing epoch for the next block is an issue, and reported as one.
  if (now.epoch && now.epoch.number !== before.epoch?.number) {
    events.push(
      event({
        type: 'epoch-started',
        level: 'info',
        epoch: now.epoch,
        text: `Epoch ${now.epoch.number} started, producer ${nameOf(now.epoch)}.`,
      }),
    )
  }
  return events
}

/**
 * The epoch created by a recommitment: it cuts the current one short, reassigns its committed successor,
 * or creates one that was never committed.
 *
 * - Source: `MetisSequencerSet.recommitEpoch`.
 */
function respanBetween(
  now: RotationNow,
  before: RotationNow,
): {epoch: EpochView; why: string} | undefined {
  const becauseOf = (name: string) => `, because ${name} fell silent`
  for (const epoch of now.newest) {
    const known = before.newest.find(({number}) => number === epoch.number)
    if (known && known.signer !== epoch.signer) {
      return {epoch, why: becauseOf(before.epoch ? nameOf(before.epoch) : known.signer)}
    }
    const earlier = before.newest.find(({number}) => number === epoch.number - 1n)
    const cut = now.newest.find(({number}) => number === epoch.number - 1n)
    if (earlier && cut && cut.endBlock < earlier.endBlock) {
      return {epoch, why: becauseOf(nameOf(earlier))}
    }
    if (known || !earlier || !isLong(epoch, now, before)) continue
    // Nobody could produce its first block, so no commitment had named anybody for it.
    const isPlanned = before.epoch === null && epoch.startBlock === before.headBlock + 1n
    return {epoch, why: isPlanned ? ' before it was committed; nobody fell silent' : ''}
  }
  return undefined
}

/** A committed epoch has the length that the contract asks for; only a recommitment makes a longer one. */
function isLong(epoch: EpochView, ...looks: readonly RotationNow[]): boolean {
  return looks.every(({epochLength}) => epochBlocks(epoch) > epochLength)
}

/** Ids meaning that L2 produces no blocks. */
const STALLS: readonly string[] = ['l2-stalled', 'own-turn-silent']

export function healthEvents(
  changes: readonly HealthChange[],
  after: HealthReport,
  headBlock: bigint | null,
  atMs: number,
): OperatorEvent[] {
  const isStalled = after.issues.some(({id}) => STALLS.includes(id))
  return changes.map((change) => {
    const {issue} = change
    const level = issue.severity
    const isStall = STALLS.includes(issue.id)
    const at = {headBlock, issue}
    switch (change.type) {
      case 'raised':
        return eventOf(
          {...at, type: isStall ? 'stalled' : 'issue-raised', level, text: sentence(issue.text)},
          atMs,
        )
      case 'changed':
        return eventOf(
          {...at, type: 'issue-changed', level, text: `${sentence(issue.text)} Now ${level}.`},
          atMs,
        )
      case 'cleared': {
        const type = !isStall ? 'issue-cleared' : isStalled ? 'issue-changed' : 'resumed'
        return eventOf({...at, type, level: 'info', text: `Over: ${issue.text}.`}, atMs)
      }
    }
  })
}

export function moneyEvents(now: L1Money, before: L1Money | null, atMs: number): OperatorEvent[] {
  const was = before?.stake?.sequencer
  const is = now.stake?.sequencer
  if (!was || !is) return []
  const events: OperatorEvent[] = []
  const add = (words: Words) => events.push(eventOf(words, atMs))
  if (is.rewardMetisWei > was.rewardMetisWei) {
    add({type: 'reward-credited', level: 'info', text: 'A reward batch was credited.'})
  }
  if (is.rewardMetisWei < was.rewardMetisWei) {
    add({type: 'rewards-claimed', level: 'info', text: 'Rewards were claimed.'})
  }
  if (is.status !== was.status) {
    add({type: 'sequencer-changed', level: 'warn', text: `The sequencer is ${is.status}.`})
  }
  return events
}

function sentence(clause: string): string {
  return `${clause[0]?.toUpperCase() ?? ''}${clause.slice(1)}.`
}
