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

  /** Prometheus text format, version 0.0.4. */
  render(gauges: Record<string, number>): string {
    const lines: string[] = []
    for (const [name, value] of Object.entries(gauges)) {
      lines.push(`# TYPE metis_seq_${name} gauge`, `metis_seq_${name} ${value}`)
    }
    lines.push('# TYPE metis_seq_stage_ms histogram')
    for (const [stage, {counts, sum, count}] of this.#histograms) {
      let total = 0
      BUCKETS_MS.forEach((limit, index) => {
        total += counts[index]!
        lines.push(`metis_seq_stage_ms_bucket{stage="${stage}",le="${limit}"} ${total}`)
      })
      lines.push(`metis_seq_stage_ms_bucket{stage="${stage}",le="+Inf"} ${count}`)
      lines.push(`metis_seq_stage_ms_sum{stage="${stage}"} ${sum}`)
      lines.push(`metis_seq_stage_ms_count{stage="${stage}"} ${count}`)
    }
    return `${lines.join('\n')}\n`
  }
}
