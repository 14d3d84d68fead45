/** The node under load against its bare engine, a row for each kind of work and number of nodes. */
import {percentile, type LoadResult} from './load.ts'
import {measureCapacity, openScene} from './node-scene.ts'
import {startReaders, tellReads, type Reads} from './readers.ts'
import type {Kind} from './traffic.ts'

/** Reason of each: docs/performance.md. The median counts where all fits: in a spike, what is let in waits longer. */
export const budgets = {p50Ms: 1200, p99Ms: 2200, mostMs: 4000, gapMs: 4000}

/** Confirmed in a second at the highest load, of what is confirmed at 100 %: a spike must not cost anybody else's. */
const GOODPUT_IN_A_SPIKE = 0.9

/** Of the bare engine, for one node; undefined: nothing is promised. */
const RATIOS: Partial<Record<Kind, number>> = {transfer: 0.8, erc20: 0.6}
/** Of one node, for several on the same cores, which execute every block again. */
const RATIO_TO_ONE_NODE = 0.6

export interface LoadFigures extends Pick<LoadResult, 'offered' | 'accepted' | 'refused'> {
  /** Offered of what fits. */
  load: number
  p50Ms: number
  p99Ms: number
  mostMs: number
  /** Until it is answered that they are accepted, of which the time above is made too. */
  answerP99Ms: number
  unconfirmed: number
  /** Accepted and confirmed in a second. */
  goodput: number
  /** Between two blocks. */
  longestGapMs: number
  /** What readers got meanwhile; undefined without any. */
  reads: Reads | undefined
  /** Resident memory of the producer, in MB. */
  memory: {beforeMb: number; afterMb: number}
  refusals: LoadResult['refusals']
}

export interface Row {
  what: string
  kind: Kind
  nodes: number
  /** What the bare engine does in a second. */
  engine: number
  /** Confirmed in a second, and that against the bare engine and against one node of the same run. */
  capacity: number
  ratio: number
  ratioToOne: number | undefined
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
  /** Capacity of one node, as measured before. */
  oneNode: number | undefined
}

export async function measureRow(options: RowOptions): Promise<Row> {
  const {kind, nodes, seconds, senders, engine, loads, readers, oneNode} = options
  const scene = await openScene(kind, nodes, senders)
  try {
    const capacity = await measureCapacity(scene, seconds, engine)
    const figures: LoadFigures[] = []
    for (const load of loads) {
      const reading = readers > 0 ? startReaders(scene, readers) : undefined
      const beforeMb = scene.memoryMb()
      const result = await scene.offer(load * capacity, seconds)
      const reads = await reading?.stop()
      const memory = {beforeMb, afterMb: scene.memoryMb()}
      figures.push({...figuresOf(load, result, seconds), reads, memory})
    }
    return {
      what: `${kind}, ${nodes} node${nodes === 1 ? '' : 's'}`,
      ...{kind, nodes, engine, capacity, ratio: capacity / engine, loads: figures},
      ratioToOne: nodes > 1 && oneNode !== undefined ? capacity / oneNode : undefined,
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
): Omit<LoadFigures, 'reads' | 'memory'> {
  const {offered, accepted, refused, unconfirmed, refusals, latenciesMs, answersMs} = result
  const at = (part: number) => percentile(latenciesMs, part)
  return {
    ...{load, offered, accepted, refused, unconfirmed, refusals},
    ...{p50Ms: at(0.5), p99Ms: at(0.99), mostMs: at(1)},
    answerP99Ms: percentile(answersMs, 0.99),
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
  const {what, kind, capacity, ratio, ratioToOne, loads, mismatches} = row
  const toOne = ratioToOne === undefined ? '' : `, ${ratioToOne.toFixed(2)} x one node`
  const mark = (isGood: boolean) => (isGood ? 'ok  ' : 'OVER')
  return [
    `${mark(isFast(row))} ${what}: capacity ${capacity.toFixed(0)}/s, ${ratio.toFixed(2)} x engine${toOne}`,
    ...loads.map((figures) => `${mark(isInTime(figures, kind))} ${what}: ${tellLoad(figures)}`),
    ...tellSpike(row).map((text) => `${mark(isSteady(row))} ${what}: ${text}`),
    `${mark(mismatches === 0)} ${what}: ${mismatches} hash mismatches`,
  ]
}

export function isWithinBudgets(row: Row): boolean {
  return (
    isFast(row) &&
    row.loads.every((figures) => isInTime(figures, row.kind)) &&
    isSteady(row) &&
    row.mismatches === 0
  )
}

/** Undefined where 100 % or a spike was not measured. */
function spikeOf({loads}: Row): {load: number; part: number} | undefined {
  const full = loads.find(({load}) => load === 1)
  const spike = loads.toSorted((a, b) => b.load - a.load)[0]
  if (!full || !spike || spike.load <= 1) return undefined
  return {load: spike.load, part: spike.goodput / full.goodput}
}

function isSteady(row: Row): boolean {
  return (spikeOf(row)?.part ?? 1) >= GOODPUT_IN_A_SPIKE
}

function tellSpike(row: Row): string[] {
  const spike = spikeOf(row)
  if (!spike) return []
  return [`${spike.part.toFixed(2)} x as many confirmed at ${spike.load * 100} % as at 100 %`]
}

export function isFast({kind, nodes, ratio, ratioToOne}: Row): boolean {
  if (nodes === 1) return ratio >= (RATIOS[kind] ?? 0)
  return ratioToOne === undefined || ratioToOne >= RATIO_TO_ONE_NODE
}

function isInTime(figures: LoadFigures, kind: Kind): boolean {
  const {load, p50Ms, p99Ms, mostMs, longestGapMs, unconfirmed} = figures
  // What costs much fills the block early in the slot, and who comes first waits longest.
  const isUsual = load >= 1 || RATIOS[kind] === undefined || p50Ms <= budgets.p50Ms
  const isSoon = p99Ms <= budgets.p99Ms && mostMs <= budgets.mostMs
  return isUsual && isSoon && longestGapMs <= budgets.gapMs && unconfirmed === 0
}

function tellLoad(figures: LoadFigures): string {
  const {load, p50Ms, p99Ms, mostMs, offered, accepted, refused, unconfirmed} = figures
  const {answerP99Ms, goodput, longestGapMs, memory, reads} = figures
  const [p50, p99, most] = [p50Ms, p99Ms, mostMs].map((ms) => `${ms.toFixed(0)} ms`)
  return (
    `at ${load * 100} % p50 ${p50}, p99 ${p99}, most ${most}, answered p99 ${answerP99Ms.toFixed(0)} ms; ` +
    `${offered} offered, ${accepted} accepted, ${refused} refused, ${unconfirmed} not confirmed, ` +
    `${goodput.toFixed(0)}/s confirmed; longest gap of blocks ${longestGapMs.toFixed(0)} ms; ` +
    `${memory.beforeMb.toFixed(0)} to ${memory.afterMb.toFixed(0)} MB` +
    (reads ? `; ${tellReads(reads)}` : '')
  )
}
