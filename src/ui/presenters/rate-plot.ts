/** The rate of a provider and the pool price over time as a picture: a document that needs nothing else. */
import {isoTime} from '../../lib/units.ts'
import {lstName} from '../../protocol/lst/providers.ts'
import type {RateSample} from '../../protocol/lst/yield.ts'
import type {LstHistory} from '../../services/lst/history.ts'
import type {PegHistory} from '../../services/lst/peg-history.ts'

const WIDTH = 720
/** Of one panel. */
const HEIGHT = 360
/** Room for the labels of the axes. */
const PLOT = {left: 88, right: 48, top: 56, bottom: 56}
const INNER_WIDTH = WIDTH - PLOT.left - PLOT.right
const INNER_HEIGHT = HEIGHT - PLOT.top - PLOT.bottom
const TICKS = 5

const STYLE = `
svg { color-scheme: light dark; font: 12px system-ui, sans-serif; fill: #1f2328; }
.paper { fill: #ffffff; }
.title { font-size: 16px; font-weight: 600; }
.axis { stroke: #59636e; }
.grid { stroke: #d1d9e0; }
.rate { fill: none; stroke: #0969da; stroke-width: 2; }
.sample { fill: #0969da; }
.price { fill: none; stroke: #bc4c00; stroke-width: 2; stroke-dasharray: 6 3; }
.quote { fill: #bc4c00; }
@media (prefers-color-scheme: dark) {
  svg { fill: #f0f6fc; }
  .paper { fill: #0d1117; }
  .axis { stroke: #9198a1; }
  .grid { stroke: #3d444d; }
  .rate { stroke: #4493f8; }
  .sample { fill: #4493f8; }
  .price { stroke: #f0883e; }
  .quote { fill: #f0883e; }
}
`

interface Scale {
  from: number
  to: number
}

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
  const notes = samples.length === 0 ? [] : peg.unknown
  const panels = hasPrices ? 2 : 1
  const height = HEIGHT * panels + notes.length * NOTE_HEIGHT
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title desc">`,
    `<title id="title">${title}</title>`,
    `<desc id="desc">${descriptionOf(samples, peg)}</desc>`,
    `<style>${STYLE}</style>`,
    `<rect class="paper" width="${WIDTH}" height="${height}"/>`,
    ...heading(title, 0),
    ...(samples.length === 0 ? [noState()] : drawing(samples, [rateSeries(samples)], 0)),
    ...(hasPrices ? pricePanel(samples, peg) : []),
    ...notes.map((note, at) => text(PLOT.left, noteTop(panels, at), note, 'start')),
    '</svg>',
    '',
  ].join('\n')
}

const NOTE_HEIGHT = 24

function noteTop(panels: number, at: number): number {
  return HEIGHT * panels + at * NOTE_HEIGHT + 8
}

function heading(title: string, top: number): string[] {
  return [`<text class="title" x="${PLOT.left}" y="${top + 28}">${title}</text>`]
}

function rateSeries(samples: readonly RateSample[]): Series {
  return {line: 'rate', dot: 'sample', values: samples.map(({rate}) => rateOf(rate))}
}

/** Both on one scale, so that the gap between them is the discount. */
function pricePanel(samples: readonly RateSample[], peg: PegHistory): string[] {
  const values = peg.points.map(({poolPrice}) =>
    poolPrice === null ? undefined : rateOf(poolPrice),
  )
  const prices: Series = {line: 'price', dot: 'quote', values}
  const title = `${peg.token}: METIS in the pool of ${peg.exchangeName ?? ''} (dashed) and by the rate`
  return [...heading(title, HEIGHT), ...drawing(samples, [rateSeries(samples), prices], HEIGHT)]
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
  return `From ${at(first)} to ${at(last)}, ${samples.length} samples. ${inPool}`
}

function noState(): string {
  return text(WIDTH / 2, HEIGHT / 2, 'No state can be read.', 'middle')
}

