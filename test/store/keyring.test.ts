import {execFile} from 'node:child_process'
import {accessSync, constants, existsSync, writeFileSync} from 'node:fs'
import {delimiter, join} from 'node:path'
import process from 'node:process'
import {promisify} from 'node:util'

import {expect, test} from 'vitest'

import {createKey, type NewKeyOptions} from '../../src/services/keys.ts'
import {keyringUnavailable} from '../../src/store/keys/keyring-stores.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {keyAccessOf} from '../helpers/operator.ts'
import {checkDocument} from '../helpers/check-document.ts'
import {cleanEnv, runBoth, runCli, runScript, type Document} from '../helpers/run-cli.ts'
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

/** A keyring of its own on a bus of its own; both end with the command. */
function inKeyring(temp: TempHome, command: string): Promise<{stdout: string}> {
  const unlock = 'printf "\\n" | gnome-keyring-daemon --unlock --components=secrets >/dev/null'
  return run('dbus-run-session', ['--', 'sh', '-c', `${unlock}; ${command}`], {
    env: cleanEnv({home: temp.root}),
  })
}

const hasKeyring = isInstalled('gnome-keyring-daemon') && isInstalled('dbus-run-session')
const addOn = join(import.meta.dirname, '../../node_modules/keytar/build/Release/keytar.node')
const backends = ['secret-service', ...(existsSync(addOn) ? ['keytar'] : [])]

// Where no keyring is installed, what a headless server does (above) is the whole truth.
test.each(hasKeyring ? backends : [])(
  'an unlocked keyring of this machine keeps, opens and gives up a key: %s',
  async (backend) => {
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

const bySecretService = isInstalled('gdbus') ? ['secret-service'] : []

test.each(hasKeyring ? bySecretService : [])(
  'moves between %s and files lose nothing: cut off, killed, in the way of another key, and locked',
  async () => {
    using temp = makeTempHome()
    using other = makeTempHome()
    const file = (name: string, text: string) => {
      writeFileSync(temp.path(name), `${text}\n`)
      return temp.path(name)
    }
    const {privateKey, address} = accountOf('owner')
    const foreign: NewKeyOptions = {name: 'x', backend: 'file', rememberPasswordFile: false}
    await createKey(foreign, keyAccessOf(other))
    const script = join(import.meta.dirname, '../helpers/keyring-life.sh')
    const variables = {
      NODE: process.execPath,
      PROGRAM: runScript,
      SECRET_FILE: file('secret', privateKey),
      PASSWORD_FILE: file('password', 'correct horse'),
      FOREIGN_FILE: other.path('keys', 'x.json'),
    }

    const {stdout} = await run('dbus-run-session', ['--', 'sh', script], {
      env: cleanEnv({home: temp.root, env: variables}),
    })

    const documents = stdout.trim().split('\n').map(asDocument)
    const [imported, backup, moved, back, ended, blocked, ...later] = documents
    const [kill1, kill2, kill3, kill4, show, move, remove, list] = later
    expect(imported?.data).toMatchObject({address, backend: 'secret-service', scrypt: null})
    expect(backup?.error).toBeNull()
    expect(moved?.data).toMatchObject({backend: 'file', removedFrom: ['secret-service']})
    expect(back?.data).toMatchObject({backend: 'secret-service', removedFrom: ['file']})
    expect(ended?.data).toMatchObject({backend: 'secret-service', removedFrom: ['file']})
    expect(blocked?.error).toMatchObject({code: 'KEY_LEFTOVER', exitCode: 5})
    for (const killed of [kill1, kill2, kill3, kill4]) {
      expect(killed?.error).toBeNull()
      expect(killed?.data['privateKey']).toBe(privateKey)
    }
    for (const locked of [show, move, remove]) {
      expect(locked?.error).toMatchObject({code: 'KEYRING_LOCKED', exitCode: 13, retryable: true})
    }
    expect(list?.data).toMatchObject({keys: [{name: 'hot', backend: 'secret-service'}]})
  },
  180_000,
)
