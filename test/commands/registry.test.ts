/** Entries of the public list through the binary, in a checkout that looks like theirs. */
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {check} from 'prettier'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {importKey} from '../../src/services/keys/keys.ts'
import {createProfile} from '../../src/services/network/profiles.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {keyAccessOf} from '../helpers/operator.ts'
import {makePng} from '../helpers/picture.ts'
import {runCli, type CliResult} from '../helpers/run-cli.ts'
import {makeTempHome, type TempHome} from '../helpers/temp-home.ts'

const owner = accountOf('owner').address
const signer = accountOf('signer')
const theirs = {
  name: 'Bob',
  avatar: '{BASEDIR}/assets/Bob.png',
  desc: 'Another one.',
  address: accountOf('bob').address,
  seq_addr: accountOf('bob signer').address,
  pubkey: `0x${accountOf('bob signer').publicKey.slice(4)}`,
  url: 'https://bob.example',
}

let temp: TempHome
let list: string

beforeAll(async () => {
  temp = makeTempHome()
  const access = keyAccessOf(temp)
  const options = {name: 'hot', backend: 'file', rememberPasswordFile: true} as const
  await importKey(signer.privateKey, options, access)
  createProfile(temp.home, access.config, {
    ...{name: 'me', network: 'andromeda', owner, signer: 'hot', node: null, replace: false},
    endpoints: {l1: [], l2: [], pos: null},
  })
  mkdirSync(temp.path('repo/sequencers/1088/assets'), {recursive: true})
  list = temp.path('repo/sequencers/1088/all.json')
  writeFileSync(list, `${JSON.stringify([theirs], null, 2)}\n`)
  writeFileSync(temp.path('repo/sequencers/1088/assets/Bob.png'), makePng(128))
  writeFileSync(temp.path('logo.png'), makePng(256))
})
afterAll(() => temp[Symbol.dispose]())

/** Builds the entry of Alice, with other flags where they are given. */
function build(args: readonly string[] = [], other: Record<string, string> = {}) {
  const flags = {
    ...{name: 'Alice Co', desc: 'A sequencer.', url: 'https://alice.example'},
    ...{logo: temp.path('logo.png'), ...other},
  }
  const given = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value])
  return run(['registry', 'build', ...given, ...args])
}

function run(args: readonly string[]): Promise<CliResult> {
  return runCli(args, {home: temp.root})
}

interface Broken {
  ok: boolean
  broken: string[]
}

/** What `validate` says of a path, by rule. */
async function validate(path: string, ...flags: string[]): Promise<Broken & {exitCode: unknown}> {
  const {json, exitCode} = await run(['registry', 'validate', path, '--json', ...flags])
  type Check = {id: string; ok: boolean}
  const {files} = json!.data as {
    files: {checks: Check[]; entries: {name: string; checks: Check[]}[]}[]
  }
  const ids = (checks: Check[]) => checks.filter(({ok}) => !ok).map(({id}) => id)
  const broken = files.flatMap((file) => [
    ...ids(file.checks),
    ...file.entries.flatMap(({name, checks}) => ids(checks).map((id) => `${name}: ${id}`)),
  ])
  return {ok: json!.data['ok'] as boolean, broken, exitCode}
}

test('an entry is printed, with owner and signer of the profile', async () => {
  const {stdout, exitCode} = await build()
  expect(exitCode).toBe(0)
  expect(JSON.parse(stdout)).toEqual({
    name: 'Alice Co',
    avatar: '{BASEDIR}/assets/Alice-Co.png',
    desc: 'A sequencer.',
    address: owner,
    seq_addr: signer.address,
    pubkey: `0x${signer.publicKey.slice(4)}`,
    url: 'https://alice.example',
  })
})

test('an entry goes into a folder of its own, which then passes', async () => {
  const folder = temp.path('out')
  const lst = ['--lst-name', 'xMETIS', '--lst-url', 'https://x.example']
  const {json, exitCode} = await build([...lst, '--output', folder, '--json'])
  expect(exitCode).toBe(0)
  expect(json?.data['written']).toEqual([
    join(folder, 'assets/Alice-Co.png'),
    join(folder, 'Alice-Co.json'),
  ])
  expect(await validate(join(folder, 'Alice-Co.json'), '--strict')).toEqual({
    ...{ok: true, broken: [], exitCode: 0},
  })
  const again = await build(['--output', folder, '--json'])
  expect(again.json?.error).toMatchObject({code: 'FILE_EXISTS', exitCode: 5})
})

