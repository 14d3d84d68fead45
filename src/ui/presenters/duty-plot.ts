/** Duties as a picture: how each epoch ended, and the score up to then. */
import {counted, percentDown, shortHex} from '../../lib/units.ts'
import {dutyOutcomes, isCounted, type DutyOutcome} from '../../protocol/rotation/duty.ts'
import type {DutyHistory, TimedDuty} from '../../services/duty/history.ts'
import {missedUnknown, outcomeWords, scoreText} from './duty.ts'
import {bar, curve, percentAxis, plotDocument, type PlotPanel} from './plot.ts'

const marks = {
  full: {hue: 'blue', kind: 'fill'},
  'stood-in': {hue: 'blue', kind: 'hollow'},
  short: {hue: 'gray', kind: 'fill'},
  'taken-over': {hue: 'orange', kind: 'fill'},
  missed: {hue: 'red', kind: 'hollow'},
  'not-committed': {hue: 'gray', kind: 'hollow'},
  unknown: {hue: 'orange', kind: 'hollow'},
  pending: {hue: 'gray', kind: 'hollow'},
  score: {hue: 'blue', kind: 'line'},
  epoch: {hue: 'blue', kind: 'fill'},
} as const

/** Of those that cost a reward. */
const glyphs: Partial<Record<DutyOutcome, string>> = {'taken-over': '▲', missed: '✖'}

/** An SVG document with the outcome per epoch, and the score. Pure. */
export function dutyPlot({signer, duties, periods, knowsMissed}: DutyHistory): string {
  const title = `${shortHex(signer)}: blocks made of those expected, per own epoch`
  const counts = dutyOutcomes.map((outcome) => {
    const count = duties.filter((duty) => duty.outcome === outcome).length
    const glyph = glyphs[outcome]
    const shown = outcome === 'missed' && !knowsMissed ? 'unknown' : count
    return `${glyph === undefined ? '' : `${glyph} `}${outcomeWords[outcome]} ${shown}`
  })
  const score = periods[0]?.score
  return plotDocument({
    title,
    description: `${counted(duties.length, 'epoch')}: ${counts.join(', ')}. ${score && score.score !== null ? `Score ${scoreText(score)}.` : 'No score yet.'}`,
    panels:
      duties.length === 0 ? [{title, empty: 'No duties in this time.'}] : panelsOf(title, duties),
    notes: [`${counts.join(', ')}.`, ...(knowsMissed ? [] : [missedUnknown])],
    marks,
  })
}

/** By their order: a signer has one epoch in many, and the gaps between them mean nothing. */
function panelsOf(title: string, duties: readonly TimedDuty[]): PlotPanel[] {
  const x = {
    scale: {from: 0, to: duties.length},
    ticks: ticksOf(duties.length),
    textOf: (at: number) => `${duties[Math.floor(at)]?.number ?? ''}`,
    label: 'epoch',
  }
  return [
    {
      ...{title, x, y: percentAxis()},
      marks: (place) => duties.map((duty, at) => bar(barOf(duty, at), place)),
    },
    {
      ...{title: 'Score: blocks made of those expected, up to each epoch', x, y: percentAxis()},
      marks: (place) => curve(scoresOf(duties), {line: 'score', dot: 'epoch'}, place),
    },
  ]
}

function ticksOf(count: number): number[] {
  const shown = Math.min(count, 6)
  return Array.from({length: shown}, (_, index) =>
    shown === 1 ? 0.5 : Math.round((index * (count - 1)) / (shown - 1)) + 0.5,
  )
}

function barOf({number, made, expected, outcome}: TimedDuty, at: number) {
  const glyph = glyphs[outcome]
  return {
    ...{from: at, until: at + 1, value: percentDown(made, expected), mark: outcome},
    title: `epoch ${number}: ${outcomeWords[outcome]}, ${made} of ${expected} blocks`,
    ...(glyph === undefined ? {} : {glyph}),
  }
}

/** An epoch that is not over or not known has no score. */
function scoresOf(duties: readonly TimedDuty[]): [number, number | undefined][] {
  let [made, expected] = [0n, 0n]
  return duties.map((duty, at) => {
    if (!isCounted(duty)) return [at + 0.5, undefined]
    made += duty.made
    expected += duty.expected
    return [at + 0.5, percentDown(made, expected)]
  })
}
