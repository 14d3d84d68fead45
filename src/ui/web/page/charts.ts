import uPlot from 'uplot'

import type {AgedPoint, WebFrame} from '../frame.ts'
import {make, setText, the} from './dom.ts'

const HEIGHT = 150

interface ChartText {
  id: string
  title: string
  /** Unit of the values, for the summary. */
  unit: string
}

type Points = [x: number[], ...series: (number | null)[][]]

interface Drawing {
  /** Null: the operator has no such data, so there is no chart. */
  data: Points | null
  note: string
  /** Its source. */
  of: keyof WebFrame['fresh']
}

/** Kept between frames; a chart that cannot be drawn must not stop the page. */
class Chart {
  readonly #figure = make('figure')
  readonly #note = make('span', '', 'small')
  readonly #fresh = make('p', '', 'fresh')
  readonly #plot = make('div', '', 'plot')
  readonly #text: ChartText
  readonly #optionsOf: (width: number) => uPlot.Options
  #chart: uPlot | undefined
  #isBroken = false

  constructor(text: ChartText, optionsOf: (width: number) => uPlot.Options) {
    this.#text = text
    this.#optionsOf = optionsOf
    const caption = make('figcaption')
    caption.append(make('h2', text.title), this.#note)
    this.#figure.id = text.id
    this.#plot.setAttribute('role', 'img')
    this.#figure.append(caption, this.#plot, this.#fresh)
    the('#charts').append(this.#figure)
  }

  draw({data, note, of}: Drawing): void {
    this.#figure.hidden = data === null
    if (data === null) return
    const summary = note === '' ? summaryOf(data[1] ?? [], this.#text.unit) : note
    setText(this.#note, summary)
    this.#fresh.dataset['of'] = of
    this.#plot.setAttribute('aria-label', `${this.#text.title}: ${summary}`)
    if (this.#isBroken) return
    try {
      const width = this.#plot.clientWidth
      if (width === 0) return
      this.#chart ??= new uPlot(this.#optionsOf(width), data, this.#plot)
      if (this.#chart.width !== width) this.#chart.setSize({width, height: HEIGHT})
      this.#chart.setData(data)
    } catch {
      this.#isBroken = true
      setText(this.#plot, 'This browser cannot draw charts.')
    }
  }

  /** Colors are read when a chart is made. */
  forget(): void {
    this.#chart?.destroy()
    this.#chart = undefined
  }
}

function summaryOf(values: readonly (number | null)[], unit: string): string {
  const known = values.filter((value) => value !== null)
  const last = known.at(-1)
  if (last === undefined) return 'no values yet'
  return `now ${shorten(last)} ${unit}, ${shorten(Math.min(...known))} to ${shorten(Math.max(...known))}`
}

function shorten(value: number): string {
  return `${Math.round(value * 1000) / 1000}`
}

function color(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

function axis(): uPlot.Axis {
  return {
    stroke: color('--quiet'),
    grid: {stroke: color('--line'), width: 1},
    ticks: {stroke: color('--line'), width: 1},
    font: '11px system-ui, sans-serif',
  }
}

function base(width: number, x: uPlot.Axis, ...series: uPlot.Series[]): uPlot.Options {
  return {
    ...{width, height: HEIGHT},
    legend: {show: false},
    cursor: {show: false},
    padding: [8, 12, 0, 0],
    scales: {x: {time: false}, y: {range: rangeOf}},
    axes: [
      {...axis(), ...x, size: 24},
      {...axis(), size: 46},
    ],
    series: [{}, ...series],
  }
}

/** From zero, so that a height is a share of the whole; never of no height. */
function rangeOf(_chart: uPlot, _least: number | null, most: number | null): [number, number] {
  return [0, (most ?? 0) > 0 ? most! * 1.15 : 1]
}

function line(width: number): uPlot.Options {
  const x = {space: 70, values: clockValues, incrs: CLOCK_STEPS}
  return base(width, x, {stroke: color('--ok'), width: 2, points: {show: false}})
}

/** Seconds. */
const CLOCK_STEPS = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600]

function clockValues(
  _chart: uPlot,
  splits: number[],
  _axis: number,
  _space: number,
  step: number,
): string[] {
  const end = step < 60 ? 19 : 16
  return splits.map((seconds) => new Date(seconds * 1000).toISOString().slice(11, end))
}

/** The second series is of those that failed. */
function bars(width: number, x: uPlot.Axis): uPlot.Options {
  const paths = uPlot.paths.bars?.({size: [0.75, 40], align: 0})
  const series = ['--ok', '--critical'].map((name) => {
    const fill = color(name)
    return {stroke: fill, fill, width: 0, points: {show: false}, ...(paths ? {paths} : {})}
  })
  const options = base(width, x, ...series)
  // A bar is half to the left and half to the right of its place.
  const range = (_chart: uPlot, from: number, to: number): [number, number] => [
    from - 0.5,
    to + 0.5,
  ]
  return {...options, scales: {...options.scales, x: {time: false, range}}}
}

/** Names below the bars: as many as there is room for. */
let days: readonly string[] = []
let epochs: readonly string[] = []

const whole = (_chart: uPlot, splits: number[]) =>
  splits.map((at) => (Number.isInteger(at) ? at : null))

function named(names: () => readonly string[]): uPlot.Axis {
  return {
    space: 44,
    incrs: [1, 2, 5, 7, 10, 20],
    values: (chart, splits) =>
      whole(chart, splits).map((at) => (at === null ? '' : (names()[at] ?? ''))),
  }
}

export interface Charts {
  draw(frame: WebFrame): void
  forget(): void
}

export function createCharts(): Charts {
  const blockTime = new Chart(
    {id: 'chart-block-time', title: 'Block time, 5 minutes', unit: 's'},
    line,
  )
  const lag = new Chart({id: 'chart-lag', title: 'Lag of the node, 1 hour', unit: 'blocks'}, line)
  const rewards = new Chart(
    {id: 'chart-rewards', title: 'Reward per day, METIS, 30 days', unit: 'METIS'},
    (width) =>
      bars(
        width,
        named(() => days),
      ),
  )
  const duty = new Chart(
    {id: 'chart-duty', title: 'Duty: blocks made, % of those expected', unit: '%'},
    (width) =>
      bars(
        width,
        named(() => epochs),
      ),
  )
  const all = [blockTime, lag, rewards, duty]
  return {
    draw({atMs, charts, notes, panels}) {
      blockTime.draw({data: overTime(charts.blockTime, atMs), note: '', of: 'chain'})
      const hasNode = panels.some(({name}) => name === 'sync') && charts.lag.length > 0
      lag.draw({data: hasNode ? overTime(charts.lag, atMs) : null, note: '', of: 'node'})
      days = charts.rewards?.map(({day}) => day.slice(5)) ?? []
      rewards.draw({
        data:
          charts.rewards &&
          inOrder(charts.rewards.map(({metis}) => ({value: metis, isGood: true}))),
        ...{note: notes.rewards, of: 'rewards'},
      })
      epochs = charts.duty?.map(({number}) => number) ?? []
      duty.draw({
        data:
          charts.duty &&
          inOrder(charts.duty.map(({percent, isGood}) => ({value: percent, isGood}))),
        ...{note: notes.duty, of: 'duty'},
      })
    },
    forget: () => all.forEach((chart) => chart.forget()),
  }
}

function overTime(points: readonly AgedPoint[], atMs: number): Points {
  const now = atMs / 1000
  return [points.map(([ago]) => now - ago), points.map(([, value]) => value)]
}

function inOrder(values: {value: number; isGood: boolean}[]): Points {
  return [
    values.map((_value, at) => at),
    values.map(({value, isGood}) => (isGood ? value : null)),
    values.map(({value, isGood}) => (isGood ? null : value)),
  ]
}
