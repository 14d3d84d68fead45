import {spawnSync} from 'node:child_process'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {engineCapacity} from './engine-capacity.ts'
import {comparePairs, timeCommand} from './measure.ts'
import {measureRow, tellRow} from './node-rows.ts'

const root = join(import.meta.dirname, '..')
const launcher = join(root, 'bin', 'metis-seq')
const program = join(root, 'bin', 'run.cjs')
// Below the range from which the system hands out ports by itself.
const BASE_PORT = 24_545
const SCENE_SECONDS = 6

interface Line {
  what: string
  /** Largest ratio to the baseline for times, smallest for rates. */
  budget: number
  better: 'lower' | 'higher'
  ratio: number
  seen: string
}

const home = mkdtempSync(join(tmpdir(), 'metis-seq-bench-'))
const env = {METIS_SEQ_HOME: home}
const lines: Line[] = []

try {
  await benchVersion()
  const up = `local up --detach --nodes 1 --base-port ${BASE_PORT} --blocks-before-fork 2 --slot-ms 2000`
  await run(up)
  await benchStatus()
} finally {
  await run('local down')
  rmSync(home, {recursive: true, force: true})
}

for (const {what, budget, better, ratio, seen} of lines) {
  const ok = better === 'lower' ? ratio <= budget : ratio >= budget
  const bound = better === 'lower' ? 'at most' : 'at least'
  say(`${ok ? 'ok  ' : 'OVER'} ${what}: ${ratio.toFixed(2)} (${bound} ${budget}); ${seen}`)
}
await benchNodes()

/** Budget: a version is asked by scripts in loops, so it may cost little more than Node.js itself. */
async function benchVersion(): Promise<void> {
  const {subject, baseline, ratio} = await comparePairs(
    21,
    () => timeCommand(launcher, ['--version'], env),
    () => timeCommand(process.execPath, ['-e', '0'], env),
  )
  lines.push({
    what: '--version against node -e 0',
    budget: 1.2,
    better: 'lower',
    ratio,
    seen: `${subject.toFixed(1)} ms against ${baseline.toFixed(1)} ms`,
  })
}

/** Budget: what an operator types most may cost half as much again as the calls it makes. */
async function benchStatus(): Promise<void> {
  const urls = [0, 10, 1].map((offset) => `http://127.0.0.1:${BASE_PORT + offset}`)
  const {subject, baseline, ratio} = await comparePairs(
    15,
    () => timeCommand(launcher, ['status', '--profile', 'seq-1'], env),
    () => timeCommand(process.execPath, [join(root, 'bench', 'bare-status.mjs'), ...urls], env),
  )
  const node = await comparePairs(
    5,
    () => timeCommand(launcher, ['status', '--profile', 'seq-1'], env),
    () => timeCommand(process.execPath, ['-e', '0'], env),
  )
  lines.push({
    what: 'status against a bare script with the same calls',
    budget: 1.5,
    better: 'lower',
    ratio,
    seen: `${subject.toFixed(0)} ms against ${baseline.toFixed(0)} ms; ${node.ratio.toFixed(1)} x node -e 0`,
  })
}

/** A few seconds of each scene; `node bench/node.ts` takes its time. */
async function benchNodes(): Promise<void> {
  for (const kind of ['transfer', 'erc20'] as const) {
    const engine = await engineCapacity(kind, SCENE_SECONDS)
    for (const nodes of [1, 3]) {
      const row = await measureRow({kind, nodes, seconds: SCENE_SECONDS, engine, loads: [0.8, 2]})
      for (const line of tellRow(row)) say(line)
    }
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
  if (line.startsWith('OVER')) process.exitCode = 1
}

function run(words: string): Promise<void> {
  const {status, stderr} = spawnSync(process.execPath, [program, ...words.split(' ')], {
    env: {...process.env, ...env},
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`metis-seq ${words} ended with ${status}: ${stderr}`)
  return Promise.resolve()
}
