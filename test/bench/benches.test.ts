/** Every bench runs, shortly, and its figures are what they usually are. Figures that a busy machine moves are not held. */
import {globSync, readFileSync} from 'node:fs'
import {basename, join} from 'node:path'

import {execa} from 'execa'
import {expect, test} from 'vitest'

import usual from '../../bench/figures.json' with {type: 'json'}

const folder = join(import.meta.dirname, '../../bench')
const FACTOR = 3
/** Beside busy processes everything takes its time. */
const TIMEOUT_MS = 300_000
// Below the range from which the system hands out ports by itself, and far from other tests.
const BASE_PORT = 28_700

/** Command lines that end within seconds. */
const short: Record<keyof typeof usual, string> = {
  start: `--pairs 3 --base-port ${BASE_PORT}`,
  node: '--seconds 2 --nodes 1 --kinds erc20 --loads 0.8 --senders 500',
  budget: '--seconds 2 --nodes 2 --kinds transfer --rate 500 --senders 500',
  fairness: '--heavy 3000 --light 50 --seconds 3',
  dashboard: `--seconds 5 --warm 2 --keys 5 --base-port ${BASE_PORT + 100}`,
  'engine-speed': 'shanghai --cases 1',
  'reward-history': '--blocks 2000 --batches 100 --pairs 3',
}

test('every bench has its usual figures', () => {
  const programs = globSync('*.ts', {cwd: folder}).filter((file) =>
    readFileSync(join(folder, file), 'utf8').includes('parseArgs('),
  )
  expect(programs.map((file) => basename(file, '.ts')).toSorted()).toEqual(
    Object.keys(usual).toSorted(),
  )
})

test.each(Object.entries(short))(
  'node bench/%s.ts',
  async (name, args) => {
    const file = join(folder, `${name}.ts`)
    const {stdout} = await execa(process.execPath, [file, ...args.split(' '), '--figures'])
    const seen = JSON.parse(stdout.split('\n').at(-1)!) as Record<string, unknown>
    const held = Object.entries<number>(usual[name as keyof typeof usual])
    expect(held.flatMap(([figure, value]) => faultOf(figure, value, seen[figure]))).toEqual([])
  },
  TIMEOUT_MS,
)

function faultOf(figure: string, usually: number, seen: unknown): string | [] {
  if (typeof seen !== 'number' || !Number.isFinite(seen)) return `${figure} is ${String(seen)}`
  const isNear = seen >= usually / FACTOR && seen <= usually * FACTOR
  return isNear ? [] : `${figure} is ${seen}, and usually ${usually}`
}
