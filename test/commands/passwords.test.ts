import {spawnSync} from 'node:child_process'
import {existsSync, openSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import process from 'node:process'

import {afterAll, beforeAll, expect, test} from 'vitest'

import {passwordAccess} from '../../src/cli/password-flags.ts'
import {startDaemon, stopDaemon} from '../../src/process/daemon.ts'
import {builtInNetworks} from '../../src/protocol/built-in-networks.ts'
import {openConfig} from '../../src/store/config.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {makeOperator, PASSWORD} from '../helpers/operator.ts'
import {cleanEnv, runBoth, runCli, runScript} from '../helpers/run-cli.ts'
import {makeTempHome, type TempHome} from '../helpers/temp-home.ts'

const network = {...builtInNetworks[0]!, name: 'test'}
const BACKUP_PASSWORD = 'another staple phrase'
const {privateKey} = accountOf('owner')

let temp: TempHome
beforeAll(async () => {
  temp = await makeOperator(network, {owner: 'owner', signer: 'signer'})
  // Nothing is remembered: every password comes from where the test says.
  openConfig(temp.home).update((all) => ({
    ...all,
    keys: Object.fromEntries(
      Object.entries(all.keys).map(([name, key]) => [name, {...key, passwordFile: null}]),
    ),
  }))
})
afterAll(() => temp[Symbol.dispose]())

const run = (line: string, ...descriptors: string[]) =>
  runCli([...line.split(' '), '--json'], {home: temp.root, descriptors})

interface Manifest {
  commands: Record<string, {flags: Record<string, object>}>
}

test('every command that takes a password from a file takes it from a descriptor as well', () => {
  const text = readFileSync(join(import.meta.dirname, '../../oclif.manifest.json'), 'utf8')
  const commands = Object.entries((JSON.parse(text) as Manifest).commands)
  const having = (flag: string) =>
    commands.filter(([, {flags}]) => flag in flags).map(([name]) => name)

  expect(having('password-file')).toEqual(
    expect.arrayContaining(['key:create', 'key:show', 'tx:sign', 'node:run', 'reward:claim']),
  )
  expect(having('password-file').length).toBeGreaterThan(20)
  expect(having('password-fd')).toEqual(having('password-file'))
  expect(having('backup-password-file')).toEqual(['key:backup', 'key:import', 'key:verify-backup'])
  expect(having('backup-password-fd')).toEqual(having('backup-password-file'))
})

test('a key is made, opened, backed up, rehearsed and restored with descriptors alone', async () => {
  const backup = temp.path('backup.json')
  const steps: [string, ...string[]][] = [
    ['key create made --backend file --password-fd 3', `${PASSWORD}\n`],
    [
      `key backup made --output ${backup} --password-fd 3 --backup-password-fd 4`,
      PASSWORD,
      BACKUP_PASSWORD,
    ],
    [`key verify-backup ${backup} --key made --backup-password-fd 3`, BACKUP_PASSWORD],
    [
      `key import back --backend file --from-file ${backup} --password-fd 3 --backup-password-fd 4`,
      PASSWORD,
      BACKUP_PASSWORD,
    ],
    ['key import typed --backend file --from-fd 3 --password-fd 4', privateKey, PASSWORD],
    ['key move made --backend file --password-fd 3', PASSWORD],
    [
      `key export-themis made --output ${temp.path('themis')} --reveal --yes --password-fd 3`,
      PASSWORD,
    ],
  ]

  for (const [line, ...descriptors] of steps) {
    const {json, stderr} = await run(line, ...descriptors)
    expect(json?.error, `${line}\n${stderr}`).toBeNull()
  }
  const shown = await run('key show made --reveal --yes --password-fd 3', `${PASSWORD}\n`)
  const back = await run('key show back --reveal --yes --password-fd 3', PASSWORD)
  expect(shown.json?.data['privateKey']).toMatch(/^0x[0-9a-f]{64}$/)
  expect(back.json?.data['privateKey']).toBe(shown.json?.data['privateKey'])
  const typed = await run('key show typed --reveal --yes --password-fd 3', PASSWORD)
  expect(typed.json?.data['privateKey']).toBe(privateKey)
})

test('a command that signs takes it too; the pipe of a shell is one', () => {
  const call = {to: accountOf('x').address, data: '0x', value: '0x0', gas: '0x5208', nonce: 0}
  const fees = {maxFeePerGas: '0x1', maxPriorityFeePerGas: '0x1'}
  const file = temp.path('unsigned.json')
  const {address} = accountOf('owner')
  const unsigned = {chainId: 1, from: address, transactions: [{...call, ...fees}]}
  writeFileSync(file, JSON.stringify(unsigned))
  const sign = `"${process.execPath}" "${runScript}" tx sign ${file} --output ${file}.signed --yes --json`

  const {stdout, status} = spawnSync(
    'sh',
    ['-c', `printf '%s\\n' "${PASSWORD}" | ${sign} --password-fd 3 3<&0 </dev/null`],
    {env: cleanEnv({home: temp.root}), encoding: 'utf8'},
  )

  expect({status, stdout}).toMatchObject({status: 0, stdout: expect.stringContaining('"ok":true')})
  expect(existsSync(`${file}.signed`)).toBe(true)
})

test.each([
  ['closed', 'key show owner --reveal --yes --password-fd 99', [], 'DESCRIPTOR_CLOSED', 2],
  ['empty', 'key show owner --reveal --yes --password-fd 3', ['\n'], 'PASSWORD_EMPTY', 2],
  ['of another key', 'key show owner --reveal --yes --password-fd 3', ['no'], 'WRONG_PASSWORD', 13],
  ['easy to guess', 'key create x --backend file --password-fd 3', ['short'], 'PASSWORD_WEAK', 2],
  [
    'beside a file',
    'key show owner --reveal --yes --password-fd 3 --password-file x',
    [PASSWORD],
    'USAGE',
    2,
  ],
  [
    'to be remembered',
    'key create x --backend file --password-fd 3 --password-file x --remember-password-file',
    [PASSWORD],
    'USAGE',
    2,
  ],
  ['standard input', 'key show owner --password-fd 0', [], 'USAGE', 2],
  [
    'closed, of a backup',
    'key verify-backup none.json --backup-password-fd 99',
    [],
    'FILE_UNREADABLE',
    2,
  ],
  ['closed, for the background', 'node start --password-fd 99', [], 'DESCRIPTOR_CLOSED', 2],
])('a descriptor that is %s is refused', async (_what, line, descriptors, code, exitCode) => {
  const {json} = await run(line, ...descriptors)

  expect(json?.error, line).toMatchObject({code, exitCode})
  expect(JSON.stringify(json)).not.toContain(PASSWORD)
  if (code === 'DESCRIPTOR_CLOSED') {
    expect(json?.error?.hints).toEqual([
      'Open it in the same command line: `--password-fd 99 99<FILE`.',
      'Or pass `--password-file FILE`.',
    ])
  }
})

test('without a terminal the hint names both ways; the variable for all commands gives way to a descriptor', async () => {
  const {json} = await runBoth(['key', 'show', 'owner', '--reveal', '--yes'], {home: temp.root})
  expect(json.error).toMatchObject({
    code: 'PASSWORD_NEEDED',
    hints: ['Pass `--password-file FILE` or `--password-fd N`, or set METIS_SEQ_PASSWORD_FILE.'],
  })

  const given = await runCli(
    ['key', 'show', 'owner', '--reveal', '--yes', '--password-fd', '3', '--json'],
    {
      home: temp.root,
      env: {METIS_SEQ_PASSWORD_FILE: temp.path('none')},
      descriptors: [PASSWORD],
    },
  )
  expect(given.json?.data['privateKey']).toBe(privateKey)
})

test('a node that opens three keys reads its descriptor once', async () => {
  const file = temp.path('once')
  writeFileSync(file, PASSWORD)
  const {readPassword} = passwordAccess({'password-fd': openSync(file, 'r')}, false)

  expect(await Promise.all([1, 2, 3].map(() => readPassword?.()))).toEqual([
    PASSWORD,
    PASSWORD,
    PASSWORD,
  ])
})

test('a process in the background gets the descriptor as its third', async () => {
  using home = makeTempHome()
  writeFileSync(home.path('password'), PASSWORD)
  const out = home.path('out')
  const program = `fs.writeFileSync(${JSON.stringify(out)}, fs.readFileSync(3)); setInterval(() => {}, 1000)`

  await startDaemon({
    name: 'reader',
    dir: home.root,
    file: process.execPath,
    args: ['-e', program],
    descriptor: openSync(home.path('password'), 'r'),
    probe: () => Promise.resolve(existsSync(out) && readFileSync(out, 'utf8') === PASSWORD),
    readyTimeoutMs: 20_000,
  })

  expect(await stopDaemon(home.root, 'reader', {timeoutMs: 10_000})).toBe('stopped')
})
