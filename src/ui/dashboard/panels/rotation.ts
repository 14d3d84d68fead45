import {answerOf} from '../../../health/snapshot.ts'
import {counted, shortHex} from '../../../lib/units.ts'
import type {RotationNow} from '../../../services/rotation/epochs.ts'
import type {TimedEpoch} from '../../../services/rotation/forecast.ts'
import type {RotationLook} from '../../../services/rotation/look.ts'
import {planDoubt, type NextTurn} from '../../../services/rotation/next-turn.ts'
import type {SuccessorView} from '../../../services/rotation/successor.ts'
import {toSource} from '../../../services/live/feeds.ts'
import type {PosLook} from '../../../services/health/consensus.ts'
import {clock, unplannedText} from '../../presenters/rotation.ts'
import type {Around, Row} from '../model.ts'
import {turnIn} from '../data.ts'
import {etaOf, nameOf, row} from '../rows.ts'
import {timelineOf} from '../timeline.ts'

export function rotationRows(value: RotationNow, around: Around): Row[] {
  const planned = value.next
  const look = lookOf(around)
  const unknown = unknownPlan(value, around)
  return [
    planned
      ? row(
          'next',
          `${planned.number} ${nameOf(planned)}, ${planned.state}`,
          planned.mine ? 'mine' : 'plain',
        )
      : row('next', unknown ?? unplannedText(value.epoch), 'dim'),
    turnRow(value, around, unknown),
    row('then', unknown ?? thenText(look, planned?.number ?? value.epoch?.number)),
    ...(look ? [successorRow(look.successor, around)] : []),
    ...(look ? timelineRows(look) : []),
    ...(look ? [forecastRow(look)] : []),
    row('validators', validatorsOf(around)),
    ...epochRows(look?.forecast.epochs ?? [], value.headBlock, around),
  ]
}

/** For a panel that is tall enough, or alone: epochs that are not over at the newest head. */
function epochRows(epochs: readonly TimedEpoch[], headBlock: bigint, around: Around): Row[] {
  return epochs
    .filter(({endBlock}) => endBlock === null || endBlock > headBlock)
    .map((epoch) => epochRow(epoch, headBlock, around))
}

function epochRow(epoch: TimedEpoch, headBlock: bigint, around: Around): Row {
  const {number, startBlock, endBlock, signer, mine, label} = epoch
  const away = startBlock === null ? null : startBlock - headBlock - 1n
  const cells = [
    signer === null ? 'unknown' : nameOf({signer, mine: mine === true}),
    label,
    `${startBlock ?? '?'} to ${endBlock ?? '?'}`,
    ...(away === null ? [] : [away <= 0n ? 'now' : `in ${etaOf(away, around)}`]),
  ]
  return row(`${number}`, cells.join(', '), mine ? 'mine' : 'plain')
}

/** Undefined while the slower look has not arrived, or is too old. */
function lookOf({snapshot, now}: Around): RotationLook | undefined {
  const look = answerOf(toSource(snapshot.extras.rotation), now)
  return look.known ? look.value : undefined
}

/**
 * Why epochs that are not committed are unknown; null when they are known. Short where the panel has
 * a row for the source that is down.
 */
function unknownPlan(value: RotationNow, {snapshot, now}: Around): string | null {
  const pos = answerOf(toSource(snapshot.feeds.pos), now)
  const doubt = planDoubt(pos, value)
  if (doubt === null) return null
  if (pos.known) return `unknown: ${doubt}`
  return pos.why === 'absent' ? 'unknown without a consensus layer' : 'unknown'
}

function turnRow(value: RotationNow, around: Around, unknown: string | null): Row {
  const turn = turnIn(around.snapshot, around.now)
  if (!turn) return row('my turn', noTurnText(value, around, unknown), 'dim')
  if (turn.blocksAway === 0n) return row('my turn', `now, epoch ${turn.number}`, 'mine')
  const about = turn.basis === 'committed' ? '' : 'about '
  return row(
    'my turn',
    `in ${about}${etaOf(turn.blocksAway, around)}, epoch ${turn.number} (${basisWord(turn, around)})`,
    'mine',
  )
}

function noTurnText({epoch}: RotationNow, {snapshot, now}: Around, unknown: string | null): string {
  if (snapshot.setting.signer === null) return 'none: the profile has no signer'
  if (!answerOf(toSource(snapshot.feeds.l2), now).known) return 'unknown'
  if (unknown !== null) return unknown
  return epoch ? 'not among the next 65 epochs' : 'unknown'
}

/** A drawn epoch is exact when the draws were proven, see `epoch forecast`. */
function basisWord({basis, number}: NextTurn, around: Around): string {
  if (basis === 'committed' || basis === 'planned') return basis
  const epoch = lookOf(around)?.forecast.epochs.find((each) => each.number === number)
  return epoch?.label === 'exact' ? 'exact' : 'probable'
}

function thenText(look: RotationLook | undefined, after: bigint | undefined): string {
  if (!look) return 'asking…'
  const next = look.forecast.epochs.filter(({number}) => after !== undefined && number > after)
  return next.slice(0, 3).map(thenCell).join(', ') || 'unknown'
}

function thenCell({number, signer, mine}: TimedEpoch): string {
  if (signer === null) return `${number} unknown`
  return `${number} ${nameOf({signer, mine: mine === true})}`
}

function successorRow(view: SuccessorView | null, {snapshot, now}: Around): Row {
  // At the end of the last committed epoch nobody can fall silent.
  const label = view?.isHalted ? 'respan' : 'if silent'
  if (!view) return row(label, 'unknown', 'dim')
  const [first, second] = view.attempts
  if (!first || first.signer === null) return row(label, 'nobody can take over', 'warn')
  const named = ({signer, mine}: {signer: string | null; mine: boolean}) =>
    mine ? '◆ YOU' : shortHex(signer ?? 'nobody')
  const then = second ? `, then ${named(second)}` : ''
  const {l2} = snapshot.feeds
  const head = l2.value?.headTimestampSeconds ?? view.headTimestampSeconds
  const silent = Math.max(0, Math.floor(now.wallMs / 1000) - Number(head))
  const at = `${clock(silent)} of ${clock(view.respanDelaySeconds)}`
  return row(label, `${named(first)}${then}, ${at}`, first.mine ? 'mine' : 'plain')
}

function timelineRows(look: RotationLook): Row[] {
  const {past, coming, legend} = timelineOf(look)
  const letters = legend.map(({letter, signer}) => `${letter} ${shortHex(signer)}`).join(' ')
  return [
    row('past', past || 'none'),
    row('coming', coming || 'unknown'),
    row('', `◆ you ${letters}`, 'dim'),
  ].map((each) => ({...each, isTimeline: true}))
}

function forecastRow({forecast}: RotationLook): Row {
  const {backTest, doubt, confidence} = forecast
  const tested = backTest ? `${backTest.hits} of ${counted(backTest.tested, 'draw')} came true` : ''
  if (doubt !== null) return row('forecast', `${doubt}${tested ? `; ${tested}` : ''}`, 'warn')
  const why = confidence === 'sole' ? 'one validator can be drawn' : tested
  return row('forecast', `exact: ${why}`, 'ok')
}

function validatorsOf({snapshot, now}: Around): string {
  const pos = answerOf<PosLook>(toSource(snapshot.feeds.pos), now)
  return pos.known ? String(pos.value.validators) : 'unknown'
}
