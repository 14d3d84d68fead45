/** `node upgrade` with real nodes: copies of the package with another version in their package.json. */
import {execFile} from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import {createServer, type AddressInfo} from 'node:net'
import {DatabaseSync} from 'node:sqlite'
import {join} from 'node:path'
import {promisify} from 'node:util'

import {afterAll, afterEach, beforeAll, expect, test} from 'vitest'

import {stringifyJson} from '../../src/lib/json.ts'
import {genesisFingerprint} from '../../src/node/engine/genesis.ts'
import {openContext} from '../../src/services/context.ts'
import {requireRuntime} from '../../src/services/node/node-runtime.ts'
import {planUpgrade} from '../../src/services/node/upgrade.ts'
import {nodeStatus} from '../helpers/dashboard-data.ts'
import {readNodeStatus} from '../../src/services/node/node-answers.ts'
import {createProfile} from '../../src/services/network/profiles.ts'
import {readDaemon} from '../../src/process/daemon.ts'
import {openConfig} from '../../src/store/config.ts'
import {lockDirectory} from '../../src/store/dir-lock.ts'
import {ChainLog} from '../../src/store/chain-log.ts'
import {readNetwork, saveNetwork} from '../../src/store/networks.ts'
import {deriveOnceScript, derivedKeysEnv} from '../helpers/derived-keys.ts'
import {accountOf, createTestGenesis, type TestGenesis} from '../helpers/l2-chain.ts'
import {testNetwork} from '../helpers/node-cluster.ts'
import {makeOperator} from '../helpers/operator.ts'
import {cleanEnv, runCli, startCli} from '../helpers/run-cli.ts'
import {makeTempHome, type TempHome} from '../helpers/temp-home.ts'

const root = join(import.meta.dirname, '../..')
const installed = (
  JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {version: string}
).version
const OLDER = '0.0.9'
const NEWER = '9.0.0'

const soon = {timeout: 60_000, interval: 50}

let packages: TempHome
let genesis: TestGenesis
let temp: TempHome
let dir: string

beforeAll(async () => {
  packages = makeTempHome()
  for (const version of [OLDER, NEWER]) copyPackage(version)
  genesis = await createTestGenesis({
    initialSigner: accountOf('alpha').address,
    rich: [],
    firstEpochEndBlock: 100_000n,
  })
  const port = await freePair()
  const network = testNetwork({genesis, l1RpcUrl: 'http://127.0.0.1:1', slotMs: 500})
  const url = `http://127.0.0.1:${port}`
  temp = await makeOperator(
    {...network, l2: {...network.l2, rpcUrls: [url], legacyTransactions: true}},
    {owner: 'owner', signer: 'alpha'},
  )
  const config = openConfig(temp.home)
  createProfile(temp.home, config, {
    ...{name: 'op', network: 'test', owner: 'owner', signer: 'alpha', replace: true},
    endpoints: {l1: [], l2: [], pos: null},
    node: {
      ...{host: '127.0.0.1', rpcPort: port, peerPort: port + 1},
      ...{relayerKey: null, batchKey: null},
    },
  })
  dir = temp.home.nodeDir('op')
})

afterEach(async () => {
  await cli('node stop --now')
})

afterAll(() => {
  temp[Symbol.dispose]()
  genesis[Symbol.dispose]()
  packages[Symbol.dispose]()
})

