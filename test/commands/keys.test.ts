import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {
  linkSync,
  existsSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import process from 'node:process'

import {SigningKey} from 'ethers'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {lockingPoolAbi} from '../../src/chain/abis/locking-pool.ts'
import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {openConfig} from '../../src/store/config.ts'
import {lockDirectory} from '../../src/store/dir-lock.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {keyAccessOf, makeOperator, PASSWORD} from '../helpers/operator.ts'
import {checkOutput} from '../helpers/check-document.ts'
import {cleanEnv, runBoth, runCli, runScript, type Document} from '../helpers/run-cli.ts'
import {makeTempHome, type TempHome} from '../helpers/temp-home.ts'
import {startTerminal, type TestTerminal} from '../helpers/terminal.ts'
import {startTestChain, type TestChain} from '../helpers/test-chain.ts'

const METIS = 10n ** 18n
const {privateKey} = accountOf('typed')
let chain: TestChain
beforeAll(async () => {
  chain = await startTestChain({})
})
afterAll(() => chain[Symbol.asyncDispose]())

/** A command at a terminal, and someone who answers its questions. */
function atTerminal(
  temp: TempHome,
  line: string,
): TestTerminal & {
  answer(question: string, text: string): Promise<void>
} {
  const env = cleanEnv({home: temp.root})
  const args = [runScript, ...line.split(' ')]
  const terminal = startTerminal(process.execPath, args, {columns: 200, rows: 40, env})
  const shown = () => terminal.screen()
  return {
    ...terminal,
    [Symbol.dispose]: () => terminal[Symbol.dispose](),
    async answer(question, text) {
      await expect.poll(shown, {timeout: 60_000, interval: 50}).toContain(question)
      terminal.type(`${text}\r`)
    },
  }
}

test('at a terminal a new key asks twice, tells what is wrong, and says how it is protected', async () => {
  using temp = makeTempHome()
  using terminal = atTerminal(temp, 'key create hot --backend file')
  await terminal.answer('New password of key hot:', 'short')
  await terminal.answer('has 5 characters, and 12 are required', PASSWORD)
  await terminal.answer('The same password again:', 'correct hors')
  await terminal.answer('do not match', PASSWORD)
  await expect.poll(() => terminal.screen().split('again:').length, {timeout: 60_000}).toBe(3)
  terminal.type(`${PASSWORD}\r`)

  expect(await terminal.exit).toBe(0)
  await expect.poll(terminal.screen).toContain('Made key hot in backend file.')
  await expect.poll(terminal.screen).toContain('scrypt N=262144, r=8, p=1: 256 MiB')
  expect(terminal.written()).not.toContain(PASSWORD)
  // Encrypting takes a second, and reading it back another one.
  expect(terminal.written()).toContain('Encrypting the key')
  expect(terminal.written()).toContain('Decrypting the key')
  expect(terminal.screen()).not.toContain('crypting the key')
  expect(statSync(temp.path('keys', 'hot.json')).mode & 0o777).toBe(0o600)
})

test('Ctrl-C at the second question makes nothing', async () => {
  using temp = makeTempHome()
  using terminal = atTerminal(temp, 'key create hot --backend file')
  await terminal.answer('New password of key hot:', PASSWORD)
  await terminal.answer('The same password again:', '\u0003')

  expect(await terminal.exit).toBe(130)
  expect(existsSync(temp.path('keys'))).toBe(false)
  expect(existsSync(temp.path('config.json'))).toBe(false)
})

/** A home with an owner and a signer on the test chain, and where its password lies. */
async function operator(owner: string) {
  const temp = await makeOperator(chain.network, {owner, signer: `${owner} signer`})
  keyAccessOf(temp)
  return temp
}

test('a secret is printed after a warning and a yes, and in JSON only with both flags', async () => {
  using temp = await operator('shown')
  const secret = accountOf('shown').privateKey
  using yes = atTerminal(temp, 'key show shown --reveal')
  await yes.answer('Print the private key of shown?', 'y')
  expect(await yes.exit).toBe(0)
  // The last of what it wrote may come after its end.
  await expect.poll(yes.screen).toContain(secret)
  expect(yes.screen()).toMatch(/warning: The private key of .* stays in the scrollback/)
  using no = atTerminal(temp, 'key show shown --reveal')
  await no.answer('Print the private key of shown?', 'n')
  expect(await no.exit).toBe(9)
  expect(no.written()).not.toContain(secret)

  const {json, exitCode} = await runBoth(['key', 'show', 'shown', '--reveal'], {home: temp.root})
  expect({code: json.error?.code, exitCode}).toEqual({code: 'CONFIRMATION_NEEDED', exitCode: 9})
  const both = await runCli(['key', 'show', 'shown', '--reveal', '--yes', '--json'], {
    home: temp.root,
    env: {METIS_SEQ_YES: 'true'},
  })
  expect(both.json).toMatchObject({data: {privateKey: secret}, warnings: [{code: 'SECRET_SHOWN'}]})
  expect(both.stderr).toBe('')
  const run = (line: string, env = {}) => runCli(line.split(' '), {home: temp.root, env})
  const byVariable = await run('key show shown --reveal', {METIS_SEQ_YES: 'true'})
  expect(byVariable, 'a variable for all commands is no yes to this').toMatchObject({
    exitCode: 9,
    stdout: '',
  })
  const quiet = await run('key show shown --reveal --yes --quiet')
  expect(quiet.stdout).toContain(secret)
  expect(quiet.stderr).toMatch(/^warning: The private key of .* stays in the scrollback/)
  for (const line of ['key show shown', 'key show shown --json', 'key show shown --yes']) {
    const {stdout, stderr} = await run(line)
    expect(stdout + stderr, line).not.toContain(secret.slice(2))
  }
})

test('the public key comes in three spellings, each with who wants it, or in one for a script', async () => {
  using temp = await operator('public')
  const {publicKey, address} = accountOf('public')
  const compressed = SigningKey.computePublicKey(publicKey, true)
  const spellings = [
    {spelling: 'raw', bytes: 64, publicKey: `0x${publicKey.slice(4)}`},
    {spelling: 'uncompressed', bytes: 65, publicKey},
    {spelling: 'compressed', bytes: 33, publicKey: compressed},
  ]
  const run = (...more: string[]) =>
    runBoth(['key', 'export-public', 'public', ...more], {home: temp.root})

  const all = await run()
  expect(all.json.data).toMatchObject({name: 'public', address, spelling: 'raw', spellings})
  expect(all.text.stdout.trim().split('\n')).toEqual([
    `public key, 64 bytes  ${spellings[0]?.publicKey}  (LockingPool, the registry, --signer-pubkey)`,
    `with 04, 65 bytes     ${publicKey}  (Themis, the hardhat task l1:lock)`,
    `compressed, 33 bytes  ${compressed}  (wallets and libraries)`,
  ])
  for (const {spelling, publicKey: shown, bytes} of spellings) {
    const one = await run('--spelling', spelling)
    expect(one.text.stdout).toBe(`${shown}\n`)
    expect(one.json.data).toMatchObject({spelling, publicKey: shown})
    expect((shown.length - 2) / 2).toBe(bytes)
  }
})

test('descriptors: one that was opened is read, one that was not is told apart', async () => {
  using temp = makeTempHome()
  const {passwordFile} = keyAccessOf(temp)
  writeFileSync(temp.path('secret'), privateKey)
  const fromDescriptor = async (name: string, descriptor: number | 'pipe', late = '') => {
    const args = ['key', 'import', name, '--from-fd', '3', '--backend', 'file', '--json']
    const child = spawn(
      process.execPath,
      [runScript, ...args, '--password-file', passwordFile ?? ''],
      {env: cleanEnv({home: temp.root}), stdio: ['ignore', 'pipe', 'inherit', descriptor]},
    )
    const pipe = child.stdio[3]
    if (pipe && 'end' in pipe) pipe.end(late)
    let text = ''
    child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()))
    await once(child, 'close')
    checkOutput(args, text)
    return JSON.parse(text) as Document
  }

  const {address} = accountOf('typed')
  const file = openSync(temp.path('secret'), 'r')
  expect((await fromDescriptor('file', file)).data).toMatchObject({address})
  expect((await fromDescriptor('socket', 'pipe', privateKey)).data).toMatchObject({address})
  expect((await fromDescriptor('empty', 'pipe')).error).toMatchObject({code: 'KEY_INVALID'})
  // Numbers up to here are taken by Node.js itself: counters, and pipes whose both ends are its own.
  for (const number of ['3', '4', '5', '6', '7', '8', '9', '20', '99']) {
    const args = ['key', 'import', 'closed', '--from-fd', number, '--json']
    const {json} = await runCli(args, {home: temp.root})
    expect(json?.error, `descriptor ${number}`).toMatchObject({
      code: 'DESCRIPTOR_CLOSED',
      facts: {descriptor: number},
    })
  }
})

