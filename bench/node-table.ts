/** Rows of the node bench as one markdown table; a cell over its budget says so. */
import {budgets, isFast, type LoadFigures, type Row} from './node-rows.ts'

const SPIKE = 2
const USUAL = 0.8
const NONE = '-'

const columns = [
  ...['', 'capacity/s', 'x bare', 'p50 at 80 %', 'p99 at 80 %', 'longest at 80 %'],
  ...['p99 at 200 %', 'longest at 200 %', 'refused (80 %, 200 %)', 'not confirmed'],
]

export function tableOf(rows: readonly Row[]): string {
  const lines: string[][] = []
  let kind = ''
  for (const row of rows) {
    if (row.kind !== kind) lines.push(engineLine(row))
    kind = row.kind
    lines.push(nodeLine(row))
  }
  const rule = columns.map((_column, index) => (index === 0 ? '---' : '---:'))
  return [columns, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function engineLine({kind, engine}: Row): string[] {
  const filled = [`${kind}, bare engine`, engine.toFixed(0), '1.00']
  return [...filled, ...columns.slice(filled.length).map(() => NONE)]
}

function nodeLine(row: Row): string[] {
  const [usual, spike] = [USUAL, SPIKE].map((wanted) => row.loads.find(({load}) => load === wanted))
  const unconfirmed = row.loads.reduce((sum, figures) => sum + figures.unconfirmed, 0)
  const wrong = row.mismatches === 0 ? '' : `, OVER ${row.mismatches} hash mismatches`
  return [
    `${row.what}${wrong}`,
    row.capacity.toFixed(0),
    mark(ratioOf(row), isFast(row)),
    latency(usual, 'p50Ms'),
    latency(usual, 'p99Ms'),
    latency(usual, 'mostMs'),
    latency(spike, 'p99Ms'),
    latency(spike, 'mostMs'),
    [usual, spike].map((figures) => figures?.refused ?? NONE).join(', '),
    mark(String(unconfirmed), unconfirmed === 0),
  ]
}

/** For several nodes also against one of them. */
function ratioOf({ratio, ratioToOne}: Row): string {
  return ratio.toFixed(2) + (ratioToOne === undefined ? '' : ` (${ratioToOne.toFixed(2)} x one)`)
}

function latency(figures: LoadFigures | undefined, name: 'p50Ms' | 'p99Ms' | 'mostMs'): string {
  if (!figures) return NONE
  return mark(`${(figures[name] / 1000).toFixed(2)} s`, figures[name] <= budgets[name])
}

function mark(text: string, isOk: boolean): string {
  return isOk ? text : `**${text} OVER**`
}
