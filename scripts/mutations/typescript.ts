/**
 * `npm run mutations -- ts`: makes one small change of the sources at a time, in memory, and looks whether a test fails.
 * Which sites are tried is the order of their hashes, so a change of the sources exchanges only few of them. What has
 * an answer is kept, and asked again only when the file or the test that noticed has changed.
 */
import {createHash} from 'node:crypto'
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import process from 'node:process'

import {setup as build} from '../../test/helpers/global-setup.ts'
import {areas, type Area} from './areas.ts'
import {Compiler} from './compiler.ts'
import {explanationOf, staleExplanations} from './explained.ts'
import {changed, noting, sitesOf, type Site} from './sites.ts'
import {WarmVitest} from './warm-vitest.ts'

const root = join(import.meta.dirname, '../..')
const resultsFile = join(root, '.mutations/results.json')

/** A test process that has to start, and its chain. */
const LEAST_MS = 60_000
const TIMES_AS_LONG = 4

type Outcome =
  /** A test fails. */
  | 'noticed'
  /** It ran for so long that it was ended. */
  | 'hung'
  /** It does not compile. */
  | 'refused'
  /** No test fails, and it is said why none can. */
  | 'explained'
  | 'unnoticed'

interface Result extends Omit<Site, 'reached'> {
  area: string
  outcome: Outcome
  /** The test that failed. */
  by?: string
  reason?: string
  isReached: boolean
  /** Of the file and of the tests: with others the answer may be another. */
  basis: Record<string, string>
}

interface Options {
  words: string
  /** No new site is tried after it. */
  untilMs: number
  isFresh: boolean
}

const read = (file: string): string => readFileSync(join(root, file), 'utf8')
const hashOf = (file: string): string =>
  existsSync(join(root, file))
    ? createHash('sha256').update(read(file)).digest('hex').slice(0, 12)
    : ''

function chosenSites(area: Area): Site[] {
  const sites = globSync(area.files, {cwd: root}).flatMap((file) => sitesOf(file, read(file)))
  const byHash = sites.toSorted((a, b) => (a.id < b.id ? -1 : 1)).slice(0, area.sites)
  return byHash.toSorted((a, b) =>
    a.file === b.file ? a.start - b.start : a.file < b.file ? -1 : 1,
  )
}

/** Which tests reach which site, and how long each takes. */
interface Reach {
  tests: Map<string, string[]>
  tookMs: Map<string, number>
}

async function measureReach(vitest: WarmVitest, area: Area, sites: Site[]): Promise<Reach> {
  const notes = mkdtempSync(join(tmpdir(), 'metis-seq-notes-'))
  const files = Object.fromEntries(
    [...Map.groupBy(sites, ({file}) => file)].map(([file, of]) => [file, noting(read(file), of)]),
  )
  const tests = globSync(area.tests, {cwd: root})
  const answer = await vitest.run({files, tests, notes}, 300_000)
  rmSync(notes, {recursive: true, force: true})
  if (answer === 'hung') throw new Error(`The tests of ${area.name} take too long.`)
  if (answer.failed) throw new Error(`A test fails without a change: ${answer.failed}`)
  if (Object.keys(answer.took).length < tests.length) throw new Error('Not all tests ran.')
  const reach: Reach = {tests: new Map(), tookMs: new Map(Object.entries(answer.took))}
  for (const [test, ids] of Object.entries(answer.reached))
    for (const id of ids) reach.tests.set(id, [...(reach.tests.get(id) ?? []), test])
  for (const of of reach.tests.values())
    of.sort((a, b) => (reach.tookMs.get(a) ?? 0) - (reach.tookMs.get(b) ?? 0))
  return reach
}

async function tryOne(vitest: WarmVitest, area: Area, site: Site, reach: Reach): Promise<Result> {
  const {reached: _, ...rest} = site
  const tests = reach.tests.get(site.id) ?? []
  const common = {...rest, area: area.name, isReached: tests.length > 0}
  const result = (outcome: Outcome, basis: readonly string[], by?: string): Result => ({
    ...{...common, outcome, ...(by === undefined ? {} : {by})},
    basis: Object.fromEntries([site.file, ...basis].map((file) => [file, hashOf(file)])),
  })
  const allMs = tests.reduce((sum, test) => sum + (reach.tookMs.get(test) ?? 0), 0)
  const files = {[site.file]: changed(read(site.file), site)}
  const limitMs = LEAST_MS + allMs * TIMES_AS_LONG
  const answer = tests.length > 0 ? await vitest.run({files, tests}, limitMs) : undefined
  if (answer === 'hung') return result('hung', tests)
  if (answer?.failed) return result('noticed', [answer.failed.split(':')[0]!], answer.failed)
  // Also tests that do not reach it, since one of them may do so when it has changed.
  return result('unnoticed', globSync(area.tests, {cwd: root}))
}

