/**
 * Where the processor time of a transaction goes, stage by stage:
 * `node bench/budget.ts [--kinds transfer,erc20] [--nodes 1,3] [--seconds 15] [--rate 500] [--senders 3000]
 * [--figures]`. Prints a table of microseconds for each accepted transaction: a node alone, and the producer and a follower
 * of three.
 */
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {parseArgs} from 'node:util'

import {conclude, type Figures} from './figures.ts'
import {openScene, SENDERS, type CpuTimes} from './node-scene.ts'
import {OTHER, stageNames, stagePartsOf, type StageParts} from './profile.ts'
import type {Kind} from './traffic.ts'

const {values} = parseArgs({
  options: {
    kinds: {type: 'string', default: 'transfer,erc20'},
    nodes: {type: 'string', default: '1,3'},
    seconds: {type: 'string', default: '15'},
    rate: {type: 'string', default: '500'},
    senders: {type: 'string', default: String(SENDERS)},
    figures: {type: 'boolean', default: false},
  },
})

interface Column {
  title: string
  /** Microseconds for each transaction. */
  mainUs: number
  threadsUs: number
  engineUs: number
  parts: StageParts
}

const figures: Figures = {}
for (const kind of values.kinds.split(',') as Kind[]) {
  const columns: Column[] = []
  for (const nodes of values.nodes.split(',').map(Number)) {
    columns.push(...(await measure(kind, nodes)))
  }
  print(kind, columns)
  for (const column of columns) Object.assign(figures, figuresOf(kind, column))
}
conclude(values.figures, figures, true)
process.exit()

async function measure(kind: Kind, nodes: number): Promise<Column[]> {
  const dir = mkdtempSync(join(tmpdir(), 'metis-seq-budget-'))
  try {
    process.env['NODE_OPTIONS'] = `--cpu-prof --cpu-prof-dir=${dir}`
    const scene = await openScene(kind, nodes, Number(values.senders))
    delete process.env['NODE_OPTIONS']
    const [rate, seconds] = [Number(values.rate), Number(values.seconds)]
    // The code of the node becomes fast in its first thousands of transactions.
    await scene.offer(rate, seconds)
    const from = nowUs()
    const before = scene.cpu()
    const {accepted} = await scene.offer(rate, seconds)
    const after = scene.cpu()
    const to = nowUs()
    await scene.close()
    return after.slice(0, 2).map((times, index) =>
      columnOf({
        title: nodes === 1 ? 'alone' : `${index === 0 ? 'producer' : 'follower'} of ${nodes}`,
        ...{times, before: before[index]!, accepted},
        parts: stagePartsOf(dir, times.pid, from, to),
      }),
    )
  } finally {
    rmSync(dir, {recursive: true, force: true})
  }
}

function columnOf(measured: {
  title: string
  times: CpuTimes
  before: CpuTimes
  accepted: number
  parts: StageParts
}): Column {
  const {title, times, before, accepted, parts} = measured
  const each = (name: 'mainMs' | 'nodeMs' | 'engineMs') =>
    ((times[name] - before[name]) * 1000) / accepted
  const mainUs = each('mainMs')
  return {title, mainUs, threadsUs: each('nodeMs') - mainUs, engineUs: each('engineMs'), parts}
}

function figuresOf(kind: Kind, {title, mainUs, threadsUs, engineUs, parts}: Column): Figures {
  const times = {mainUs, threadsUs, engineUs, known: 1 - (parts.get(OTHER) ?? 0)}
  return Object.fromEntries(
    Object.entries(times).map(([name, value]) => [`${kind}.${title}.${name}`, value]),
  )
}

function print(kind: Kind, columns: readonly Column[]): void {
  const row = (name: string, cells: readonly number[]) =>
    say(`| ${name} | ${cells.map((us) => us.toFixed(0)).join(' | ')} |`)
  say(`\n${kind}, microseconds of processor time for each transaction at ${values.rate}/s`)
  say(`| stage | ${columns.map(({title}) => title).join(' | ')} |`)
  say(`| --- |${columns.map(() => ' ---: |').join('')}`)
  for (const stage of stageNames) {
    row(
      stage,
      columns.map(({mainUs, parts}) => mainUs * (parts.get(stage) ?? 0)),
    )
  }
  row(
    '**main thread**',
    columns.map(({mainUs}) => mainUs),
  )
  row(
    'other threads (recovery, collector)',
    columns.map(({threadsUs}) => threadsUs),
  )
  row(
    'engine',
    columns.map(({engineUs}) => engineUs),
  )
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function nowUs(): number {
  return Number(process.hrtime.bigint() / 1000n)
}
