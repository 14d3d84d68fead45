/** What a start costs is what it loads: the times of a machine that is busy with tests say nothing. */
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {execa} from 'execa'
import {afterAll, beforeAll, expect, test} from 'vitest'

import pjson from '../../package.json' with {type: 'json'}
import {onlyCommand} from '../../src/cli/only-command.ts'

const root = join(import.meta.dirname, '../..')
let dir: string

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'metis-seq-start-'))
})

afterAll(() => rmSync(dir, {recursive: true, force: true}))

const LIST_LOADED = `
  process.on('exit', () =>
    require('node:fs').writeFileSync(process.env.LOADED, process.moduleLoadList.join('\\n')))
`

test('status loads no part of Node.js and no library that it does not use', async () => {
  const [hook, loaded] = [join(dir, 'hook.cjs'), join(dir, 'loaded')]
  writeFileSync(hook, LIST_LOADED)
  const args = ['--require', hook, join(root, 'bin/run.cjs'), 'status', '--network', 'sepolia']
  const env = {METIS_SEQ_HOME: dir, LOADED: loaded, https_proxy: 'http://127.0.0.1:9'}
  const {exitCode} = await execa('node', [...args, '--timeout', '1'], {env, reject: false})
  expect(exitCode).toBe(8)
  const modules = readFileSync(loaded, 'utf8').split('\n')
  expect(modules).toContain('NativeModule http')
  const seldom = ['child_process', 'dgram', 'fs/promises', 'readline', 'worker_threads']
  const undici = modules.filter((name) => name.includes('undici'))
  const found = seldom.filter((name) => modules.includes(`NativeModule ${name}`))
  expect([...undici, ...found]).toEqual([])
})

test.each([
  ['status', 'status'],
  ['status --json', 'status'],
  ['node status --profile seq-1', 'node:status'],
  // Words behind a command are arguments of it, or a mistake; oclif knows which.
  ['sequencer show 3', undefined],
  ['status --help', undefined],
  ['status -h', undefined],
  ['node', undefined],
  ['help', undefined],
  ['completion', undefined],
  ['../bin/run', undefined],
  ['--version', undefined],
  ['', undefined],
])('`metis-seq %s` needs %s and no other command', (line, id) => {
  const argv = line === '' ? [] : line.split(' ')
  expect(onlyCommand(argv, root, pjson as never)?.commandIDs[0]).toBe(id)
})