/** Backs the key up and opens the backup, as an operator does before a deletion. */
async function rehearse(temp: TempHome, name: string): Promise<void> {
  const file = temp.path(`${name}-backup.json`)
  const password = ['--backup-password-file', temp.path('password')]
  for (const args of [
    ['key', 'backup', name, '--output', file, ...password],
    ['key', 'verify-backup', file, ...password],
  ]) {
    const {exitCode, stderr} = await runCli(args, {home: temp.root})
    expect(exitCode, stderr).toBe(0)
  }
}

test('the key file of this machine is no backup of itself, by another name neither', async () => {
  using temp = await operator('owner')
  const own = temp.path('keys/owner.json')
  const linked = temp.path('linked.json')
  linkSync(own, linked)
  for (const file of [own, linked]) {
    const {json} = await runCli(
      ['key', 'verify-backup', file, '--backup-password-file', temp.path('password'), '--json'],
      {home: temp.root},
    )
    expect(json?.error).toMatchObject({code: 'BACKUP_IS_THE_KEY', exitCode: 5})
  }
})

test('a key of a registered sequencer: the preview says what is at stake, and two traps stand in the way', async () => {
  const owner = accountOf('registered')
  const signer = accountOf('registered signer')
  await chain.fund(owner.address)
  const {metis, lockingInfo, lockingPool} = chain.at
  await chain.act(owner.address, metis, erc20Abi, 'approve', [lockingInfo, 20_000n * METIS])
  await chain.act(owner.address, lockingPool, lockingPoolAbi, 'lockWithRewardRecipient', [
    signer.address,
    owner.address,
    20_000n * METIS,
    `0x${signer.publicKey.slice(4)}`,
  ])
  using temp = await operator('registered')
  const remove = (...more: string[]) =>
    runBoth(['key', 'delete', 'registered', ...more], {home: temp.root})

  const used = await remove('--confirm', 'registered')
  expect(used.json.error).toMatchObject({code: 'TRAP', exitCode: 5, facts: {trap: 'key-in-use'}})
  expect(used.text.stderr).toMatch(/owner of sequencer 1, active, 20,000 METIS locked/)
  expect(used.json.data).toMatchObject({
    uses: [{profile: 'op', network: 'test', role: 'owner'}],
    registrations: [{sequencerId: '1', status: 'active', amountMetisWei: `${20_000n * METIS}`}],
  })
  const unsaved = await remove('--confirm', 'registered', '--override', 'key-in-use')
  expect(unsaved.json.error).toMatchObject({code: 'TRAP', facts: {trap: 'no-backup'}})
  expect(existsSync(temp.path('keys', 'registered.json'))).toBe(true)

  await rehearse(temp, 'registered')
  const asked = await remove('--override', 'key-in-use')
  expect(asked.json.error).toMatchObject({code: 'CONFIRMATION_NEEDED', exitCode: 9})
  expect(existsSync(temp.path('keys', 'registered.json'))).toBe(true)
  using terminal = atTerminal(temp, 'key delete registered --override key-in-use')
  await terminal.answer('Delete key registered for good?', 'registered')
  expect(await terminal.exit).toBe(0)
  expect(existsSync(temp.path('keys', 'registered.json'))).toBe(false)
  expect(openConfig(temp.home).read().keys).not.toHaveProperty('registered')
})

