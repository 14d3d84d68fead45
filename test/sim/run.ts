/**
 * Runs seeds, one worker process per core.
 *
 * `npm run sim -- --seeds N --steps N [--from S]`, or `--seed S [--trace]` for one of them again; with
 * `--double-sign [--planted BUG,BUG]` homes are copied, restored and run twice.
 */
import {fork} from 'node:child_process'
import {availableParallelism} from 'node:os'
import {fileURLToPath} from 'node:url'
import {inspect, parseArgs} from 'node:util'

import {plantedBugs} from './planted.ts'
import {simulate, type RunResult} from './simulation.ts'

const {values} = parseArgs({
  options: {
    seeds: {type: 'string', default: '200'},
    steps: {type: 'string', default: '2000'},
    from: {type: 'string', default: '1'},
    seed: {type: 'string'},
    workers: {type: 'string', default: String(availableParallelism())},
    'keep-going': {type: 'boolean', default: false},
    trace: {type: 'boolean', default: false},
    'double-sign': {type: 'boolean', default: false},
    planted: {type: 'string'},
  },
})

const steps = Number(values.steps)
const asked = values.planted?.split(',') ?? []
const planted = plantedBugs.filter((bug) => asked.includes(bug))
if (planted.length < asked.length) throw new Error(`Known bugs: ${plantedBugs.join(' ')}`)
const mode = {steps, doubleSign: values['double-sign'], planted}

if (process.send) {
  process.on('message', (seed: number) => {
    void simulate({seed, ...mode}).then((result) => process.send!(result))
  })
} else if (values.seed !== undefined) await one(Number(values.seed))
else await many(Number(values.from), Number(values.seeds))

async function one(seed: number): Promise<void> {
  const onLine = values.trace ? (line: string) => void process.stdout.write(`${line}\n`) : () => {}
  const result = await simulate({seed, ...mode, onLine})
  const {lastLines, ...figures} = result
  if (result.break && !values.trace) say(lastLines.join('\n'))
  say(figures)
  process.exitCode = result.break ? 1 : 0
}

async function many(from: number, count: number): Promise<void> {
  const startedMs = performance.now()
  const results: RunResult[] = []
  let next = from
  const worker = () =>
    new Promise<void>((resolve, reject) => {
      const child = fork(fileURLToPath(import.meta.url), process.argv.slice(2))
      const give = () => {
        if (next < from + count) child.send(next++)
        else child.disconnect()
      }
      child.on('message', (result: RunResult) => {
        results.push(result)
        if (result.break) report(result)
        if (result.break && !values['keep-going']) next = from + count
        if (results.length % 100 === 0) say(`${results.length} seeds`)
        give()
      })
      child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`worker: ${code}`))))
      give()
    })
  await Promise.all(Array.from({length: Number(values.workers)}, worker))
  summarize(results, (performance.now() - startedMs) / 1_000)
}

function report({seed, break: broken, lastLines}: RunResult): void {
  if (!values['keep-going']) say(lastLines.join('\n'))
  say(`seed ${seed}: ${broken!.invariant}: ${broken!.detail}`)
  const flags = `${values['double-sign'] ? ' --double-sign' : ''}${planted.length > 0 ? ` --planted ${planted.join()}` : ''}`
  say(`replay: npm run sim -- --seed ${seed} --steps ${steps}${flags} --trace`)
}

function summarize(results: readonly RunResult[], seconds: number): void {
  const sum = (of: (result: RunResult) => number) =>
    Math.round(results.reduce((total, result) => total + of(result), 0))
  say({
    seeds: results.length,
    steps: sum(({steps: taken}) => taken),
    seconds: Math.round(seconds),
    simulatedSeconds: sum(({seconds: simulated}) => simulated),
    blocks: sum(({blocks}) => blocks),
    transactions: sum(({transactions}) => transactions),
    crashes: sum(({crashes}) => crashes),
    branchesLost: sum(({reorganizations}) => reorganizations),
    l1Reorganizations: sum(({l1Reorganizations}) => l1Reorganizations),
    messagesLost: sum(({lost}) => lost),
    partitions: sum(({partitions}) => partitions),
    engineFaults: sum(({engineFaults}) => engineFaults),
    hostileActs: sum(({hostileActs}) => hostileActs),
    ...incidentsOf(results),
    breaks: sum(({break: broken}) => (broken ? 1 : 0)),
  })
  if (results.some(({break: broken}) => broken)) process.exitCode = 1
}

function incidentsOf(results: readonly RunResult[]): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const {incidents, signedAfter, signedAgain} of results) {
    if (!incidents) continue
    for (const [name, count] of Object.entries(incidents)) sums[name] = (sums[name] ?? 0) + count
    sums['signedAfter'] = (sums['signedAfter'] ?? 0) + signedAfter
    sums['signedAgain'] = (sums['signedAgain'] ?? 0) + signedAgain
  }
  return sums
}

function say(what: unknown): void {
  process.stdout.write(`${typeof what === 'string' ? what : inspect(what)}\n`)
}
