import type {DutyOutcome} from '../../../protocol/rotation/duty.ts'
import type {DutyHistory, DutyPeriod, TimedDuty} from '../../../services/duty/history.ts'
import {outcomeWords, scoreText} from '../../presenters/duty.ts'
import type {Row, Tone} from '../model.ts'
import {row} from '../rows.ts'
import {counted} from '../../../lib/units.ts'

/** For a panel alone; one among others has room for the first of them. */
const SHOWN_DUTIES = 100

const tones: Record<DutyOutcome, Tone> = {
  full: 'ok',
  'stood-in': 'ok',
  short: 'plain',
  'taken-over': 'warn',
  missed: 'critical',
  'not-committed': 'dim',
  unknown: 'warn',
  pending: 'dim',
}

export function dutyRows(history: DutyHistory): Row[] {
  const {duties, periods} = history
  return [
    ...periods.map(periodRow),
    ...duties.slice(-SHOWN_DUTIES).toReversed().map(dutyRow),
    ...(duties.length === 0 ? [row('', 'no duties yet', 'dim')] : []),
  ]
}

function periodRow({days, isWhole, score, luck}: DutyPeriod): Row {
  const {epochs, takenOver, missed, unknown} = score
  const share = score.score === null ? 'no score yet' : scoreText(score)
  const unclear = unknown > 0 ? `, ${unknown} unknown` : ''
  const failed = `${takenOver} lost, ${missed ?? '?'} missed${unclear}`
  const drawn = luck ? `, ${luck.drawn} drawn, ${luck.expected.toFixed(1)} due` : ''
  const rest = luck && luck.unknown > 0 ? ` in ${luck.epochs} known` : ''
  return row(
    `${days} d${isWhole ? '' : '*'}`,
    `${share} of ${epochs}, ${failed}${drawn}${rest}`,
    missed !== null && missed > 0 ? 'critical' : takenOver + unknown > 0 ? 'warn' : 'plain',
  )
}

function dutyRow({number, made, expected, outcome}: TimedDuty): Row {
  // Read when the epoch began: its blocks are counted in the panel of the production.
  const blocks =
    outcome === 'pending'
      ? `${counted(expected, 'block')} expected`
      : `${made} of ${expected} blocks`
  return row(`${number}`, `${outcomeWords[outcome]}, ${blocks}`, tones[outcome])
}
