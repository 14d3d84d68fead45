/** A key whose password is gone: the pages point to the command that shows which file that is. */
import {rmSync} from 'node:fs'

import {afterAll, beforeAll, expect, test} from 'vitest'

import {createKey} from '../../src/services/keys/keys.ts'
import {createProfile} from '../../src/services/network/profiles.ts'
import {openConfig} from '../../src/store/config.ts'
import {deadUrl} from '../helpers/http-stub.ts'
import {keyAccessOf} from '../helpers/operator.ts'
import {runHere} from '../helpers/run-here.ts'
import {makeTempHome, type TempHome} from '../helpers/temp-home.ts'

let temp: TempHome
let passwordFile: string
beforeAll(async () => {
  temp = makeTempHome()
  const access = keyAccessOf(temp)
  passwordFile = access.passwordFile!
  await createKey({name: 'hot', backend: 'file', rememberPasswordFile: true}, access)
  const dead = await deadUrl()
  createProfile(temp.home, openConfig(temp.home), {
    ...{name: 'me', network: 'sepolia', signer: 'hot', replace: false},
    endpoints: {l1: [dead], l2: [dead], pos: dead},
    node: {host: '127.0.0.1', rpcPort: 18_595, peerPort: 18_596, relayerKey: null, batchKey: null},
  })
})
afterAll(() => temp[Symbol.dispose]())

async function remedyOf(id: string): Promise<string | undefined> {
  const {data} = await runHere(['status', '--timeout', '1'], temp.root)
  const {issues} = (data as {health: {issues: {id: string; remedy: string}[]}}).health
  return issues.find((issue) => issue.id === id)?.remedy
}

test('while the password is there, what is stopped is started', async () => {
  expect(await remedyOf('node-down')).toMatch(/^metis-seq local up|^metis-seq node start/)
  expect(await remedyOf('key-locked')).toBeUndefined()
  const {data} = await runHere(['key', 'show', 'hot'], temp.root)
  expect(data).toMatchObject({passwordFile: {path: passwordFile, isReadable: true}})
})

test('a name that is taken is refused before a private key is typed', async () => {
  const {error} = await runHere(['key', 'import', 'hot'], temp.root)
  expect(error?.code).toBe('KEY_EXISTS')
})

test('a password file that is gone comes first, and the command shows which it was', async () => {
  rmSync(passwordFile)

  for (const id of ['node-down', 'key-locked'])
    expect(await remedyOf(id)).toBe('metis-seq key show hot')
  const {data} = await runHere(['key', 'show', 'hot'], temp.root)
  expect(data).toMatchObject({
    keyFile: {isReadable: true},
    passwordFile: {path: passwordFile, isReadable: false},
  })
})