test('an entry goes to the end of a list, once, and their rules hold then', async () => {
  const before = readFileSync(list, 'utf8')
  const refused = await build(['--into', list], {desc: 'd'.repeat(201)})
  expect(refused.exitCode).toBe(10)
  expect(refused.stdout).toContain('warn  desc has at most 200 characters: 201')
  expect(refused.stdout).toContain('Nothing was written.')
  expect(readFileSync(list, 'utf8')).toBe(before)
  expect(existsSync(temp.path('repo/sequencers/1088/assets/Alice-Co.png'))).toBe(false)

  const {stdout, exitCode} = await build(['--into', list])
  expect({exitCode, stdout}).toMatchObject({exitCode: 0, stdout: expect.stringContaining('Wrote')})
  const after = readFileSync(list, 'utf8')
  expect(after.startsWith(before.slice(0, before.lastIndexOf('\n]')))).toBe(true)
  expect(await check(after, {parser: 'json'})).toBe(true)
  for (const path of [list, temp.path('repo/sequencers/1088'), temp.path('repo')]) {
    expect(await validate(path, '--strict')).toEqual({ok: true, broken: [], exitCode: 0})
  }

  const twice = await build(['--into', list, '--json'])
  expect({exitCode: twice.exitCode, written: twice.json?.data['written']}).toEqual({
    ...{exitCode: 10, written: []},
  })
  expect(readFileSync(list, 'utf8')).toBe(after)
})

test('the list of another network is not the one for this profile', async () => {
  mkdirSync(temp.path('59902'))
  writeFileSync(temp.path('59902/all.json'), '[]\n')
  const {stdout, exitCode} = await build(['--into', temp.path('59902/all.json')])
  expect(exitCode).toBe(10)
  expect(stdout).toContain('warn  the list is that of chain 1088: folder 59902')
  expect(readFileSync(temp.path('59902/all.json'), 'utf8')).toBe('[]\n')
})

test('a list of others is judged by their tests, and by their README when asked', async () => {
  const folder = temp.path('bad')
  mkdirSync(join(folder, 'assets'), {recursive: true})
  writeFileSync(join(folder, 'assets/Long.png'), makePng(100))
  const long = {...theirs, name: 'Long'.padEnd(29, 'g'), avatar: '{BASEDIR}/assets/Long.png'}
  const file = join(folder, 'all.json')
  writeFileSync(file, `${JSON.stringify([long], null, 2)}\n`)
  const readme = ['avatar-path', 'name-length', 'logo-pixels'].map((id) => `${long.name}: ${id}`)
  expect(await validate(file)).toEqual({ok: true, broken: readme, exitCode: 0})
  expect(await validate(file, '--strict')).toEqual({ok: false, broken: readme, exitCode: 10})

  writeFileSync(file, JSON.stringify([theirs, theirs]))
  const {broken, exitCode} = await validate(file)
  expect(exitCode).toBe(10)
  expect(broken).toEqual([
    'format',
    ...Array.from({length: 2}, () => [
      'Bob: logo-exists',
      'Bob: name-unique',
      'Bob: address-unique',
      'Bob: seq-addr-unique',
    ]).flat(),
  ])
  const {stdout} = await run(['registry', 'validate', file])
  expect(stdout).toContain('FAIL  no other entry has this name: entry 2 (Bob)')
  expect(stdout).toContain('FAIL  the file is formatted as the lint of the repository requires')
  expect(stdout).toMatch(/rules checked: 9 rejected by their CI, 0 that only their README/)
})

test('what is no list is told by its path alone', async () => {
  writeFileSync(temp.path('broken.json'), '[{"name": SECRET')
  writeFileSync(temp.path('seven.json'), '7')
  const cases: [string, string][] = [
    ['broken.json', 'REGISTRY_INVALID'],
    ['seven.json', 'REGISTRY_INVALID'],
    ['logo.png', 'REGISTRY_INVALID'],
    ['nothing.json', 'REGISTRY_UNREADABLE'],
    ['repo/sequencers/1088/assets', 'REGISTRY_UNREADABLE'],
  ]
  for (const [name, code] of cases) {
    const {json, stdout} = await run(['registry', 'validate', temp.path(name), '--json'])
    expect(json?.error).toMatchObject({code, exitCode: 2})
    expect(stdout).not.toContain('SECRET')
  }
  const {json} = await build(['--json'], {logo: temp.path('nothing.png')})
  expect(json?.error).toMatchObject({code: 'REGISTRY_UNREADABLE', exitCode: 2})
})
