/** The rate of a provider over time as a picture: a document that needs nothing else. */
import {isoTime} from '../../lib/units.ts'
import {lstName} from '../../protocol/lst/providers.ts'
import type {RateSample} from '../../protocol/lst/yield.ts'
import type {LstHistory} from '../../services/lst/history.ts'

const WIDTH = 720
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
@media (prefers-color-scheme: dark) {
  svg { fill: #f0f6fc; }
  .paper { fill: #0d1117; }
  .axis { stroke: #9198a1; }
  .grid { stroke: #3d444d; }
  .rate { stroke: #4493f8; }
  .sample { fill: #4493f8; }
}
`

interface Scale {
  from: number
  to: number
}

/** An SVG document with axes, times and a title, without scripts and external files. Pure. */
export function ratePlot({provider, samples}: LstHistory): string {
  const title = `${lstName(provider)}: METIS per share`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-labelledby="title desc">`,
    `<title id="title">${title}</title>`,
    `<desc id="desc">${descriptionOf(samples)}</desc>`,
    `<style>${STYLE}</style>`,
    `<rect class="paper" width="${WIDTH}" height="${HEIGHT}"/>`,
    `<text class="title" x="${PLOT.left}" y="28">${title}</text>`,
    ...(samples.length === 0 ? [noState()] : drawing(samples)),
    '</svg>',
    '',
  ].join('\n')
}

function descriptionOf(samples: readonly RateSample[]): string {
  const [first, last] = [samples[0], samples.at(-1)]
  if (!first || !last) return 'No state can be read.'
  const at = ({rate, timeSeconds}: RateSample) =>
    `${rateOf(rate).toFixed(8)} at ${isoTime(BigInt(Math.floor(timeSeconds)))}`
  return `From ${at(first)} to ${at(last)}, ${samples.length} samples.`
}

function noState(): string {
  return text(WIDTH / 2, HEIGHT / 2, 'No state can be read.', 'middle')
}

function drawing(samples: readonly RateSample[]): string[] {
  const times = widened(
    samples.map(({timeSeconds}) => timeSeconds),
    1,
  )
  const rates = widened(
    samples.map(({rate}) => rateOf(rate)),
    1e-8,
  )
  const x = (seconds: number) => PLOT.left + partOf(seconds, times) * INNER_WIDTH
  const y = (rate: number) => PLOT.top + (1 - partOf(rate, rates)) * INNER_HEIGHT
  const points = samples.map(
    ({timeSeconds, rate}) => `${pixel(x(timeSeconds))},${pixel(y(rateOf(rate)))}`,
  )
  const bottom = PLOT.top + INNER_HEIGHT
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
    line('axis', PLOT.left, PLOT.top, PLOT.left, bottom),
    text(PLOT.left + INNER_WIDTH / 2, HEIGHT - 12, 'time, UTC', 'middle'),
    `<polyline class="rate" points="${points.join(' ')}"/>`,
    ...points.map((point) => {
      const [cx, cy] = point.split(',')
      return `<circle class="sample" cx="${cx}" cy="${cy}" r="2.5"/>`
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

function text(x: number, y: number, words: string, anchor: 'middle' | 'end'): string {
  return `<text x="${pixel(x)}" y="${pixel(y)}" text-anchor="${anchor}">${words}</text>`
}
