import {existsSync, globSync, mkdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import process from 'node:process'

import {afterAll, beforeAll, expect, test} from 'vitest'

import {builtInNetworks} from '../../src/protocol/built-in-networks.ts'
import type {Network} from '../../src/protocol/network.ts'
import {deadUrl, htmlAnswer, rpcAnswer, startHttpStub, type HttpStub} from '../helpers/http-stub.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {makeOperator, PASSWORD} from '../helpers/operator.ts'
import {cleanEnv, pairwise, runCli, runScript} from '../helpers/run-cli.ts'
import {holds, tracesOfKey, tracesOfText, type Traces} from '../helpers/secret-scan.ts'
import {makeTempHome, type TempHome} from '../helpers/temp-home.ts'
import {startTerminal, type TestTerminal} from '../helpers/terminal.ts'

/** In user info, path and query, the places where providers put their keys. */
const SECRET = 'hunter2SECRET'
const withSecrets = (url: string) =>
  `${url.replace('http://', `http://user:${SECRET}@`)}/v3/${SECRET}?apikey=${SECRET}`

const stubs: HttpStub[] = []
let temp: TempHome

async function stub(...answer: Parameters<typeof startHttpStub>): Promise<string> {
  const server = await startHttpStub(...answer)
  stubs.push(server)
  return withSecrets(server.url)
}

beforeAll(async () => {
  const refuses = await stub((body, _request, response) => {
    const {id, method} = JSON.parse(body) as {id: number; method: string}
    const text = `quota of http://user:${SECRET}@rpc.example/${SECRET} is used up`
    const answer =
      method === 'eth_chainId' ? {result: '0x1'} : {error: {code: -32_005, message: text}}
    response.end(JSON.stringify({jsonrpc: '2.0', id, ...answer}))
  })
  const l1: Record<string, string> = {
    dead: withSecrets(await deadUrl()),
    html: await stub(htmlAnswer),
    wrong: await stub(rpcAnswer({eth_chainId: () => '0x5'})),
    refuses,
  }
  const base = builtInNetworks[0]!
  const networkOf = (name: string, url: string): Network => ({
    ...base,
    name,
    posRestUrl: l1['dead']!,
    l1: {...base.l1, rpcUrls: [url]},
    l2: {...base.l2, rpcUrls: [url]},
  })
  temp = await makeOperator(networkOf('dead', l1['dead']!), {owner: 'owner', signer: 'signer'})
  for (const [name, url] of Object.entries(l1)) {
    writeFileSync(temp.path('networks', `${name}.json`), JSON.stringify(networkOf(name, url)))
  }
  const broken = {...networkOf('broken', l1['dead']!), version: 2}
  writeFileSync(temp.path('broken.json'), JSON.stringify(broken))
  writeFileSync(temp.path('no-json.json'), `{"l1": ${SECRET}}`)
})
afterAll(async () => {
  temp[Symbol.dispose]()
  await Promise.all(stubs.map((server) => server[Symbol.asyncDispose]()))
})

test('no failing command shows user info, path or query of an endpoint, in text and in JSON', async () => {
  const endpoint = withSecrets('http://127.0.0.1:1')
  const lines = [
    'status --network dead',
    'sequencer list --network dead',
    'sequencer list --network html',
    'sequencer list --network wrong',
    'sequencer list --network refuses',
    'epoch current --network html',
    'pos status --network dead',
    'network check --network dead',
    'dashboard --once --network wrong',
    'reward claim --yes',
    `network add ${temp.path('broken.json')}`,
    `network add ${temp.path('no-json.json')}`,
    `profile add x --network nope --l1-rpc-url ${endpoint}`,
    `profile add x --network andromeda --l1-rpc-url ${endpoint.replace('http', 'ftp')}`,
  ].flatMap((line) => [line, `${line} --json`])

  const results = await pairwise(lines, async (line) => ({
    line,
    result: await runCli([...line.split(' '), '--timeout', '2'], {home: temp.root}),
  }))

  for (const {line, result} of results) {
    expect(result.exitCode, line).not.toBe(0)
    expect(result.exitCode, `${line}\n${result.stderr}`).not.toBe(1)
    const said = result.stdout + result.stderr
    expect(said, line).not.toBe('')
    expect(said.includes(SECRET), `${line}\n${said}`).toBe(false)
    expect(said.includes('user:'), `${line}\n${said}`).toBe(false)
  }
})

const tracesOf = (keys: readonly string[], texts: readonly string[]): Traces =>
  Object.fromEntries(
    [...keys.map(tracesOfKey), ...texts.map(tracesOfText)].flatMap((traces, index) =>
      Object.entries(traces).map(([name, trace]) => [`${name} ${index}`, trace]),
    ),
  )

test('no key and no password is in what a key command that fails says or leaves', async () => {
  using home = makeTempHome()
  const outside = makeTempHome()
  using _outside = outside
  const {privateKey} = accountOf('hidden')
  const passwords = ['correct horse', 'another staple phrase']
  const [password, backupPassword] = ['password', 'backup-password'].map((name, index) => {
    writeFileSync(outside.path(name), `${passwords[index]}\n`)
    return outside.path(name)
  })
  writeFileSync(outside.path('secret'), privateKey)
  const open = `--password-file ${password}`
  const twice = `${open} --backup-password-file ${backupPassword}`
  const backup = outside.path('backup.json')
  const lines = [
    `key import hot --backend file --from-file ${outside.path('secret')} ${open} --remember-password-file`,
    `key import again --backend file --from-file ${outside.path('password')} ${open}`,
    'key show hot',
    `key show hot --reveal ${open}`,
    `key backup hot --output ${backup} ${twice}`,
    `key verify-backup ${backup} ${open}`,
    `key import wrong --backend file --from-file ${backup} --backup-password-file ${password}`,
    `key export-themis hot --output ${outside.path('no')} ${open} --yes`,
    `key export-themis hot --output ${outside.path('themis')} ${open} --reveal --yes`,
    `key create ${privateKey.slice(2)} --backend file ${open}`,
    `key show ${privateKey}`,
    `key import hot2 ${privateKey}`,
  ].flatMap((line) => (line.includes('--password-file') ? [line] : [line, `${line} --json`]))

  const said = tracesOf([privateKey], passwords)
  let succeeded = 0
  for (const line of lines) {
    const {stdout, stderr, exitCode} = await runCli(line.split(' '), {home: home.root})
    if (exitCode === 0) succeeded++
    const output = Buffer.from(stdout + stderr)
    expect(holds(output, said), `${line}\n${stdout}${stderr}`).toBe(false)
    expect(exitCode, `${line}\n${stderr}`).not.toBe(1)
  }
  expect(succeeded, 'a scan of failures alone proves nothing').toBeGreaterThan(4)
  const files = globSync('**/*', {cwd: home.root}).filter((name) =>
    statSync(home.path(name)).isFile(),
  )
  expect(files).toContain('config.json')
  expect(files).toContain('keys/hot.json')
  for (const name of files) expect(holds(readFileSync(home.path(name)), said), name).toBe(false)
  const themis = readFileSync(outside.path('themis', 'priv_validator_key.json'))
  expect(holds(themis, said), 'the scan knows the key where it is').toBe(true)
}, 600_000)

/** Types a key at a prompt and stops where the program has it in memory and waits. */
async function keyInMemory(home: TempHome, privateKey: string): Promise<TestTerminal> {
  const program = `cd "${home.path('cores')}"; ulimit -c unlimited; exec "${process.execPath}" "${runScript}" key import hot --backend file`
  mkdirSync(home.path('cores'), {recursive: true})
  const terminal = startTerminal('/bin/sh', ['-c', program], {
    columns: 100,
    rows: 30,
    env: cleanEnv({home: home.root}),
  })
  const asks = (text: string) =>
    expect.poll(() => terminal.screen(), {timeout: 60_000, interval: 50}).toContain(text)
  await asks('Private key (not shown):')
  terminal.type(`${privateKey}\r`)
  await asks('New password of key hot:')
  terminal.type(`${PASSWORD}\r`)
  await asks('The same password again:')
  return terminal
}

test('a key that is open stands in no argument and no environment, and its process in no core file', async () => {
  using home = makeTempHome()
  const {privateKey} = accountOf('hidden')
  using terminal = await keyInMemory(home, privateKey)
  const secrets = tracesOf([privateKey], [PASSWORD])

  for (const name of ['cmdline', 'environ']) {
    const content = readFileSync(`/proc/${terminal.pid}/${name}`)
    expect(content.length, name).toBeGreaterThan(0)
    expect(holds(content, secrets), name).toBe(false)
  }
  expect(holds(Buffer.from(terminal.written()), secrets), 'the screen').toBe(false)
  expect(readFileSync(`/proc/${terminal.pid}/coredump_filter`, 'utf8').trim()).toBe('00000000')
  expect(existsSync(home.path('keys', 'hot.json')), 'nothing is written half').toBe(false)
})

const pattern = '/proc/sys/kernel/core_pattern'
/** Where the kernel writes core files next to the process, what is in them can be looked at. */
const writesCores = existsSync(pattern) && readFileSync(pattern, 'utf8').trim() === 'core'

test.each([
  ['as the program leaves it', null, false],
  ['with the filter of the system, to see that the scan sees', '0x33', true],
])('the core file of a killed program, %s', async (_what, filter, found) => {
  using home = makeTempHome()
  const {privateKey} = accountOf('hidden')
  using terminal = await keyInMemory(home, privateKey)
  if (filter !== null) writeFileSync(`/proc/${terminal.pid}/coredump_filter`, filter)
  const kept = readFileSync(`/proc/${terminal.pid}/coredump_filter`, 'utf8').trim()
  expect(parseInt(kept, 16) === 0, 'no page of memory is to be written').toBe(!found)

  process.kill(terminal.pid, 'SIGABRT')
  await terminal.exit

  const [core] = globSync('core*', {cwd: home.path('cores')})
  expect(core !== undefined, 'a core file lies where this kernel is told to write one').toBe(
    writesCores,
  )
  if (core === undefined) return
  const content = readFileSync(home.path('cores', core))
  expect(holds(content, tracesOfKey(privateKey))).toBe(found)
  expect(holds(content, tracesOfText(PASSWORD))).toBe(found)
})
