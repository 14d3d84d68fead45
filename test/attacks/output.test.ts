/** Where the output goes: a reader that leaves, a disk that is full, a terminal that can do little. */
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {appendFileSync, mkdirSync, openSync, closeSync, writeFileSync} from 'node:fs'

import {afterAll, beforeAll, expect, test} from 'vitest'

import {checkOutput} from '../helpers/check-document.ts'
import {cleanEnv, runScript} from '../helpers/run-cli.ts'
import {makeTempHome, type TempHome} from '../helpers/temp-home.ts'
import {startTerminal} from '../helpers/terminal.ts'

let temp: TempHome
beforeAll(() => {
  temp = makeTempHome()
  const endpoints = {l1: ['http://127.0.0.1:9'], l2: ['http://127.0.0.1:9'], pos: null}
  const node = {host: '127.0.0.1', rpcPort: 9, peerPort: 10, relayerKey: null, batchKey: null}
  const profile = {
    network: 'sepolia',
    owner: null,
    signer: null,
    rewardRecipient: null,
    endpoints,
    node,
  }
  writeFileSync(
    temp.path('config.json'),
    JSON.stringify({
      currentProfile: 'op',
      profiles: {op: {...profile, keys: {owner: null, signer: null}}},
    }),
  )
  mkdirSync(temp.path('nodes', 'op'), {recursive: true})
  writeFileSync(temp.path('nodes', 'op', 'node.log'), 'one\n')
})
afterAll(() => temp[Symbol.dispose]())

test.each([
  ['dashboard --refresh 1 --timeout 1', () => {}],
  ['dashboard --refresh 1 --timeout 1 --json', () => {}],
  ['status --watch --refresh 1 --timeout 1', () => {}],
  ['node logs --follow', () => appendFileSync(temp.path('nodes', 'op', 'node.log'), 'more\n')],
])('%s ends with 0 when its reader leaves', async (line, write) => {
  const child = spawn(process.execPath, [runScript, ...line.split(' ')], {
    env: cleanEnv({home: temp.root}),
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  await once(child.stdout, 'data')
  child.stdout.destroy()
  const writing = setInterval(write, 100)
  const [code] = (await once(child, 'close')) as [number | null]
  clearInterval(writing)
  expect(code).toBe(0)
})

test.each([
  'profile list',
  'profile list --json',
  'dashboard --refresh 1 --timeout 1',
  '--version',
  'help',
])('%s to a full disk: said so, and no fault of ours', async (line) => {
  const full = openSync('/dev/full', 'w')
  const child = spawn(process.execPath, [runScript, ...line.split(' ')], {
    env: cleanEnv({home: temp.root}),
    stdio: ['ignore', full, 'pipe'],
  })
  closeSync(full)
  let told = ''
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (told += text))
  const [code] = (await once(child, 'close')) as [number | null]
  expect({code, told}).toMatchObject({code: 5, told: expect.stringMatching(/no space left/i)})
  expect(told).not.toMatch(/BUG|fault of|at .*\.js/)
})

function terminal(env: Record<string, string>) {
  const args = [runScript, 'dashboard', '--refresh', '1', '--timeout', '1']
  return startTerminal(process.execPath, args, {
    ...{columns: 80, rows: 24},
    env: {...cleanEnv({home: temp.root}), ...env},
  })
}

test('a terminal that cannot move its cursor gets text frames, without control sequences', async () => {
  using dumb = terminal({TERM: 'dumb', LANG: 'C'})
  await expect
    .poll(() => dumb.written().match(/next: /g)?.length ?? 0, {timeout: 60_000})
    .toBeGreaterThan(1)
  expect(dumb.buffer()).toBe('normal')
  expect(dumb.written()).not.toContain('\u001B')
  expect(dumb.written()).toMatch(/^[\x20-\x7e\r\n]*$/)
})

test('a terminal of a locale without Unicode gets lines of ASCII', async () => {
  using plain = terminal({TERM: 'xterm', LANG: 'C'})
  await expect.poll(() => plain.screen(), {timeout: 60_000}).toMatch(/\+-{5,}\+[^]*> /)
  expect(plain.screen()).toMatch(/^[\x20-\x7e\n]*$/)
  plain.type('q')
  expect(await plain.exit).toBe(0)
})

test('status --watch replaces its page until Ctrl-C, and --fail-on decides how it ends', async () => {
  const watch = ['status', '--watch', '--refresh', '1', '--timeout', '1']
  const env = {...cleanEnv({home: temp.root}), TERM: 'xterm'}
  using page = startTerminal(process.execPath, [runScript, ...watch], {columns: 80, rows: 24, env})
  await expect
    .poll(() => page.written().match(/sepolia, profile op/g)?.length ?? 0, {timeout: 60_000})
    .toBeGreaterThan(1)
  expect(page.screen().match(/sepolia, profile op/g)).toHaveLength(1)
  page.type('\u0003')
  expect(await page.exit).toBe(0)

  const args = [runScript, ...watch, '--fail-on', 'critical', '--json']
  const child = spawn(process.execPath, args, {env, stdio: ['ignore', 'pipe', 'inherit']})
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text))
  await expect.poll(() => printed.split('\n').length, {timeout: 60_000}).toBeGreaterThan(2)
  child.kill('SIGINT')
  expect(await once(child, 'close')).toEqual([12, null])
  checkOutput(['status', '--json'], printed)
  const lines = printed.trim().split('\n')
  expect(JSON.parse(lines[0]!)).toMatchObject({profile: 'op', rotation: {ok: false}})
  expect(JSON.parse(lines.at(-1)!)).toMatchObject({ok: true, data: {pages: lines.length - 1}})
})
