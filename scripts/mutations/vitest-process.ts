/**
 * A warm Vitest in a process of its own: it takes a change of one file, runs tests with it, and says what they did. Its
 * parent ends it when a change made it hang.
 */
import {readdirSync, readFileSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import process from 'node:process'
import {inspect} from 'node:util'

import {
  BaseSequencer,
  createVitest,
  type CliOptions,
  type TestModule,
  type TestSpecification,
  type Vitest,
} from 'vitest/node'

const root = join(import.meta.dirname, '../..')

export interface Request {
  /** Path below the root -> what it says. */
  files: Record<string, string>
  tests: string[]
  /** What notes the sites that are reached writes here. */
  notes?: string
}

export interface Answer {
  /** Test file -> time it took. */
  took: Record<string, number>
  /** The first that failed; of a file that cannot be loaded only its path. */
  failed?: string
  /** Test file -> ids of sites that it reached. */
  reached: Record<string, string[]>
}

const said = new Map<string, string>()
/** Test files of this run; Vitest's own list has those of earlier runs as well. */
let ended: TestModule[] = []

/** Vitest's own order begins with the longest. */
class AsAsked extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files
  }
}

async function open(): Promise<Vitest> {
  const options: CliOptions = {
    ...{config: false, root, watch: true, fsModuleCache: false, bail: 1, retry: 0, maxWorkers: 1},
    reporters: [{onTestModuleEnd: (module) => void ended.push(module)}],
    include: ['test/**/*.test.{ts,tsx}'],
    env: {TZ: 'UTC', NO_COLOR: '1'},
    ...{testTimeout: 20_000, hookTimeout: 20_000, disableConsoleIntercept: true},
    expect: {poll: {timeout: 15_000}},
    sequence: {sequencer: AsAsked},
    setupFiles: [join(import.meta.dirname, 'note-reached.ts')],
  }
  const vitest = await createVitest(options, {
    ...{configFile: false, logLevel: 'silent', server: {watch: null}},
    plugins: [
      {name: 'mutation', enforce: 'pre', transform: (_code, id) => said.get(id.split('?')[0]!)},
    ],
  })
  await vitest.standalone()
  return vitest
}

async function run(vitest: Vitest, {files, tests, notes}: Request): Promise<Answer> {
  const before = [...said.keys()]
  said.clear()
  for (const [file, text] of Object.entries(files)) said.set(join(root, file), text)
  for (const path of new Set([...before, ...said.keys()])) vitest.invalidateFile(path)
  if (notes) process.env['METIS_SEQ_SITES'] = notes
  else delete process.env['METIS_SEQ_SITES']
  const project = vitest.getRootProject()
  const specifications = tests.map((file) => project.createSpecification(join(root, file)))
  ended = []
  const {unhandledErrors} = await vitest.runTestSpecifications(specifications)
  const took: Answer['took'] = {}
  let failed = unhandledErrors.length > 0 ? inspect(unhandledErrors[0]) : undefined
  for (const module of ended) {
    const file = module.relativeModuleId
    const {collectDuration, duration} = module.diagnostic()
    took[file] = Math.round(collectDuration + duration)
    if (module.state() !== 'failed') continue
    const [test] = [...module.children.allTests('failed')]
    failed = test ? `${file}: ${test.fullName}` : file
  }
  return {took, ...(failed ? {failed} : {}), reached: notes ? readNotes(notes) : {}}
}

function readNotes(notes: string): Answer['reached'] {
  const read = readdirSync(notes).map((name) => {
    const path = join(notes, name)
    const note = JSON.parse(readFileSync(path, 'utf8')) as {test: string; sites: string[]}
    rmSync(path)
    return [note.test.slice(root.length + 1), note.sites] as const
  })
  return Object.fromEntries(read)
}

const vitest = await open()
process.on('message', (request: Request) => {
  run(vitest, request).then(
    (answer) => process.send!(answer),
    (error: unknown) => {
      process.stderr.write(`${inspect(error)}\n`)
      process.exit(1)
    },
  )
})
process.send!('ready')
