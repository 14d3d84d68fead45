import {gauge, type Metric, type Sample} from '../lib/exposition.ts'

/** One histogram per stage, in the order of the stage table, and a few gauges. */
export const stages = [
  'accept',
  'hold',
  'gate',
  'decide',
  'build',
  'guard',
  'sign',
  'batch',
  'publish',
  'confirm',
] as const

export type Stage = (typeof stages)[number]

const BUCKETS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000]

const gaugeHelp = {
  head_block: 'Newest L2 block of the node.',
  head_timestamp_seconds: 'Its timestamp, in seconds since 1970.',
  safe_block: 'Newest L2 block whose batch is on L1.',
  finalized_block: 'Newest L2 block whose batch is in a finalized L1 block.',
  pool_pending: 'Transactions that can go into a block.',
  pool_queued: 'Transactions that wait for an earlier nonce.',
  peers: 'Connected peers.',
  blocks_sealed: 'Blocks sealed since the start.',
  turn_is_mine: '1 while the next block is ours, otherwise 0.',
  l1_head_block: 'Newest L1 block that the node has read.',
  engine_outside_changes: 'Changes of the engine that were not ours, since the start.',
  engine_state_leaves: 'Entries in the state of the engine.',
  engine_state_limit: 'Entries that the engine can hold; 0 for no limit.',
} as const

export type GaugeName = keyof typeof gaugeHelp

export class Metrics {
  readonly #histograms = new Map<Stage, {counts: number[]; sum: number; count: number}>(
    stages.map((stage) => [stage, {counts: BUCKETS_MS.map(() => 0), sum: 0, count: 0}]),
  )
  readonly #errors = new Map<Stage, string>()

  observe(stage: Stage, ms: number): void {
    const histogram = this.#histograms.get(stage)!
    histogram.sum += ms
    histogram.count++
    const bucket = BUCKETS_MS.findIndex((limit) => ms <= limit)
    if (bucket >= 0) histogram.counts[bucket]!++
  }

  /** The last failure of a stage, shown until the stage recovers. */
  fail(stage: Stage, reason: string): void {
    this.#errors.set(stage, reason)
  }

  succeed(stage: Stage): void {
    this.#errors.delete(stage)
  }

  errors(): Record<string, string> {
    return Object.fromEntries(this.#errors)
  }

  /** The gauges and the histogram, for the text format of Prometheus. */
  render(gauges: Readonly<Partial<Record<GaugeName, number>>>): Metric[] {
    const known = Object.entries(gauges) as [GaugeName, number][]
    const samples = [...this.#histograms].flatMap(([stage, {counts, sum, count}]): Sample[] => {
      let total = 0
      const buckets = BUCKETS_MS.map((limit, index) => {
        total += counts[index]!
        return {suffix: '_bucket', labels: {stage, le: `${limit}`}, value: total}
      })
      return [
        ...buckets,
        {suffix: '_bucket', labels: {stage, le: '+Inf'}, value: count},
        {suffix: '_sum', labels: {stage}, value: sum},
        {suffix: '_count', labels: {stage}, value: count},
      ]
    })
    return [
      ...known.map(([name, value]) => gauge(`metis_seq_${name}`, gaugeHelp[name], [{value}])),
      {
        ...{name: 'metis_seq_stage_ms', type: 'histogram', samples},
        help: 'Time that each stage took, in milliseconds.',
      },
    ]
  }
}
