import {execFile} from 'node:child_process'
import {accessSync, constants, existsSync, readFileSync, writeFileSync} from 'node:fs'
import {delimiter, join} from 'node:path'
import process from 'node:process'
import {promisify} from 'node:util'

import {expect, test} from 'vitest'

import {nodeIdentityOf} from '../../src/protocol/node-key.ts'
import {formatNodeKey} from '../../src/protocol/themis-key.ts'
import {createKey, type NewKeyOptions} from '../../src/services/keys/keys.ts'
import {keyringUnavailable} from '../../src/store/keys/keyring-stores.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {keyAccessOf} from '../helpers/operator.ts'
import {checkDocument} from '../helpers/check-document.ts'
import {deriveOnceScript, derivedKeysEnv} from '../helpers/derived-keys.ts'
import {cleanEnv, runBoth, runCli, runScript, type Document} from '../helpers/run-cli.ts'
import {canMount} from '../helpers/small-disk.ts'
import {makeTempHome, type TempHome} from '../helpers/temp-home.ts'

const run = promisify(execFile)

/** No bus and no display, as on a server. */
const headless = {
  DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/bus',
  XDG_RUNTIME_DIR: '/nonexistent',
}

function isInstalled(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

test.each(['keytar', 'secret-service'])(
  'headless: key create with backend %s says that it cannot be used, exit 13',
  async (backend) => {
    using temp = makeTempHome()

    const {text, json, exitCode} = await runBoth(['key', 'create', 'hot', '--backend', backend], {
      home: temp.root,
      env: headless,
    })

    expect(exitCode).toBe(13)
    expect(json.error).toMatchObject({
      code: 'KEYRING_UNAVAILABLE',
      exit: 'signer',
      retryable: true,
      facts: {backend},
    })
    expect(json.error?.hints.join()).toContain('key where')
    expect(text.stderr).toContain(`error: The key backend ${backend} cannot be used here:`)
    const list = await runCli(['key', 'list', '--json'], {home: temp.root})
    expect(list.json?.data).toEqual({keys: []})
  },
)

test('headless: key where says which backends work and why the others do not', async () => {
  using temp = makeTempHome()

  const {json} = await runCli(['key', 'where', '--json'], {home: temp.root, env: headless})

  expect(json?.data['backends']).toEqual([
    {backend: 'keytar', usable: false, reason: expect.stringContaining('keytar')},
    {backend: 'secret-service', usable: false, reason: expect.stringContaining('secret-service')},
    {backend: 'file', usable: true, reason: null},
  ])
})

test('headless: auto falls to an encrypted file and says so', async () => {
  using temp = makeTempHome()
  const passwordFile = temp.path('pass')
  writeFileSync(passwordFile, 'secret password')

  const args = ['key', 'create', 'hot', '--password-file', passwordFile]
  const {stdout, exitCode} = await runCli(args, {home: temp.root, env: headless})

  expect(exitCode).toBe(0)
  expect(stdout).toContain('Made key hot in backend file.')
  expect(stdout).not.toContain('secret password')
})

test('a foreign text of several lines becomes one sentence', () => {
  const error = keyringUnavailable('keytar', new Error('Cannot find module.\nRequire stack:\n- /x'))

  expect(error.message).toBe('The key backend keytar cannot be used here: Cannot find module.')
})

function asDocument(line: string): Document {
  const document = JSON.parse(line) as Document
  checkDocument(document)
  return document
}

/** What a keyring of one's own takes. */
const tools = ['gnome-keyring-daemon', 'dbus-run-session', 'gdbus']
const addOn = join(import.meta.dirname, '../../node_modules/keytar/build/Release/keytar.node')
const keyrings = ['secret-service', 'keytar'] as const
type Keyring = (typeof keyrings)[number]

/** Why a backend cannot be lived with on this machine; undefined when it can. */
function missingFor(backend: Keyring): 'no keyring' | 'keytar is not built' | undefined {
  if (!tools.every(isInstalled)) return 'no keyring'
  return backend === 'keytar' && !existsSync(addOn) ? 'keytar is not built' : undefined
}

/** The whole truth where a backend is missing: it is refused, says why, and leaves nothing. */
async function expectUnusable(backend: Keyring): Promise<void> {
  using temp = makeTempHome()
  const args = ['key', 'create', 'hot', '--backend', backend, '--json']
  const {json, exitCode} = await runCli(args, {home: temp.root, env: headless})
  expect(exitCode).toBe(13)
  expect(json?.error).toMatchObject({code: 'KEYRING_UNAVAILABLE', facts: {backend}})
  if (missingFor(backend) === 'keytar is not built') {
    expect(json?.error?.message).toMatch(
      /keytar cannot be used here: Cannot find (?:module|package) /,
    )
  }
  expect(existsSync(temp.path('config.json'))).toBe(false)
}

test('a machine without keytar says so, and takes the next backend that works', async () => {
  using temp = makeTempHome()
  const passwordFile = temp.path('pass')
  writeFileSync(passwordFile, 'secret password')
  const hook = join(import.meta.dirname, '../helpers/without-keytar.mjs')
  const options = {home: temp.root, env: {...headless, NODE_OPTIONS: `--import=${hook}`}}

  const named = await runCli(['key', 'create', 'hot', '--backend', 'keytar', '--json'], options)
  const where = await runCli(['key', 'where', '--json'], options)
  const auto = await runCli(
    ['key', 'create', 'hot', '--password-file', passwordFile, '--json'],
    options,
  )

  const message = "The key backend keytar cannot be used here: Cannot find package 'keytar'."
  expect(named.json?.error).toMatchObject({code: 'KEYRING_UNAVAILABLE', exitCode: 13, message})
  expect(where.json?.data['backends']).toContainEqual({
    ...{backend: 'keytar', usable: false},
    reason: message,
  })
  expect(auto.json?.data).toMatchObject({backend: 'file'})
})

/** A keyring of its own on a bus of its own; both end with the command. */
function inKeyring(temp: TempHome, command: string): Promise<{stdout: string}> {
  const unlock = 'printf "\\n" | gnome-keyring-daemon --unlock --components=secrets >/dev/null'
  return run('dbus-run-session', ['--', 'sh', '-c', `${unlock}; ${command}`], {
    env: cleanEnv({home: temp.root}),
  })
}

test.each(keyrings)(
  'an unlocked keyring of this machine keeps, opens and gives up a key: %s',
  async (backend) => {
    if (missingFor(backend)) return expectUnusable(backend)
    using temp = makeTempHome()
    const script = join(import.meta.dirname, '../helpers/use-keyring.ts')

    const {stdout} = await inKeyring(temp, `"${process.execPath}" "${script}" ${backend}`)

    expect(JSON.parse(stdout)).toEqual({
      before: null,
      after: 'ab'.repeat(32),
      deleted: [true, false],
      gone: null,
    })
  },
)

const {privateKey, address} = accountOf('owner')
const seed = '11'.repeat(32)
const identity = nodeIdentityOf(seed)
const nodeKey = formatNodeKey({seed: `0x${seed}`, publicKey: identity.publicKey})

/** Runs `keyring-life.sh`. @returns its documents by their labels */
async function live(temp: TempHome, backend: Keyring): Promise<Record<string, Document>> {
  using other = makeTempHome()
  const file = (name: string, text: string) => {
    writeFileSync(temp.path(name), text)
    return temp.path(name)
  }
  const foreign: NewKeyOptions = {name: 'x', backend: 'file', rememberPasswordFile: false}
  await createKey(foreign, keyAccessOf(other))
  const variables = {
    ...derivedKeysEnv(),
    NODE: process.execPath,
    DERIVE_ONCE: deriveOnceScript,
    PROGRAM: runScript,
    BACKEND: backend,
    OTHER: backend === 'keytar' ? 'secret-service' : 'keytar',
    SECRET_FILE: file('secret', `${privateKey}\n`),
    NODE_KEY_FILE: file('node_key.json', nodeKey),
    PASSWORD_FILE: file('password', 'correct horse\n'),
    FOREIGN_FILE: other.path('keys', 'x.json'),
  }
  const script = join(import.meta.dirname, '../helpers/keyring-life.sh')
  const {stdout} = await run('dbus-run-session', ['--', 'sh', script], {
    env: cleanEnv({home: temp.root, env: variables}),
    maxBuffer: 2 ** 24,
  })
  const lines = stdout.trim().split('\n')
  return Object.fromEntries(
    lines.map((line) => {
      const [label = '', text = ''] = line.split('\t')
      return [label, asDocument(text)]
    }),
  )
}

// Each on a bus of its own: one works while the other waits.
test.concurrent.each(keyrings)(
  'keys live in %s: made, shown, moved, cut off, killed, next to another library, locked and deleted',
  async (backend) => {
    if (missingFor(backend)) return expectUnusable(backend)
    using temp = makeTempHome()

    const said = await live(temp, backend)

    const secretOf = (label: string) => said[label]?.data?.['privateKey']
    expect(said['made']?.data).toMatchObject({backend, kind: 'account', scrypt: null})
    expect(said['imported']?.data).toMatchObject({address, backend, scrypt: null})
    expect(said['again']?.error).toMatchObject({code: 'KEY_EXISTS', exitCode: 5})
    expect(secretOf('shown')).toBe(privateKey)
    expect(said['where']?.data['backends']).toContainEqual({backend, usable: true, reason: null})
    expect(said['where']?.data['keys']).toContainEqual({name: 'made', backend})
    expect(said['public']?.data['publicKey']).toMatch(/^0x0[23][0-9a-f]{64}$/)
    expect(said['themis']?.error).toBeNull()
    expect(readFileSync(temp.path('themis', 'node_key.json'), 'utf8')).toBe(nodeKey)
    expect(said['nodeMoved']?.data).toMatchObject({backend: 'file', removedFrom: [backend]})
    expect(said['nodeBack']?.data).toMatchObject({nodeId: identity.nodeId, removedFrom: ['file']})
    expect(secretOf('nodeShown')).toBe(`0x${seed}`)
    expectMoves(said, backend)
    expectLock(said, backend)
    expect(secretOf('unlocked'), 'nothing was lost while it was locked').toBe(privateKey)
    expect(said['deleted']?.error).toBeNull()
    expect(said['deletedMade']?.error).toBeNull()
    expect(said['gone']?.error).toMatchObject({code: 'KEY_UNKNOWN'})
    expect(said['last']?.data['keys']).toMatchObject([{name: 'node', backend}])
  },
  600_000,
)

test.each(canMount() ? ['secret-service' as const] : [])(
  'a move from %s to a full disk is refused, and the key stays where it is',
  async (backend) => {
    if (missingFor(backend)) return expectUnusable(backend)
    using temp = makeTempHome()
    writeFileSync(temp.path('secret'), privateKey)
    writeFileSync(temp.path('password'), 'correct horse')
    const script = join(import.meta.dirname, '../helpers/full-keys-folder.sh')
    const variables = {
      NODE: process.execPath,
      PROGRAM: runScript,
      SECRET_FILE: temp.path('secret'),
      PASSWORD_FILE: temp.path('password'),
    }
    const env = cleanEnv({home: temp.root, env: variables})

    const session = ['dbus-run-session', '--', 'sh', script]
    const {stdout, stderr} = await run('unshare', ['--map-root-user', '--mount', ...session], {env})

    const said = stdout.trim().split('\n')
    const [imported, full, shown, moved] = said.map((line) => asDocument(line))
    expect(imported?.data).toMatchObject({backend: 'secret-service'})
    expect(full?.error).toMatchObject({code: 'DISK_FULL', exitCode: 5, retryable: true})
    expect(stderr.split('\n')).toContain('fill')
    expect(stderr).not.toContain('hot.json')
    expect(shown?.data).toMatchObject({backend: 'secret-service', privateKey})
    expect(moved?.data).toMatchObject({backend: 'file', removedFrom: ['secret-service']})
  },
)

function expectMoves(said: Record<string, Document>, backend: Keyring): void {
  expect(said['backup']?.error).toBeNull()
  expect(said['moved']?.data).toMatchObject({backend: 'file', removedFrom: [backend]})
  expect(said['back']?.data).toMatchObject({backend, removedFrom: ['file']})
  expect(said['ended']?.data).toMatchObject({backend, removedFrom: ['file']})
  expect(said['blocked']?.error).toMatchObject({code: 'KEY_LEFTOVER', exitCode: 5})
  const other = backend === 'keytar' ? 'secret-service' : 'keytar'
  if (missingFor(other)) {
    expect(said['other']?.error).toMatchObject({
      code: 'KEYRING_UNAVAILABLE',
      facts: {backend: other},
    })
  } else {
    expect(said['other']?.data).toMatchObject({backend: other, removedFrom: [backend]})
    expect(said['home']?.data).toMatchObject({backend, removedFrom: [other]})
  }
  const killed = Object.keys(said).filter((label) => label.startsWith('killed'))
  expect(killed).toHaveLength(4)
  for (const label of ['otherShown', 'homeShown', ...killed]) {
    expect(said[label]?.error, label).toBeNull()
    expect(said[label]?.data['privateKey'], label).toBe(privateKey)
  }
}

function expectLock(said: Record<string, Document>, backend: Keyring): void {
  for (const label of ['lockedShow', 'lockedMove', 'lockedBackup', 'lockedDelete']) {
    expect(said[label]?.error, label).toMatchObject({
      code: 'KEYRING_LOCKED',
      exitCode: 13,
      retryable: true,
      facts: {key: 'hot', backend},
    })
  }
  expect(said['lockedCreate']?.error).toMatchObject({code: 'KEYRING_UNAVAILABLE', exitCode: 13})
  expect(said['lockedList']?.data).toMatchObject({
    keys: [{name: 'hot', backend}, {name: 'made'}, {name: 'node'}],
  })
}
