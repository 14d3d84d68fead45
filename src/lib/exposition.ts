/** Prometheus' text format, version 0.0.4. */

export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

export interface Metric {
  name: string
  /** One sentence. */
  help: string
  type: 'gauge' | 'counter' | 'histogram'
  samples: readonly Sample[]
}

export interface Sample {
  /** Of a histogram: `_bucket`, `_sum`, `_count`. */
  suffix?: string
  labels?: Readonly<Record<string, string>>
  /** Unknown values are left out by not being a sample: a 0 would be a value. */
  value: number
}

/**
 * All metrics; each name may occur once, as the format demands. One without a sample is still
 * described, so that a reader knows that it exists.
 *
 * - Source: Prometheus, exposition formats, text-based format.
 */
export function exposition(metrics: readonly Metric[]): string {
  return metrics
    .map(({name, help, type, samples}) =>
      [
        `# HELP ${name} ${escape(help, false)}`,
        `# TYPE ${name} ${type}`,
        ...samples.map((sample) => lineOf(name, sample)),
        '',
      ].join('\n'),
    )
    .join('')
}

function lineOf(name: string, {suffix = '', labels = {}, value}: Sample): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escape(text, true)}"`)
  return `${name}${suffix}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${numberText(value)}`
}

/** Quotes are escaped in labels only. */
function escape(text: string, isLabel: boolean): string {
  const plain = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
  return isLabel ? plain.replaceAll('"', '\\"') : plain
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (Number.isFinite(value)) return String(value)
  return value > 0 ? '+Inf' : '-Inf'
}

export function gauge(name: string, help: string, samples: readonly Sample[]): Metric {
  return {name, help, type: 'gauge', samples}
}

export function counter(name: string, help: string, samples: readonly Sample[]): Metric {
  return {name, help, type: 'counter', samples}
}
