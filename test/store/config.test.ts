import {readFileSync, statSync, writeFileSync} from 'node:fs'

import {expect, test} from 'vitest'

import {MetisSeqError} from '../../src/lib/errors.ts'
import {openConfig, type Config, type KeyRecord, type Profile} from '../../src/store/config.ts'
import {makeTempHome} from '../helpers/temp-home.ts'

const profile: Profile = {
  network: 'andromeda',
  owner: '0x1111111111111111111111111111111111111111',
  signer: null,
  rewardRecipient: null,
  keys: {owner: null, signer: 'hot'},
  endpoints: {l1: ['https://rpc.example/v3/secret'], l2: [], pos: null},
  node: null,
}
const key: KeyRecord = {
  kind: 'account',
  name: 'hot',
  address: '0x2222222222222222222222222222222222222222',
  publicKey: `0x${'ab'.repeat(64)}`,
  backend: 'file',
  createdAt: '2026-01-01T00:00:00.000Z',
  passwordFile: null,
  backupVerifiedAt: null,
}
const identity = {
  kind: 'node-identity',
  nodeId: 'ab'.repeat(20),
  publicKey: `0x${'cd'.repeat(32)}`,
} as const
const {address: _address, ...stored} = key
const node: KeyRecord = {...stored, ...identity}
const config: Config = {
  currentProfile: 'main',
  profiles: {main: profile},
  keys: {hot: key},
  signers: {},
}

function failureOf(act: () => unknown): MetisSeqError {
  try {
    act()
  } catch (error) {
    if (error instanceof MetisSeqError) return error
    throw error
  }
  throw new Error('It did not fail.')
}

test('what is written is read back by the next process, from a file only its owner can read', () => {
  using temp = makeTempHome()
  openConfig(temp.home).update(() => config)

  expect(openConfig(temp.home).read()).toEqual(config)
  expect(statSync(temp.path('config.json')).mode & 0o777).toBe(0o600)
})

test('a new home has no profile and no key', () => {
  using temp = makeTempHome()

  expect(openConfig(temp.home).read()).toEqual({
    currentProfile: null,
    profiles: {},
    keys: {},
    signers: {},
  })
})

test('a broken file is reported with its path, and kept as it was', () => {
  using temp = makeTempHome()
  const path = temp.path('config.json')
  const broken = '{"currentProfile": "main", "profiles": {'
  writeFileSync(path, broken)

  const error = failureOf(() => openConfig(temp.home).read())

  expect(error).toMatchObject({code: 'CONFIG_INVALID', exit: 'config', facts: {path}})
  expect(error.hints.join()).toContain(path)
  expect(readFileSync(path, 'utf8')).toBe(broken)
})

test('the report of a broken file shows nothing of what is in it', () => {
  using temp = makeTempHome()
  writeFileSync(temp.path('config.json'), '{"l1": SECRETSECRET}')

  const error = failureOf(() => openConfig(temp.home).read())

  expect(error.message).not.toContain('SECRET')
})

const hot = {...config.profiles['main']}
const wrongFiles: [string, unknown][] = [
  ['an unknown setting', {...config, colour: 'red'}],
  ['a private key in a profile', {...config, profiles: {main: {...hot, privateKey: '0x01'}}}],
  [
    'a token with a signer',
    {
      ...config,
      signers: {
        vault: {kind: 'watch', name: 'vault', address: key.address, createdAt: '0', token: 's'},
      },
    },
  ],
  ['a password with a key', {...config, keys: {hot: {...key, password: 'secret'}}}],
  [
    'a secret among the key names',
    {...config, profiles: {main: {...hot, keys: {owner: null, signer: null, privateKey: '0x01'}}}},
  ],
  [
    'an endpoint that is no URL',
    {...config, profiles: {main: {...hot, endpoints: {l1: ['localhost'], l2: [], pos: null}}}},
  ],
  ['an owner that is no address', {...config, profiles: {main: {...hot, owner: '0x12'}}}],
  [
    'a public key with the 04 prefix',
    {...config, keys: {hot: {...key, publicKey: `0x04${'ab'.repeat(64)}`}}},
  ],
  ['a kind of another version', {...config, keys: {hot: {...key, kind: 'bls'}}}],
  ['an identity with an address', {...config, keys: {hot: {...key, ...identity}}}],
  [
    'an identity with a long public key',
    {...config, keys: {hot: {...node, publicKey: key.publicKey}}},
  ],
  ['an account without an address', {...config, keys: {hot: {...node, kind: 'account'}}}],
  ['a backend of another version', {...config, keys: {hot: {...key, backend: 'ledger'}}}],
]

test.each(wrongFiles)('%s is refused when it is read, and the file is kept', (_what, document) => {
  using temp = makeTempHome()
  const text = JSON.stringify(document)
  writeFileSync(temp.path('config.json'), text)

  expect(failureOf(() => openConfig(temp.home).read()).code).toBe('CONFIG_INVALID')
  expect(readFileSync(temp.path('config.json'), 'utf8')).toBe(text)
})

test.each(wrongFiles)('%s is refused before it is written', (_what, document) => {
  using temp = makeTempHome()
  const store = openConfig(temp.home)
  store.update(() => config)

  expect(failureOf(() => store.update(() => document as Config)).code).toBe('CONFIG_INVALID')
  expect(openConfig(temp.home).read()).toEqual(config)
})

test('the identity of a node is kept beside accounts', () => {
  using temp = makeTempHome()
  const both = {...config, keys: {hot: key, node}}

  openConfig(temp.home).update(() => both)

  expect(openConfig(temp.home).read()).toEqual(both)
})

test('settings from before backups and kinds were noted are read, and written anew with both', () => {
  using temp = makeTempHome()
  const {backupVerifiedAt: _later, kind: _too, ...old} = key
  writeFileSync(temp.path('config.json'), JSON.stringify({...config, keys: {hot: old}}))

  expect(openConfig(temp.home).read()).toEqual(config)
  openConfig(temp.home).update((all) => ({...all, currentProfile: null}))
  expect(JSON.parse(readFileSync(temp.path('config.json'), 'utf8'))).toMatchObject({
    keys: {hot: {kind: 'account', backupVerifiedAt: null}},
  })
})

test('settings with one endpoint a chain are read as a list of one', () => {
  using temp = makeTempHome()
  const [l1] = profile.endpoints.l1
  const old = {...profile, endpoints: {l1, l2: null, pos: null}}
  writeFileSync(temp.path('config.json'), JSON.stringify({...config, profiles: {main: old}}))

  expect(openConfig(temp.home).read().profiles['main']?.endpoints).toEqual({
    ...{l1: [l1], l2: [], pos: null},
  })
})
