/** Rewards as a picture: what each day brought, and what they add up to. */
import {counted, formatWei} from '../../lib/units.ts'
import type {RewardHistory} from '../../services/rewards/reward-history.ts'
import {amountAxis, bar, curve, fromZero, plotDocument, timeAxis, type PlotPanel} from './plot.ts'

const DAY_SECONDS = 86_400
/** More bars than that are lines of a pixel or two. */
const MOST_BARS = 120
/** A bar as wide as the picture would say nothing. */
const LEAST_DAYS = 29
/** Days of one bar. */
const BAR_DAYS = [1, 7, 30, 90, 365] as const

const marks = {
  credit: {hue: 'blue', kind: 'fill'},
  sum: {hue: 'blue', kind: 'line'},
} as const

interface Known {
  seconds: number
  metis: number
  cumulated: number
}

/** An SVG document with the METIS credited per day, and cumulated. Pure. */
export function rewardPlot({sequencer, ledger, headTimeSeconds}: RewardHistory): string {
  const credits = ledger.entries.filter((entry) => entry.kind === 'credit')
  const known = credits.flatMap((entry): Known[] =>
    entry.timeSeconds === null || entry.creditedMetisWei === null
      ? []
      : [
          {
            seconds: entry.timeSeconds,
            metis: metisOf(entry.creditedMetisWei),
            cumulated: metisOf(entry.cumulatedMetisWei),
          },
        ],
  )
  const title = `Sequencer ${sequencer.sequencerId}: METIS credited`
  const unknown = credits.length - known.length
  return plotDocument({
    title,
    description: `${counted(credits.length, 'reward batch', 'reward batches')}, ${formatWei(ledger.creditedMetisWei)} METIS in all.`,
    panels:
      known.length === 0
        ? [{title, empty: 'No reward yet.'}]
        : panelsOf(title, known, headTimeSeconds),
    notes:
      unknown === 0 ? [] : [`${unknown} reward batches of unknown amount or time are not shown.`],
    marks,
  })
}

function panelsOf(title: string, known: readonly Known[], headSeconds: number): PlotPanel[] {
  const end = Math.max(headSeconds, known.at(-1)!.seconds) + 1
  const oldest = Math.min(known[0]!.seconds, end - LEAST_DAYS * DAY_SECONDS)
  const first = Math.floor(oldest / DAY_SECONDS) * DAY_SECONDS
  const days = Math.max(1, Math.ceil((end - first) / DAY_SECONDS))
  const barDays = BAR_DAYS.find((each) => days / each <= MOST_BARS) ?? BAR_DAYS.at(-1)!
  const width = barDays * DAY_SECONDS
  const sums = Array.from({length: Math.ceil(days / barDays)}, (_, index) => {
    const from = first + index * width
    const within = known.filter(({seconds}) => seconds >= from && seconds < from + width)
    return {from, until: from + width, value: within.reduce((sum, {metis}) => sum + metis, 0)}
  })
  const per = barDays === 1 ? 'day' : `${barDays} days`
  return [
    {
      title: `${title} per ${per}`,
      x: timeAxis({from: first, to: sums.at(-1)!.until}),
      y: amountAxis(fromZero(sums.map(({value}) => value))),
      marks: (place) =>
        sums.map((sum) => bar({...sum, mark: 'credit', title: titleOf(sum)}, place)),
    },
    {
      title: 'METIS credited so far',
      x: timeAxis({from: known[0]!.seconds, to: end}),
      y: amountAxis(fromZero([known.at(-1)!.cumulated])),
      marks: (place) => curve(stepsOf(known, end), {line: 'sum'}, place),
    },
  ]
}

/** A credit is a step: nothing comes between two of them. */
function stepsOf(known: readonly Known[], end: number): [number, number][] {
  return known.flatMap(({seconds, cumulated}, at): [number, number][] => {
    const next = known[at + 1]?.seconds ?? end
    return [
      [seconds, cumulated],
      [next, cumulated],
    ]
  })
}

function titleOf({from, value}: {from: number; value: number}): string {
  return `${new Date(from * 1000).toISOString().slice(0, 10)}: ${value} METIS`
}

function metisOf(wei: bigint): number {
  return Number(wei) / 1e18
}