/** @param offset of the panel from the top of the picture */
function drawing(
  samples: readonly RateSample[],
  series: readonly Series[],
  offset: number,
): string[] {
  const times = widened(
    samples.map(({timeSeconds}) => timeSeconds),
    1,
  )
  const values = series.flatMap((each) => each.values.filter((value) => value !== undefined))
  const rates = widened(values, 1e-8)
  const top = offset + PLOT.top
  const x = (seconds: number) => PLOT.left + partOf(seconds, times) * INNER_WIDTH
  const y = (rate: number) => top + (1 - partOf(rate, rates)) * INNER_HEIGHT
  const bottom = top + INNER_HEIGHT
  const right = PLOT.left + INNER_WIDTH
  return [
    ...ticksOf(rates).flatMap((rate) => [
      line('grid', PLOT.left, y(rate), right, y(rate)),
      text(PLOT.left - 8, y(rate) + 4, rateText(rate, rates), 'end'),
    ]),
    ...ticksOf(times).flatMap((seconds) => [
      line('axis', x(seconds), bottom, x(seconds), bottom + 5),
      text(x(seconds), bottom + 20, timeText(seconds, times), 'middle'),
    ]),
    line('axis', PLOT.left, bottom, right, bottom),
    line('axis', PLOT.left, top, PLOT.left, bottom),
    text(PLOT.left + INNER_WIDTH / 2, offset + HEIGHT - 12, 'time, UTC', 'middle'),
    ...series.flatMap((each) => curve(each, samples, {x, y})),
  ]
}

/** A line through neighbouring values, and a dot for each. */
function curve(
  {line: kind, dot, values}: Series,
  samples: readonly RateSample[],
  {x, y}: {x(seconds: number): number; y(value: number): number},
): string[] {
  const runs: string[][] = [[]]
  for (const [at, {timeSeconds}] of samples.entries()) {
    const value = values[at]
    if (value === undefined) runs.push([])
    else runs.at(-1)!.push(`${pixel(x(timeSeconds))},${pixel(y(value))}`)
  }
  const drawn = runs.filter((points) => points.length > 0)
  return [
    ...drawn.map((points) => `<polyline class="${kind}" points="${points.join(' ')}"/>`),
    ...drawn.flat().map((point) => {
      const [cx, cy] = point.split(',')
      return `<circle class="${dot}" cx="${cx}" cy="${cy}" r="2.5"/>`
    }),
  ]
}

function rateOf(rate: bigint): number {
  return Number(rate) / 1e18
}

/** Ends of an axis; a single value, or a rate that never moved, is put in the middle. */
function widened(values: readonly number[], least: number): Scale {
  const [from, to] = [Math.min(...values), Math.max(...values)]
  return to - from >= least ? {from, to} : {from: from - least, to: to + least}
}

function partOf(value: number, {from, to}: Scale): number {
  return (value - from) / (to - from)
}

function ticksOf({from, to}: Scale): number[] {
  return Array.from({length: TICKS}, (_, index) => from + ((to - from) * index) / (TICKS - 1))
}

/** As many decimals as tell neighbouring ticks apart. */
function rateText(rate: number, {from, to}: Scale): string {
  const step = (to - from) / (TICKS - 1)
  return rate.toFixed(Math.min(12, Math.max(2, Math.ceil(-Math.log10(step)) + 1)))
}

/** Days, or times of the day where all ticks lie within a few days. */
function timeText(seconds: number, {from, to}: Scale): string {
  const iso = new Date(seconds * 1000).toISOString()
  return to - from >= TICKS * 86_400 ? iso.slice(0, 10) : `${iso.slice(5, 10)} ${iso.slice(11, 16)}`
}

/** A tenth of a pixel is more than a screen shows. */
function pixel(value: number): string {
  return `${Math.round(value * 10) / 10}`
}

function line(kind: 'axis' | 'grid', x1: number, y1: number, x2: number, y2: number): string {
  return `<line class="${kind}" x1="${pixel(x1)}" y1="${pixel(y1)}" x2="${pixel(x2)}" y2="${pixel(y2)}"/>`
}

function text(x: number, y: number, words: string, anchor: 'start' | 'middle' | 'end'): string {
  return `<text x="${pixel(x)}" y="${pixel(y)}" text-anchor="${anchor}">${words}</text>`
}
