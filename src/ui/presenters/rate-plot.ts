/** The rate of a provider and the pool price over time as a picture: a document that needs nothing else. */
import {counted, isoTime} from '../../lib/units.ts'
import {lstName} from '../../protocol/lst/providers.ts'
import type {RateSample} from '../../protocol/lst/yield.ts'
import type {LstHistory} from '../../services/lst/history.ts'
import type {PegHistory} from '../../services/lst/peg-history.ts'
import {amountAxis, curve, plotDocument, timeAxis, widened, type PlotPanel} from './plot.ts'

const marks = {
  rate: {hue: 'blue', kind: 'line'},
  sample: {hue: 'blue', kind: 'fill'},
  price: {hue: 'orange', kind: 'dashed'},
  quote: {hue: 'orange', kind: 'fill'},
} as const

/** A line of a panel. */
interface Series {
  line: 'rate' | 'price'
  dot: 'sample' | 'quote'
  /** `undefined` breaks the line. */
  values: readonly (number | undefined)[]
}

/**
 * An SVG document with axes, times and titles, without scripts and external files: the rate alone, and
 * below it the pool price beside the rate, or why it is not known. Pure.
 */
export function ratePlot({provider, samples, peg}: LstHistory): string {
  const title = `${lstName(provider)}: METIS per share`
  const hasPrices = peg.points.some(({poolPrice}) => poolPrice !== null)
  const isEmpty = samples.length === 0
  return plotDocument({
    title,
    description: descriptionOf(samples, peg),
    panels: [
      isEmpty
        ? {title, empty: 'No state can be read.'}
        : panelOf(title, samples, [rateSeries(samples)]),
      ...(hasPrices ? [pricePanel(samples, peg)] : []),
    ],
    notes: isEmpty ? [] : peg.unknown,
    marks,
  })
}

function rateSeries(samples: readonly RateSample[]): Series {
  return {line: 'rate', dot: 'sample', values: samples.map(({rate}) => rateOf(rate))}
}

/** Both on one scale, so that the gap between them is the discount. */
function pricePanel(samples: readonly RateSample[], peg: PegHistory): PlotPanel {
  const values = peg.points.map(({poolPrice}) =>
    poolPrice === null ? undefined : rateOf(poolPrice),
  )
  const title = `${peg.token}: METIS in the pool of ${peg.exchangeName ?? ''} (dashed) and by the rate`
  return panelOf(title, samples, [rateSeries(samples), {line: 'price', dot: 'quote', values}])
}

function panelOf(
  title: string,
  samples: readonly RateSample[],
  series: readonly Series[],
): PlotPanel {
  const times = samples.map(({timeSeconds}) => timeSeconds)
  const values = series.flatMap((each) => each.values.filter((value) => value !== undefined))
  return {
    title,
    x: timeAxis(widened(times, 1)),
    y: amountAxis(widened(values, 1e-8)),
    marks: (place) =>
      series.flatMap((each) =>
        curve(
          times.map((seconds, at) => [seconds, each.values[at]]),
          each,
          place,
        ),
      ),
  }
}

function descriptionOf(samples: readonly RateSample[], peg: PegHistory): string {
  const [first, last] = [samples[0], samples.at(-1)]
  if (!first || !last) return 'No state can be read.'
  const at = ({rate, timeSeconds}: RateSample) =>
    `${rateOf(rate).toFixed(8)} at ${isoTime(BigInt(Math.floor(timeSeconds)))}`
  const price = peg.points.at(-1)?.poolPrice ?? null
  const inPool =
    price === null
      ? 'The pool price is not known.'
      : `In the pool ${rateOf(price).toFixed(8)} at the end.`
  return `From ${at(first)} to ${at(last)}, ${counted(samples.length, 'sample')}. ${inPool}`
}

function rateOf(rate: bigint): number {
  return Number(rate) / 1e18
}
