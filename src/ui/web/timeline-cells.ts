import {shortHex} from '../../lib/units.ts'
import type {ForecastLabel} from '../../protocol/rotation/forecast.ts'
import {isSame, type EpochRecord} from '../../protocol/rotation/records.ts'
import type {TimedEpoch} from '../../services/rotation/forecast.ts'
import type {RotationLook} from '../../services/rotation/look.ts'
import {timelineOf} from '../dashboard/timeline.ts'

/** An epoch on the timeline. */
export interface WebCell {
  number: string
  when: 'past' | 'current' | 'coming'
  /** `◆` for the own signer, `◇` where that is only probable, a letter for others, `?` for unknown. */
  glyph: string
  isMine: boolean
  /** How its producer is known; a past one is a fact. */
  label: ForecastLabel | 'fact'
  isRespanned: boolean
  isCut: boolean
  /** Everything about it in one sentence. */
  text: string
}

/**
 * The newest past epochs, the current one and those of the forecast, oldest first.
 *
 * @param now current epoch by the newest look at L2, which is read more often than the forecast
 */
export function timelineCells(
  look: RotationLook | null,
  now: bigint | undefined,
): {
  cells: WebCell[]
  legend: {letter: string; signer: string}[]
} {
  if (!look) return {cells: [], legend: []}
  const {legend} = timelineOf(look)
  const own = look.forecast.signer
  const letterOf = (signer: string) =>
    legend.find((each) => each.signer.toLowerCase() === signer.toLowerCase())?.letter ?? '?'
  const [current] = look.forecast.epochs
  const past = look.past.filter(({number}) => current === undefined || number < current.number)
  return {
    cells: [
      ...past.map((epoch) => pastCell(epoch, isSame(epoch.signer, own), letterOf)),
      ...look.forecast.epochs.map((epoch) =>
        comingCell(epoch, whenOf(epoch.number, now ?? current?.number), letterOf),
      ),
    ],
    legend: legend.map(({letter, signer}) => ({letter, signer: shortHex(signer)})),
  }
}

function whenOf(number: bigint, now: bigint | undefined): WebCell['when'] {
  if (now === undefined || number > now) return 'coming'
  return number === now ? 'current' : 'past'
}

function pastCell(
  {number, signer, isRespanned, replaced, ...record}: EpochRecord,
  isMine: boolean,
  letterOf: (signer: string) => string,
): WebCell {
  const who = isMine ? 'you' : shortHex(signer)
  const isCut = record.isCut === true
  const early = replaced === 'planned' ? ' before it was committed' : ''
  const how = [
    ...(isRespanned ? [`began with a respan${early}`] : []),
    ...(isCut ? ['ended early'] : []),
  ]
  return {
    ...{number: `${number}`, when: 'past', isMine, label: 'fact', isRespanned, isCut},
    glyph: isMine ? '◆' : letterOf(signer),
    text: [`epoch ${number}: ${who}`, ...how].join(', '),
  }
}

function comingCell(
  {number, signer, mine, label, basis}: TimedEpoch,
  when: WebCell['when'],
  letterOf: (signer: string) => string,
): WebCell {
  const isMine = mine === true
  const glyph = signer === null ? '?' : isMine ? (label === 'exact' ? '◆' : '◇') : letterOf(signer)
  const who = signer === null ? 'producer unknown' : isMine ? 'you' : shortHex(signer)
  const how = when === 'current' ? 'now' : when === 'past' ? 'over' : `${label}, ${basis}`
  return {
    ...{number: `${number}`, when, glyph, isMine, label, isRespanned: false, isCut: false},
    text: `epoch ${number}: ${who}, ${how}`,
  }
}
