import {spawnSync} from 'node:child_process'
import {closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {afterEach, beforeEach, expect, test} from 'vitest'

import {LOG_FILE_VARIABLE, logFiles} from '../../src/lib/log-file.ts'
import {lastLogLines} from '../../src/process/daemon.ts'

const module = join(import.meta.dirname, '../../src/lib/log-file.ts')
let dir: string
let file: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'metis-seq-log-'))
  file = join(dir, 'node.log')
})
afterEach(() => rmSync(dir, {recursive: true, force: true}))

/** Writes so many numbered lines of 100 bytes from a process whose output is the file. */
function writeLines(count: number, env: Record<string, string> = {[LOG_FILE_VARIABLE]: file}) {
  const source = `
    import {openLogSink} from ${JSON.stringify(module)}
    const write = openLogSink(undefined, 10_000)
    for (let line = 1; line <= ${count}; line++) write(String(line).padEnd(99, '.') + '\\n')`
  const output = openSync(file, 'a', 0o600)
  const {status, stderr} = spawnSync(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', output, 'pipe'],
    env: {...process.env, ...env},
    encoding: 'utf8',
  })
  closeSync(output)
  expect(stderr).toBe('')
  expect(status).toBe(0)
}

const numbers = (lines: readonly string[]) => lines.map((line) => Number.parseInt(line, 10))

test('a log is put aside before it grows without end, and no line is lost on the way', () => {
  writeLines(250)
  expect(logFiles(file)).toEqual([file, `${file}.1`, `${file}.2`])
  for (const path of logFiles(file)) expect(statSync(path).size).toBeLessThanOrEqual(10_000)
  const last = lastLogLines(dir, 'node', 230)
  expect(numbers(last)).toEqual(Array.from({length: 230}, (_, index) => index + 21))
})

test('old logs go: what is kept is bounded, whatever is written', () => {
  writeLines(900)
  expect(logFiles(file)).toHaveLength(4)
  expect(numbers(lastLogLines(dir, 'node', 5000)).at(-1)).toBe(900)
  expect(numbers(lastLogLines(dir, 'node', 5000)).length).toBeLessThanOrEqual(400)
})

test('a second life goes on where the first ended', () => {
  writeLines(60)
  writeLines(60)
  expect(logFiles(file)).toHaveLength(2)
  expect(readFileSync(`${file}.1`, 'utf8').split('\n')).toHaveLength(101)
})

test('output that nobody named as a log is left alone', () => {
  writeLines(250, {[LOG_FILE_VARIABLE]: ''})
  expect(logFiles(file)).toEqual([file])
})