/** The program as a build of another version makes it: the package.json is a part of it. */
function copyPackage(version: string): void {
  const to = packages.path(version)
  mkdirSync(to)
  for (const name of ['bin', 'dist']) cpSync(join(root, name), join(to, name), {recursive: true})
  symlinkSync(join(root, 'node_modules'), join(to, 'node_modules'))
  for (const name of ['package.json', 'oclif.manifest.json']) {
    const document = JSON.parse(readFileSync(join(root, name), 'utf8')) as object
    writeFileSync(join(to, name), JSON.stringify({...document, version}))
  }
  const own = /(\bname:[`"']metis-seq[`"'],version:[`"'])\d[^`"']*([`"'],description:)/
  const changed = readdirSync(join(to, 'dist', 'chunks')).filter((name) => {
    const file = join(to, 'dist', 'chunks', name)
    const text = readFileSync(file, 'utf8')
    if (!own.test(text)) return false
    writeFileSync(file, text.replace(own, `$1${version}$2`))
    return true
  })
  expect(changed).toHaveLength(1)
}

/** Two ports in a row on which nothing listens. */
async function freePair(): Promise<number> {
  for (;;) {
    const port = await freePort(0)
    if (port !== undefined && (await freePort(port + 1)) !== undefined) return port
  }
}

function freePort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.on('error', () => resolve(undefined))
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      const found = typeof address === 'object' ? address?.port : undefined
      server.close(() => resolve(found))
    })
  })
}

const cli = (words: string) => runCli([...words.split(' '), '--json'], {home: temp.root})

/** Starts the node with the program of another version. */
async function startAs(version: string): Promise<number> {
  const args = ['--require', deriveOnceScript, join(packages.path(version), 'bin', 'run.cjs')]
  const env = {...cleanEnv({home: temp.root}), ...derivedKeysEnv()}
  await promisify(execFile)(process.execPath, [...args, 'node', 'start', '--alone'], {env})
  const status = await readNodeStatus(dir)
  expect(status?.version).toBe(version)
  return status!.pid
}

/** A process that answers as a node with this status, and signs nothing. */
async function startStub(status: object): Promise<number> {
  writeFileSync(temp.path('status.json'), stringifyJson(status))
  const stub = join(root, 'test/helpers/stub-node.ts')
  const self = {file: 'env', args: [`STUB_NODE_DIR=${dir}`, process.execPath, stub]}
  const context = openContext({home: temp.home, timeoutSeconds: 20})
  const {pid} = await requireRuntime(context).start({self})
  context.close()
  return pid
}

/** It still runs, and it is the same process. */
async function isUntouched(pid: number): Promise<void> {
  expect(readDaemon(dir, 'node')).toMatchObject({pid, running: true})
  expect((await readNodeStatus(dir))?.pid).toBe(pid)
}

test('the installed version takes the place of an older one, with the same chain, and a second time does nothing', async () => {
  const missing = await cli('node upgrade')
  expect(missing.json?.error).toMatchObject({
    code: 'NODE_NOT_RUNNING',
    hints: [`Run \`metis-seq node start --profile op\`, which starts version ${installed}.`],
  })
  const pid = await startAs(OLDER)

  const onDuty = await cli('node upgrade --yes')
  expect([onDuty.exitCode, onDuty.json?.error?.code]).toEqual([10, 'ON_DUTY'])
  const asked = await cli('node upgrade --now')
  expect(asked.json?.error?.code).toBe('CONFIRMATION_NEEDED')
  const untouched = {profile: 'op', upgraded: false, from: OLDER, to: installed, pid, phase: null}
  expect(asked.json?.data).toMatchObject(untouched)
  const preview = await runCli(['node', 'upgrade', '--now', '--dry-run'], {home: temp.root})
  expect(preview.exitCode).toBe(0)
  expect(preview.stderr).toContain('Upgrade of the node of op')
  expect(preview.stderr).toContain(`runs       ${OLDER} (pid ${pid})`)
  expect(preview.stderr).toContain(
    `chain log of format 1 and sign guard, both read by ${installed}`,
  )
  expect(preview.stderr).toMatch(/warning: Epoch \d+ is yours: L2 makes no blocks/)
  expect(preview.stdout).toBe('Nothing was stopped.\n')
  await isUntouched(pid)
  const before = (await readNodeStatus(dir))!.head.number

  const done = await cli('node upgrade --now --yes --alone')

  expect(done.json?.error ?? null).toBeNull()
  expect(done.json?.data).toMatchObject({upgraded: true, from: OLDER, to: installed})
  const status = await readNodeStatus(dir)
  expect(status).toMatchObject({version: installed, pid: done.json?.data['pid']})
  expect(status!.pid).not.toBe(pid)
  expect(status!.head.number).toBeGreaterThanOrEqual(before)
  expect((await cli('node status')).json?.data['status']).toMatchObject({version: installed})

  const again = await cli('node upgrade')
  expect([again.exitCode, again.json?.data['upgraded']]).toEqual([0, false])
  await isUntouched(status!.pid)
})

test('an older program does not take the place of a newer node unless it is told to', async () => {
  const pid = await startAs(NEWER)
  const refused = await cli('node upgrade --now --yes')
  expect(refused.json?.error).toMatchObject({
    code: 'NODE_DOWNGRADE',
    facts: {profile: 'op', running: NEWER, installed},
  })
  await isUntouched(pid)

  const done = await cli('node upgrade --now --yes --alone --override downgrade')
  expect(done.json?.data).toMatchObject({upgraded: true, from: NEWER, to: installed})
})

