/** Axes, marks and the document of our plots: SVG that needs nothing else, and loads and runs nothing. */

const WIDTH = 720
/** Of one panel. */
const HEIGHT = 360
/** Room for the labels of the axes. */
const PLOT = {left: 88, right: 48, top: 56, bottom: 56}
const INNER_WIDTH = WIDTH - PLOT.left - PLOT.right
const INNER_HEIGHT = HEIGHT - PLOT.top - PLOT.bottom
const TICKS = 5
const NOTE_HEIGHT = 24

/** Ends of an axis. */
export interface Scale {
  from: number
  to: number
}

interface Axis {
  scale: Scale
  /** Text of a tick. */
  textOf(value: number): string
  ticks: readonly number[]
}

/** Where values are in a panel, in pixels. */
export interface Place {
  x(value: number): number
  y(value: number): number
  top: number
  bottom: number
}

export interface PlotPanel {
  title: string
  x: Axis & {label: string}
  y: Axis
  marks(place: Place): string[]
}

/** Hues that every kind of color vision tells apart, for light and for dark paper. */
const hues = {
  blue: ['#0969da', '#4493f8'],
  orange: ['#bc4c00', '#f0883e'],
  red: ['#a40e26', '#ff7b72'],
  gray: ['#59636e', '#9198a1'],
} as const

/** How marks of a class are drawn. */
export interface Mark {
  hue: keyof typeof hues
  kind: 'line' | 'dashed' | 'fill' | 'hollow'
}

/**
 * An SVG document with axes and titles: its panels below each other, and notes below them. Pure.
 *
 * @param marks classes of the elements that the panels draw
 */
export function plotDocument(plot: {
  title: string
  description: string
  panels: readonly (PlotPanel | {title: string; empty: string})[]
  notes: readonly string[]
  marks: Readonly<Record<string, Mark>>
}): string {
  const {title, description, panels, notes, marks} = plot
  const height = HEIGHT * panels.length + notes.length * NOTE_HEIGHT
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title desc">`,
    `<title id="title">${escaped(title)}</title>`,
    `<desc id="desc">${escaped(description)}</desc>`,
    `<style>${styleOf(marks)}</style>`,
    `<rect class="paper" width="${WIDTH}" height="${height}"/>`,
    ...panels.flatMap((panel, index) => [
      `<text class="title" x="${PLOT.left}" y="${index * HEIGHT + 28}">${escaped(panel.title)}</text>`,
      ...('empty' in panel
        ? [text(WIDTH / 2, index * HEIGHT + HEIGHT / 2, panel.empty, 'middle')]
        : drawing(panel, index * HEIGHT)),
    ]),
    ...notes.map((note, at) =>
      text(PLOT.left, HEIGHT * panels.length + at * NOTE_HEIGHT + 8, note, 'start'),
    ),
    '</svg>',
    '',
  ].join('\n')
}

function styleOf(marks: Readonly<Record<string, Mark>>): string {
  const names = Object.entries(marks)
  const colors = (at: 0 | 1) =>
    names.map(([name, {hue, kind}]) => `.${name} { ${paint(kind)}: ${hues[hue][at]}; }`)
  const shapes = names.flatMap(([name, {kind}]) =>
    kind === 'fill'
      ? []
      : [
          `.${name} { fill: none; stroke-width: 2;${kind === 'dashed' ? ' stroke-dasharray: 6 3;' : ''} }`,
        ],
  )
  return `
svg { color-scheme: light dark; font: 12px system-ui, sans-serif; fill: #1f2328; }
.paper { fill: #ffffff; }
.title { font-size: 16px; font-weight: 600; }
.axis { stroke: #59636e; }
.grid { stroke: #d1d9e0; }
${[...shapes, ...colors(0)].join('\n')}
@media (prefers-color-scheme: dark) {
  svg { fill: #f0f6fc; }
  .paper { fill: #0d1117; }
  .axis { stroke: #9198a1; }
  .grid { stroke: #3d444d; }
  ${colors(1).join('\n  ')}
}
`
}

function paint(kind: Mark['kind']): 'fill' | 'stroke' {
  return kind === 'fill' ? 'fill' : 'stroke'
}

