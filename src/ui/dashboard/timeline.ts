import {isSame} from '../../protocol/rotation/records.ts'
import type {TimedEpoch} from '../../services/rotation/forecast.ts'
import type {RotationLook} from '../../services/rotation/look.ts'

/** One letter per producer, in the order of their stake; the own one has its own glyph. */
export interface Timeline {
  /** Oldest first, one cell per epoch. */
  past: string
  /** The current epoch first. */
  coming: string
  /** Letters with their signers. */
  legend: {letter: string; signer: string}[]
}

const LETTERS = [...'abcdefghijklmnopqrstuvwxyz']
const OWN = '◆'
/** Drawn for the own signer, and not exact. */
const OWN_PERHAPS = '◇'
const UNKNOWN = '?'
/** Before an epoch that began with a respan. */
const RESPAN = '!'

/** Who produced, who is next, and where the own turns are. */
export function timelineOf({forecast, past}: RotationLook): Timeline {
  const own = forecast.signer
  const signers = [
    ...forecast.shares.map(({signer}) => signer),
    ...past.map(({signer}) => signer),
  ].filter((signer) => !isSame(signer, own))
  const known = signers.filter(
    (signer, at) => signers.findIndex((other) => isSame(other, signer)) === at,
  )
  const letterOf = (signer: string) => {
    const at = known.findIndex((other) => other.toLowerCase() === signer.toLowerCase())
    return LETTERS[at] ?? UNKNOWN
  }
  const current = forecast.epochs[0]?.number
  const before = past.filter(({number}) => current === undefined || number < current)
  return {
    past: before
      .map(
        ({signer, isRespanned}) =>
          `${isRespanned ? RESPAN : ''}${isSame(signer, own) ? OWN : letterOf(signer)}`,
      )
      .join(''),
    coming: forecast.epochs.map((epoch) => comingCell(epoch, letterOf)).join(''),
    legend: known.flatMap((signer, at) => {
      const letter = LETTERS[at]
      return letter === undefined ? [] : [{letter, signer}]
    }),
  }
}

function comingCell(
  {signer, mine, label}: TimedEpoch,
  letterOf: (signer: string) => string,
): string {
  if (signer === null) return UNKNOWN
  if (mine) return label === 'exact' ? OWN : OWN_PERHAPS
  return letterOf(signer)
}