test('the key of a running node is not deleted, whatever is overridden; with a dead network it says so', async () => {
  using temp = await operator('running')
  const config = openConfig(temp.home)
  config.update((all) => {
    const op = all.profiles['op']!
    const node = {host: '127.0.0.1', rpcPort: 1, peerPort: 2, relayerKey: null, batchKey: null}
    const endpoints = {...op.endpoints, l1: ['http://127.0.0.1:9']}
    return {...all, profiles: {op: {...op, node, endpoints}}}
  })
  const lock = lockDirectory(temp.home.nodeDir('op'), 'data')
  const overrides = [
    '--override',
    'key-in-use',
    '--override',
    'no-backup',
    '--confirm',
    'running-signer',
  ]
  const remove = () =>
    runCli(['key', 'delete', 'running-signer', ...overrides, '--json'], {home: temp.root})

  const running = await remove()
  expect(running.json?.error).toMatchObject({code: 'KEY_RUNNING', exitCode: 14})
  expect(running.json?.error?.hints).toEqual(['Run `metis-seq node stop --profile op` first.'])
  expect(running.json?.data).toMatchObject({
    running: ['op'],
    registrations: [{sequencerId: null, reason: expect.stringContaining('L1')}],
  })
  expect(readFileSync(temp.path('keys', 'running-signer.json'), 'utf8')).toContain('scrypt')

  lock.release()
  expect((await remove()).json).toMatchObject({ok: true, data: {running: []}})
  expect(existsSync(temp.path('keys', 'running-signer.json'))).toBe(false)
})

test('a deletion that was cut off between the secret and its record is ended by the same command', async () => {
  using temp = await operator('half')
  const access = keyAccessOf(temp)
  access.config.update((all) => ({...all, profiles: {}, currentProfile: null}))
  rmSync(temp.path('keys', 'half.json'))

  const args = ['key', 'delete', 'half', '--override', 'no-backup', '--confirm', 'half', '--json']
  expect((await runCli(args, {home: temp.root})).json).toMatchObject({ok: true})
  expect(access.config.read().keys).not.toHaveProperty('half')
})