test('a start that fails after the stop says that the node is down, and which command comes next', async () => {
  await startAs(OLDER)
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const {port} = other.address() as AddressInfo

  const failed = await cli(`node upgrade --now --yes --alone --ws-port ${port}`)

  other.close()
  expect(failed.json?.error).toMatchObject({
    code: 'NODE_UPGRADE_FAILED',
    facts: {profile: 'op', from: OLDER, to: installed, running: 'no'},
    message: expect.stringMatching(/^The node of profile op was stopped, .* does not run now\.$/),
    hints: expect.arrayContaining([
      'Run `metis-seq node start --profile op` once the reason is gone.',
      `Or install ${OLDER} again with npm, then start it.`,
    ]),
  })
  expect(failed.json?.data).toBeNull()
  expect(readDaemon(dir, 'node')?.running ?? false).toBe(false)
})

test('a node that `node start` has not started is left to whoever started it', async () => {
  const run = startCli(['node', 'run', '--alone'], {home: temp.root})
  await expect.poll(async () => (await readNodeStatus(dir))?.pid, soon).toBe(run.child.pid)

  const refused = await cli('node upgrade --now --yes')

  expect(refused.json?.error).toMatchObject({
    code: 'NODE_NOT_UPGRADED_HERE',
    facts: {profile: 'op', pid: `${run.child.pid}`},
  })
  expect((await readNodeStatus(dir))?.pid).toBe(run.child.pid)
  run.child.kill('SIGINT')
  await run.result
})

test('data that the installed version does not read: refused before anything is stopped', async () => {
  // A node that signs would halt as soon as somebody else has written to its guard.
  const pid = await startStub({...nodeStatus, version: OLDER})
  const network = readNetwork(temp.home, 'test')
  const {fingerprint} = network.l2.bundled!
  const log = join(dir, 'chain.sqlite')
  ChainLog.open(log, {chainId: network.l2.chainId, fingerprint}).close()
  const mark = (change: (value: string) => string) => {
    const database = new DatabaseSync(log)
    const {value} = database.prepare("SELECT value FROM meta WHERE name = 'network'").get() as {
      value: string
    }
    database.prepare("UPDATE meta SET value = ? WHERE name = 'network'").run(change(value))
    database.close()
  }
  mark((value) => value.replace(/^1 /, '2 '))
  const newer = await cli('node upgrade --now --yes')
  mark((value) => value.replace(/^2 /, '1 '))
  expect(newer.json?.error).toMatchObject({
    code: 'NODE_DATA_UNKNOWN',
    message: expect.stringContaining('the chain log has format 2, and it reads format 1'),
  })
  await isUntouched(pid)

  const guard = join(dir, 'sign-guard.log')
  const before = existsSync(guard) ? readFileSync(guard) : undefined
  writeFileSync(guard, 'epoch-lock 7\n')
  const unread = await cli('node upgrade --now --yes')
  if (before) writeFileSync(guard, before)
  else rmSync(guard)
  expect(unread.json?.error).toMatchObject({
    code: 'NODE_DATA_UNKNOWN',
    message: expect.stringContaining('it cannot read the sign guard'),
    facts: {file: guard},
  })
  await isUntouched(pid)

  const bundled = {...network.l2.bundled!, fingerprint: `0x${'ab'.repeat(32)}` as const}
  saveNetwork(temp.home, {...network, l2: {...network.l2, bundled}}, {replace: true})
  const rules = await cli('node upgrade --now --yes')
  saveNetwork(temp.home, network, {replace: true})
  expect(rules.json?.error?.message).toContain('it would execute other rules')
  await isUntouched(pid)
})

test('a node that does not report its version is older than any that does', async () => {
  const {version: _version, ...status} = nodeStatus
  const pid = await startStub(status)
  const context = openContext({home: temp.home, timeoutSeconds: 20})
  const request = {installed, mayDowngrade: false, fingerprintOf: genesisFingerprint}
  expect(await planUpgrade(context, request)).toMatchObject({kind: 'upgrade', from: null, pid})
  context.close()
})

test('a directory that is in use names the command that stops its node, with the profile even if it is the one in use', async () => {
  const lock = lockDirectory(dir, 'data')
  try {
    const {json} = await cli('node guard rebuild')
    expect(json!.error).toMatchObject({
      code: 'DIRECTORY_LOCKED',
      hints: [
        expect.stringContaining('`metis-seq node stop --profile op`'),
        expect.stringContaining('kill '),
      ],
    })
  } finally {
    lock.release()
  }
})
