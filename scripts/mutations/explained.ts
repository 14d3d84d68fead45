/** Changes that no test can notice, since nothing differs that anybody sees, each with its reason. */
import {readFileSync} from 'node:fs'
import {join} from 'node:path'

interface Explanation {
  file: string
  inside: string
  operator: string
  from: string
  to: string
  reason: string
}

type Change = Omit<Explanation, 'reason'>

const path = join(import.meta.dirname, 'explained.json')
const explanations = JSON.parse(readFileSync(path, 'utf8')) as Explanation[]

const keyOf = ({file, inside, operator, from, to}: Change): string =>
  [file, inside, operator, from, to].join(' | ')
const reasons = new Map(explanations.map((each) => [keyOf(each), each.reason]))

export function explanationOf(change: Change): string | undefined {
  return reasons.get(keyOf(change))
}

/** Those of which no change is left: it was mended, or the code has changed. */
export function staleExplanations(results: readonly (Change & {outcome: string})[]): string[] {
  const needed = new Set(results.filter(({outcome}) => outcome === 'explained').map(keyOf))
  return [...reasons.keys()].filter((key) => !needed.has(key))
}
