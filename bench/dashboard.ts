/**
 * What the dashboard costs while it is left open: processor, bytes to the terminal, memory, and the time from a key to its
 * frame, in a real terminal of 120x40 on a local network, beside a bare program that draws as many cells with the same
 * library: `node bench/dashboard.ts [--seconds 60] [--warm 15] [--keys 60] [--slot-ms 2000] [--load 0] [--base-port 24845] [--figures]`.
 * `--load` is in payments per second. Both programs run at the same time, and over more than four minutes their memory is
 * told by the minute.
 */
import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {parseArgs} from 'node:util'

import {startTerminal, type TestTerminal} from '../test/helpers/terminal.ts'
import {localPorts} from '../src/local/settings.ts'
import {conclude} from './figures.ts'
import {funder, startLoad, type LocalLoad} from './local-load.ts'
import {timeCommand} from './measure.ts'

const {values} = parseArgs({
  options: {
    seconds: {type: 'string', default: '60'},
    // The first seconds fill caches; what comes after them is what an operator pays.
    warm: {type: 'string', default: '15'},
    keys: {type: 'string', default: '60'},
    'slot-ms': {type: 'string', default: '2000'},
    load: {type: 'string', default: '0'},
    'base-port': {type: 'string', default: '24845'},
    figures: {type: 'boolean', default: false},
  },
})

const root = join(import.meta.dirname, '..')
const program = join(root, 'bin', 'run.cjs')
const home = mkdtempSync(join(tmpdir(), 'metis-seq-bench-'))
const seconds = Number(values.seconds)
const [columns, rows] = [120, 40]
const env = {
  ...process.env,
  METIS_SEQ_HOME: home,
  TERM: 'xterm-256color',
  LANG: 'C.UTF-8',
  // V8 lets the space for young objects grow to 128 MB over hours, in any program; what grows beside it is ours.
  NODE_OPTIONS: '--max-semi-space-size=8',
} as Record<string, string>

const CPU_BUDGET = 0.05
const BYTES_BUDGET = 30_000
const KEY_BUDGET_MS = 100
const MEMORY_BUDGET = 10 * 1024 ** 2
const SAMPLE_SECONDS = 60
const MIN_SAMPLES = 4
const PATIENCE_MS = 60_000

interface Cost {
  /** Of one core. */
  cpuShare: number
  bytesPerSecond: number
  /** Resident memory, by the minute. */
  memory: number[]
}

try {
  await run(
    `local up --detach --nodes 1 --base-port ${values['base-port']} --slot-ms ${values['slot-ms']} --blocks-before-fork 2`,
  )
  const load = await startLoadOf(Number(values.load))
  const [bare, dashboard] = await Promise.all([
    costOf([join(import.meta.dirname, 'bare-ink.mjs')], /^\d+\.{5}/m),
    costOf([program, 'dashboard', '--profile', 'seq-1'], /✓ OK|! WARN|✗ CRIT/),
  ])
  const p95 = await keyLatency()
  const accepted = await load?.stop()
  if (accepted !== undefined)
    process.stdout.write(`     ${accepted} payments were sent meanwhile\n`)
  const isOk = [
    tell(
      'processor',
      `${percent(dashboard.cpuShare)} of a core, bare ink ${percent(bare.cpuShare)}`,
      dashboard.cpuShare <= CPU_BUDGET,
    ),
    tell(
      'to the terminal',
      `${Math.round(dashboard.bytesPerSecond)} bytes/s, bare ink ${Math.round(bare.bytesPerSecond)}`,
      dashboard.bytesPerSecond <= BYTES_BUDGET,
    ),
    tell(
      'memory',
      `${growthOf(dashboard)}, bare ink ${growthOf(bare)}`,
      grownBytes(dashboard) <= MEMORY_BUDGET,
    ),
    tell('key to frame', `${p95.toFixed(0)} ms (p95 of ${values.keys})`, p95 <= KEY_BUDGET_MS),
  ].every(Boolean)
  conclude(
    values.figures,
    {cpuOfBareInk: dashboard.cpuShare / bare.cpuShare, bytesPerSecond: dashboard.bytesPerSecond},
    isOk,
  )
} finally {
  await run('local down')
  rmSync(home, {recursive: true, force: true})
}