/** @param offset of the panel from the top of the picture */
function drawing({x: xAxis, y: yAxis, marks}: PlotPanel, offset: number): string[] {
  const top = offset + PLOT.top
  const bottom = top + INNER_HEIGHT
  const right = PLOT.left + INNER_WIDTH
  const x = (value: number) => PLOT.left + partOf(value, xAxis.scale) * INNER_WIDTH
  const y = (value: number) => top + (1 - partOf(value, yAxis.scale)) * INNER_HEIGHT
  return [
    ...yAxis.ticks.flatMap((value) => [
      line('grid', PLOT.left, y(value), right, y(value)),
      text(PLOT.left - 8, y(value) + 4, yAxis.textOf(value), 'end'),
    ]),
    ...xAxis.ticks.flatMap((value) => [
      line('axis', x(value), bottom, x(value), bottom + 5),
      text(x(value), bottom + 20, xAxis.textOf(value), 'middle'),
    ]),
    line('axis', PLOT.left, bottom, right, bottom),
    line('axis', PLOT.left, top, PLOT.left, bottom),
    text(PLOT.left + INNER_WIDTH / 2, offset + HEIGHT - 12, xAxis.label, 'middle'),
    ...marks({x, y, top, bottom}),
  ]
}

/** A time axis. @param scale in seconds since 1970 */
export function timeAxis(scale: Scale): PlotPanel['x'] {
  return {
    scale,
    ticks: ticksOf(scale),
    textOf: (seconds) => timeText(seconds, scale),
    label: 'time, UTC',
  }
}

/** An axis of amounts, with as many decimals as tell its ticks apart. */
export function amountAxis(scale: Scale): Axis {
  const step = (scale.to - scale.from) / (TICKS - 1)
  const decimals = Math.min(12, Math.max(2, Math.ceil(-Math.log10(step)) + 1))
  return {scale, ticks: ticksOf(scale), textOf: (value) => value.toFixed(decimals)}
}

/** From nothing to a round number above the largest value. */
export function fromZero(values: readonly number[]): Scale {
  const most = Math.max(0, ...values)
  if (most === 0) return {from: 0, to: 1}
  const unit = 10 ** Math.floor(Math.log10(most))
  return {from: 0, to: unit * ROUND.find((each) => each * unit >= most)!}
}

const ROUND = [1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10, 12]

/** An axis of shares from nothing to all. */
export function percentAxis(): Axis {
  const scale = {from: 0, to: 100}
  return {scale, ticks: ticksOf(scale), textOf: (value) => `${value} %`}
}

/** A line through neighbouring values, and a dot for each where dots are drawn. `undefined` breaks the line. */
export function curve(
  points: readonly (readonly [x: number, y: number | undefined])[],
  {line: kind, dot}: {line: string; dot?: string},
  {x, y}: Place,
): string[] {
  const runs: string[][] = [[]]
  for (const [at, value] of points) {
    if (value === undefined) runs.push([])
    else runs.at(-1)!.push(`${pixel(x(at))},${pixel(y(value))}`)
  }
  const drawn = runs.filter((run) => run.length > 0)
  return [
    ...drawn.map((run) => `<polyline class="${kind}" points="${run.join(' ')}"/>`),
    ...(dot === undefined ? [] : drawn.flat()).map((point) => {
      const [cx, cy] = point.split(',')
      return `<circle class="${dot}" cx="${cx}" cy="${cy}" r="2.5"/>`
    }),
  ]
}

export interface Bar {
  from: number
  until: number
  value: number
  mark: string
  /** Shown where a pointer rests. */
  title: string
  /** Above the bar, so that its color does not carry the meaning alone. */
  glyph?: string
}

export function bar({from, until, value, mark, title, glyph}: Bar, {x, y, bottom}: Place): string {
  const [left, right] = [x(from), x(until)]
  const gap = Math.min(2, (right - left) * 0.15)
  const top = y(value)
  const box = `<rect class="${mark}" x="${pixel(left + gap / 2)}" y="${pixel(top)}" width="${pixel(right - left - gap)}" height="${pixel(bottom - top)}"><title>${escaped(title)}</title></rect>`
  return glyph === undefined
    ? box
    : `${box}${text((left + right) / 2, Math.min(top, bottom - 4) - 4, glyph, 'middle')}`
}

/** Ends of an axis; a single value, or values that never moved, are put in the middle. */
export function widened(values: readonly number[], least: number): Scale {
  const [from, to] = [Math.min(...values), Math.max(...values)]
  return to - from >= least ? {from, to} : {from: from - least, to: to + least}
}

function partOf(value: number, {from, to}: Scale): number {
  return (value - from) / (to - from)
}

function ticksOf({from, to}: Scale): number[] {
  return Array.from({length: TICKS}, (_, index) => from + ((to - from) * index) / (TICKS - 1))
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
  return `<text x="${pixel(x)}" y="${pixel(y)}" text-anchor="${anchor}">${escaped(words)}</text>`
}

/** Some notes have text of an endpoint in them. */
function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
