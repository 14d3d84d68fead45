/** Prometheus' text format, read as its specification says, and not as our writer means it. */

export interface Family {
  name: string
  help: string
  type: string
  samples: {name: string; labels: Record<string, string>; value: number}[]
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*/
const TYPES = ['counter', 'gauge', 'histogram', 'summary', 'untyped']

/**
 * - Source: Prometheus, exposition formats, text format 0.0.4.
 *
 * @throws Error for anything that `promtool check metrics` could not parse, for a metric without HELP or TYPE, for a
 *   name that is not in one group, and for a series that occurs twice
 */
export function parseExposition(text: string): Family[] {
  if (!text.endsWith('\n')) throw new Error('The last line has no end.')
  const families: Family[] = []
  const seen = new Set<string>()
  for (const line of text.slice(0, -1).split('\n')) {
    const comment = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line)
    if (comment) {
      const [, kind, name, rest] = comment as unknown as [string, string, string, string]
      if (NAME.exec(name)?.[0] !== name) throw new Error(`Not a name: ${line}`)
      if (kind === 'HELP') {
        if (families.some((family) => family.name === name)) throw new Error(`Twice: ${line}`)
        families.push({name, help: rest, type: '', samples: []})
        continue
      }
      const family = families.at(-1)
      if (family?.name !== name || family.type !== '') throw new Error(`Out of place: ${line}`)
      if (!TYPES.includes(rest)) throw new Error(`No type: ${line}`)
      family.type = rest
      continue
    }
    if (line.startsWith('#') || line === '') throw new Error(`Unexpected: ${line}`)
    const sample = sampleOf(line)
    const family = families.at(-1)
    if (!family?.type || !belongs(family, sample.name)) throw new Error(`In no group: ${line}`)
    const key = `${sample.name} ${JSON.stringify(Object.entries(sample.labels).toSorted())}`
    if (seen.has(key)) throw new Error(`A series twice: ${line}`)
    seen.add(key)
    if (family.type === 'counter' && !(sample.value >= 0)) throw new Error(`Negative: ${line}`)
    family.samples.push(sample)
  }
  for (const family of families) if (family.type === 'histogram') checkHistogram(family)
  return families
}

function belongs({name, type}: Family, sample: string): boolean {
  if (type !== 'histogram') return sample === name
  return [`${name}_bucket`, `${name}_sum`, `${name}_count`].includes(sample)
}

function sampleOf(line: string): Family['samples'][number] {
  const name = NAME.exec(line)?.[0]
  if (name === undefined) throw new Error(`Not a name: ${line}`)
  let rest = line.slice(name.length)
  const labels: Record<string, string> = {}
  if (rest.startsWith('{')) {
    rest = rest.slice(1)
    while (!rest.startsWith('}')) {
      const label = LABEL.exec(rest)?.[0]
      const quoted = /^="((?:[^"\\\n]|\\["\\n])*)"/.exec(rest.slice(label?.length ?? 0))
      if (label === undefined || !quoted || label in labels) throw new Error(`Labels: ${line}`)
      const unescaped = quoted[1]!.replaceAll(/\\(.)/g, (_whole, letter: string) =>
        letter === 'n' ? '\n' : letter,
      )
      labels[label] = unescaped
      rest = rest.slice(label.length + quoted[0].length)
      if (rest.startsWith(',')) rest = rest.slice(1)
      else if (!rest.startsWith('}')) throw new Error(`Labels: ${line}`)
    }
    rest = rest.slice(1)
  }
  const value = /^ (NaN|[+-]Inf|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/.exec(rest)?.[1]
  if (value === undefined) throw new Error(`No value: ${line}`)
  return {name, labels, value: Number(value.replace('Inf', 'Infinity'))}
}

function checkHistogram({name, samples}: Family): void {
  const others = (labels: Record<string, string>) =>
    JSON.stringify(Object.entries(labels).filter(([label]) => label !== 'le'))
  for (const {labels, value: count} of samples.filter((each) => each.name === `${name}_count`)) {
    const buckets = samples.filter(
      (each) => each.name === `${name}_bucket` && others(each.labels) === others(labels),
    )
    const values = buckets.map(({value}) => value)
    const isGrowing = values.every((value, at) => at === 0 || value >= values[at - 1]!)
    const last = buckets.at(-1)
    if (!isGrowing || last?.labels['le'] !== '+Inf' || last.value !== count)
      throw new Error(`The buckets of ${name} are wrong.`)
  }
}

/** Metric names in a PromQL expression: what is neither a function, a label nor a keyword. */
export function metricsIn(expression: string): string[] {
  const plain = expression
    .replaceAll(/\{[^}]*\}|\[[^\]]*\]|"[^"]*"/g, '')
    .replaceAll(/\b(?:by|without|on|ignoring)\s*\([^)]*\)/g, '')
  const words = plain.matchAll(/(?<![\w:.])[a-zA-Z_:][a-zA-Z0-9_:]*(?![\w:])(?!\s*\()/g)
  const KEYWORDS = ['and', 'or', 'unless', 'bool', 'offset']
  return [...words].map(([word]) => word).filter((word) => !KEYWORDS.includes(word))
}
