/** A container's `--user 12345` has no line in the system's list of accounts, and often no HOME. */
import {chmodSync, chownSync} from 'node:fs'
import {spawnSync} from 'node:child_process'
import process from 'node:process'

import {expect, test} from 'vitest'

import {cleanEnv, runScript} from '../helpers/run-cli.ts'
import {makeTempHome} from '../helpers/temp-home.ts'

const USER = 12_345

/** Ours may lie where others cannot look. */
function canRunAs(uid: number): boolean {
  return (
    process.geteuid?.() === 0 &&
    spawnSync(process.execPath, [runScript, '--version'], {uid, gid: uid}).status === 0
  )
}

/** The system's answers to a user without an account, for machines on which nobody else can be played. */
const withoutAccount = `data:text/javascript,${encodeURIComponent(`
  import os from 'node:os'
  import {syncBuiltinESMExports} from 'node:module'
  const ask = () => { throw Object.assign(new Error('no account'), {code: 'ENOENT'}) }
  os.userInfo = ask
  os.homedir = () => process.env.HOME || ask()
  syncBuiltinESMExports()
`)}`

const real = canRunAs(USER)
const nodeFlags = real ? [] : ['--import', withoutAccount]

test.each([
  ['with a directory of its own', true, true, 0, ''],
  ['without HOME', false, true, 0, ''],
  ['with neither', false, false, 3, 'HOME_UNKNOWN'],
])('a user id without an account, %s', (_what, hasHome, hasOwn, code, error) => {
  using temp = makeTempHome()
  chmodSync(temp.root, 0o700)
  if (real) chownSync(temp.root, USER, USER)
  const {HOME: _home, METIS_SEQ_HOME: _own, ...env} = cleanEnv({home: temp.root})
  const {status, stderr} = spawnSync(process.execPath, [...nodeFlags, runScript, 'key', 'list'], {
    ...(real ? {uid: USER, gid: USER} : {}),
    encoding: 'utf8',
    env: {
      ...env,
      ...(hasHome ? {HOME: temp.root} : {}),
      ...(hasOwn ? {METIS_SEQ_HOME: temp.root} : {}),
    },
  })
  expect({status, stderr}).toMatchObject({status: code, stderr: expect.stringContaining(error)})
})
