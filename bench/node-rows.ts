/** The node under load against its bare engine, a row for each kind of work and number of nodes. */
import {percentile, type LoadResult} from './load.ts'
import {measureCapacity, openScene} from './node-scene.ts'
import {startReaders, tellReads, type Reads} from './readers.ts'
import type {Kind} from './traffic.ts'

/** Reason of each: docs/performance.md. The median counts where all fits: in a spike, what is let in waits longer. */
export const budgets = {ratio: 0.8, p50Ms: 1200, p99Ms: 2200, mostMs: 4000}

export interface LoadFigures extends Pick<LoadResult, 'offered' | 'accepted' | 'refused'> {
  /** Offered of what fits. */
  load: number
  p50Ms: number
  p99Ms: number
  mostMs: number
  unconfirmed: number
  /** Accepted and confirmed in a second. */
  goodput: number
  /** Between two blocks. */
  longestGapMs: number
  /** What readers got meanwhile; undefined without any. */
  reads: Reads | undefined
  memoryMb: number
  refusals: LoadResult['refusals']
}

export interface Row {
  what: string
  kind: Kind
  nodes: number
  /** What the bare engine does in a second. */
  engine: number
  /** Confirmed in a second, and that against the bare engine. */
  capacity: number
  ratio: number
  loads: LoadFigures[]
  mismatches: number
}

export interface RowOptions {
  kind: Kind
  nodes: number
  /** Of each measurement. */
  seconds: number
  senders: number
  /** What the bare engine does in a second. */
  engine: number
  loads: readonly number[]
  /** Clients that read all the time. */
  readers: number
}

export async function measureRow(options: RowOptions): Promise<Row> {
  const {kind, nodes, seconds, senders, engine, loads, readers} = options
  const scene = await openScene(kind, nodes, senders)
  try {
    const capacity = await measureCapacity(scene, seconds, engine)
    const figures: LoadFigures[] = []
    for (const load of loads) {
      const reading = readers > 0 ? startReaders(scene, readers) : undefined
      const result = await scene.offer(load * capacity, seconds)
      const reads = await reading?.stop()
      figures.push({...figuresOf(load, result, seconds), reads, memoryMb: scene.memoryMb()})
    }
    return {
      what: `${kind}, ${nodes} node${nodes === 1 ? '' : 's'}`,
      ...{kind, nodes, engine, capacity, ratio: capacity / engine, loads: figures},
      mismatches: await scene.mismatches(),
    }
  } finally {
    await scene.close()
  }
}

function figuresOf(
  load: number,
  result: LoadResult,
  seconds: number,
): Omit<LoadFigures, 'reads' | 'memoryMb'> {
  const {offered, accepted, refused, unconfirmed, refusals, latenciesMs} = result
  const at = (part: number) => percentile(latenciesMs, part)
  return {
    ...{load, offered, accepted, refused, unconfirmed, refusals},
    ...{p50Ms: at(0.5), p99Ms: at(0.99), mostMs: at(1)},
    goodput: latenciesMs.length / seconds,
    longestGapMs: longestGap(result.blocks),
  }
}

function longestGap(blocks: LoadResult['blocks']): number {
  const gaps = blocks.map(({atMs}, index) => atMs - (blocks[index - 1]?.atMs ?? atMs))
  return Math.max(0, ...gaps)
}

/** Lines for a person, and whether every figure is within its budget. */
export function tellRow(row: Row): string[] {
  const {what, capacity, ratio, loads, mismatches} = row
  const mark = (isGood: boolean) => (isGood ? 'ok  ' : 'OVER')
  return [
    `${mark(isFast(row))} ${what}: capacity ${capacity.toFixed(0)}/s, ${ratio.toFixed(2)} x engine`,
    ...loads.map((figures) => `${mark(isInTime(figures))} ${what}: ${tellLoad(figures)}`),
    `${mark(mismatches === 0)} ${what}: ${mismatches} hash mismatches`,
  ]
}

export function isWithinBudgets(row: Row): boolean {
  return isFast(row) && row.loads.every(isInTime) && row.mismatches === 0
}

/** Several nodes execute every block again on the same cores, so only one node has a budget here. */
export function isFast({nodes, ratio}: Row): boolean {
  return nodes > 1 || ratio >= budgets.ratio
}

function isInTime({load, p50Ms, p99Ms, mostMs, unconfirmed}: LoadFigures): boolean {
  const isUsual = load > 1 || p50Ms <= budgets.p50Ms
  return isUsual && p99Ms <= budgets.p99Ms && mostMs <= budgets.mostMs && unconfirmed === 0
}

function tellLoad(figures: LoadFigures): string {
  const {load, p50Ms, p99Ms, mostMs, offered, accepted, refused, unconfirmed} = figures
  const {goodput, longestGapMs, memoryMb, reads} = figures
  const [p50, p99, most] = [p50Ms, p99Ms, mostMs].map((ms) => `${ms.toFixed(0)} ms`)
  return (
    `at ${load * 100} % p50 ${p50}, p99 ${p99}, most ${most}; ` +
    `${offered} offered, ${accepted} accepted, ${refused} refused, ${unconfirmed} not confirmed, ` +
    `${goodput.toFixed(0)}/s confirmed; longest gap of blocks ${longestGapMs.toFixed(0)} ms; ${memoryMb.toFixed(0)} MB` +
    (reads ? `; ${tellReads(reads)}` : '')
  )
}
