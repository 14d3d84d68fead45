/**
 * What starting a command costs: `--version` against Node.js itself, and `status` on a local network against a bare script
 * with the same calls: `node bench/start.ts [--pairs 15] [--base-port 24545] [--figures]`.
 */
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {parseArgs} from 'node:util'

import {conclude} from './figures.ts'
import {comparePairs, timeCommand} from './measure.ts'

const root = join(import.meta.dirname, '..')
const launcher = join(root, 'bin', 'metis-seq')
const program = join(root, 'bin', 'run.cjs')

const {values} = parseArgs({
  options: {
    pairs: {type: 'string', default: '15'},
    // Below the range from which the system hands out ports by itself.
    'base-port': {type: 'string', default: '24545'},
    figures: {type: 'boolean', default: false},
  },
})
const pairs = Number(values.pairs)
const basePort = Number(values['base-port'])
const home = mkdtempSync(join(tmpdir(), 'metis-seq-bench-'))
const env = {METIS_SEQ_HOME: home}

const bareNode = () => timeCommand(process.execPath, ['-e', '0'], env)
const STATUS = ['status', '--profile', 'seq-1']
const status = () => timeCommand(launcher, STATUS, env)

try {
  const version = await compareVersion()
  await run(
    `local up --detach --nodes 1 --base-port ${basePort} --blocks-before-fork 2 --slot-ms 2000`,
  )
  const page = await compareStatus()
  conclude(
    values.figures,
    {versionRatio: version.ratio, statusRatio: page.ratio, statusOfNode: page.ofNode},
    version.isOk && page.isOk,
  )
} finally {
  await run('local down')
  rmSync(home, {recursive: true, force: true})
}

/** Budget: a version is asked by scripts in loops, so it may cost little more than Node.js itself. */
async function compareVersion(): Promise<{ratio: number; isOk: boolean}> {
  const version = () => timeCommand(launcher, ['--version'], env)
  const {subject, baseline, ratio} = await comparePairs(pairs, version, bareNode)
  const seen = `${subject.toFixed(1)} ms against ${baseline.toFixed(1)} ms`
  return {ratio, isOk: tell({what: '--version against node -e 0', ratio, budget: 1.15, seen})}
}

/** Budget: what an operator types most may cost a third more than the calls it makes. */
async function compareStatus(): Promise<{ratio: number; ofNode: number; isOk: boolean}> {
  const calls = await recordCalls()
  const bare = [join(root, 'bench', 'bare-status.mjs'), calls]
  const bareStatus = () => timeCommand(process.execPath, bare, env)
  const {subject, baseline, ratio} = await comparePairs(pairs, status, bareStatus)
  const {ratio: ofNode} = await comparePairs(Math.ceil(pairs / 3), status, bareNode)
  const seen = `${subject.toFixed(0)} ms against ${baseline.toFixed(0)} ms; ${ofNode.toFixed(1)} x node -e 0`
  const what = 'status against a bare script with the same calls'
  return {ratio, ofNode, isOk: tell({what, ratio, budget: 1.3, seen})}
}

/** The calls of one `status`, as it sends them: a list kept by hand would be another one after the next change. */
async function recordCalls(): Promise<string> {
  const file = join(home, 'calls.json')
  const recorder = join(root, 'bench', 'record-calls.cjs')
  await timeCommand(process.execPath, ['--require', recorder, program, ...STATUS], {
    ...env,
    RECORDED_CALLS: file,
  })
  return file
}

function tell(line: {what: string; ratio: number; budget: number; seen: string}): boolean {
  const {what, ratio, budget, seen} = line
  const isOk = ratio <= budget
  process.stdout.write(
    `${isOk ? 'ok  ' : 'OVER'} ${what}: ${ratio.toFixed(2)} (at most ${budget}); ${seen}\n`,
  )
  return isOk
}

async function run(words: string): Promise<void> {
  await timeCommand(process.execPath, [program, ...words.split(' ')], env)
}