async function costOf(args: string[], isDrawn: RegExp): Promise<Cost> {
  using terminal = startTerminal(process.execPath, args, {columns, rows, env})
  await shown(terminal, isDrawn)
  await sleep(Number(values.warm) * 1000)
  const before = usageOf(terminal)
  const memory = [before.memory]
  for (let left = seconds; left > 0; left -= SAMPLE_SECONDS) {
    await sleep(Math.min(left, SAMPLE_SECONDS) * 1000)
    memory.push(usageOf(terminal).memory)
    process.stderr.write(`${args.at(-1)} ${megabytes(memory.at(-1)!)}\n`)
  }
  const after = usageOf(terminal)
  return {
    cpuShare: (after.cpuSeconds - before.cpuSeconds) / seconds,
    bytesPerSecond: (after.bytes - before.bytes) / seconds,
    memory,
  }
}

/** From the second to the last quarter of the time, as collections of garbage move single samples. */
function grownBytes({memory}: Cost): number {
  const quarter = Math.floor(memory.length / 4)
  const mean = (part: number[]) => part.reduce((sum, each) => sum + each, 0) / part.length
  if (quarter === 0) return 0
  return mean(memory.slice(-quarter)) - mean(memory.slice(quarter, 2 * quarter))
}

function growthOf(cost: Cost): string {
  const {memory} = cost
  const ends = `${megabytes(memory[0]!)} to ${megabytes(memory.at(-1)!)} in ${seconds} s`
  if (memory.length < MIN_SAMPLES * 2) return ends
  return `${ends}, ${megabytes(grownBytes(cost))} from the second to the last quarter`
}

async function startLoadOf(perSecond: number): Promise<LocalLoad | undefined> {
  if (perSecond === 0) return undefined
  await run(`local fund --address ${funder.address} --l2-metis ${funder.metis} --no-whitelist`)
  const ports = localPorts({basePort: Number(values['base-port'])})
  return startLoad(`http://127.0.0.1:${ports.nodeRpc(1)}`, perSecond)
}

function usageOf(terminal: TestTerminal): {cpuSeconds: number; memory: number; bytes: number} {
  const stat = readFileSync(`/proc/${terminal.pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  const ticks = Number(stat[11]) + Number(stat[12])
  const pages = Number(readFileSync(`/proc/${terminal.pid}/statm`, 'utf8').split(' ')[1])
  return {cpuSeconds: ticks / 100, memory: pages * 4096, bytes: terminal.written().length}
}

/** From a key to the first byte of the frame that it changes, while all data come in. */
async function keyLatency(): Promise<number> {
  const args = [program, 'dashboard', '--profile', 'seq-1']
  using terminal = startTerminal(process.execPath, args, {columns, rows, env})
  await shown(terminal, /✓ OK|! WARN|✗ CRIT/)
  await sleep(3000)
  const times: number[] = []
  for (let at = 0; at < Number(values.keys); at++) {
    const helps = /suspend/.test(terminal.screen())
    const startedMs = performance.now()
    terminal.type('?')
    await until(terminal, () => /suspend/.test(terminal.screen()) !== helps, 1)
    times.push(performance.now() - startedMs)
    // Between two frames, at no fixed place.
    await sleep(50 + Math.random() * 300)
  }
  terminal.type('q')
  await terminal.exit
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? Infinity
}

async function shown(terminal: TestTerminal, pattern: RegExp): Promise<void> {
  await until(terminal, () => pattern.test(terminal.screen()), 50)
}

/** Ends with the screen as it stands where nothing comes of it: a bench that hangs tells nobody why. */
async function until(terminal: TestTerminal, isSo: () => boolean, pauseMs: number): Promise<void> {
  const deadlineMs = performance.now() + PATIENCE_MS
  while (!isSo()) {
    if (performance.now() > deadlineMs) {
      throw new Error(`The screen stays as it is:\n${terminal.screen()}`)
    }
    await sleep(pauseMs)
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(1)} MB`
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`
}

function tell(name: string, seen: string, isOk: boolean): boolean {
  process.stdout.write(`${isOk ? 'ok  ' : 'OVER'} ${name}: ${seen}\n`)
  return isOk
}

async function run(line: string): Promise<void> {
  await timeCommand(join(root, 'bin', 'metis-seq'), line.split(' '), {METIS_SEQ_HOME: home})
}