function load(): Map<string, Result> {
  if (!existsSync(resultsFile)) return new Map()
  const results = JSON.parse(readFileSync(resultsFile, 'utf8')) as Result[]
  return new Map(results.map((result) => [result.id, result]))
}

function save(results: Map<string, Result>): void {
  mkdirSync(dirname(resultsFile), {recursive: true})
  writeFileSync(resultsFile, `${JSON.stringify([...results.values()], null, 2)}\n`)
}

const isCurrent = ({basis}: Result): boolean =>
  Object.entries(basis).every(([file, hash]) => hashOf(file) === hash)

/** @returns how many sites have no answer yet */
async function tryArea(area: Area, known: Map<string, Result>, options: Options): Promise<number> {
  const sites = chosenSites(area)
  const left = sites.filter(({id}) => {
    const result = known.get(id)
    return options.isFresh || !result || !isCurrent(result)
  })
  if (left.length === 0 || Date.now() > options.untilMs) return left.length
  const temporary = mkdtempSync(join(tmpdir(), 'metis-seq-mutations-'))
  const vitest = new WarmVitest(temporary)
  using compiler = new Compiler(root)
  try {
    const reach = await measureReach(vitest, area, left)
    for (const [index, site] of left.entries()) {
      if (Date.now() > options.untilMs) return left.length - index
      const result = await tryOne(vitest, area, site, reach)
      if (
        result.outcome === 'unnoticed' &&
        !compiler.takes(site.file, changed(read(site.file), site))
      )
        result.outcome = 'refused'
      known.set(site.id, result)
      save(known)
      if (result.outcome === 'unnoticed') process.stdout.write(`${lineOf(result)}\n`)
    }
    return 0
  } finally {
    await vitest.close()
    rmSync(temporary, {recursive: true, force: true})
  }
}

function lineOf({file, line, operator, from, to, isReached}: Result): string {
  const short = (text: string) => text.replaceAll(/\s+/g, ' ').slice(0, 100)
  const how = isReached ? 'unnoticed' : 'not reached'
  return `${how} ${file}:${line} ${operator}: ${short(from)} -> ${short(to)}`
}

/** One row for each area, and their sum. */
export function tableOf(results: readonly Result[]): string {
  const head = [
    'area',
    'changes',
    'noticed',
    'hung',
    'refused by the compiler',
    'explained',
    'unnoticed',
  ]
  const rowOf = (name: string, of: readonly Result[]) => {
    const count = (wanted: Outcome) => of.filter(({outcome}) => outcome === wanted).length
    const counts = (['noticed', 'hung', 'refused', 'explained', 'unnoticed'] as const).map(count)
    return [name, of.length, ...counts]
  }
  const rows = areas.map(({name}) =>
    rowOf(
      name,
      results.filter(({area}) => area === name),
    ),
  )
  const table = [head, head.map(() => '---'), ...rows, rowOf('all', results)]
  return table.map((row) => `| ${row.join(' | ')} |\n`).join('')
}

export async function runTypeScript(options: Options): Promise<number> {
  build()
  const known = load()
  let left = 0
  const wanted = areas.filter(({name}) => name.includes(options.words))
  for (const area of wanted) left += await tryArea(area, known, options)
  const sites = wanted.flatMap((area) => chosenSites(area))
  const results = sites.flatMap(({id, line, file}) => {
    const result = known.get(id)
    if (!result) return []
    const reason = explanationOf(result)
    const isExplained = reason !== undefined && result.outcome === 'unnoticed'
    const outcome: Outcome = isExplained ? 'explained' : result.outcome
    return [{...result, line, file, outcome, ...(isExplained ? {reason} : {})}]
  })
  const unnoticed = results.filter(({outcome}) => outcome === 'unnoticed')
  for (const result of unnoticed) process.stdout.write(`${lineOf(result)}\n`)
  process.stdout.write(`\n${tableOf(results)}`)
  const stale = options.words === '' ? staleExplanations(results) : []
  for (const text of stale)
    process.stdout.write(`explained, but no change that is unnoticed: ${text}\n`)
  if (left > 0) process.stdout.write(`${left} changes are still to be tried: run it again.\n`)
  return unnoticed.length + left + stale.length
}
