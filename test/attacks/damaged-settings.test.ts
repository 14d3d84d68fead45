/** Settings and directories of ours that somebody has damaged by hand: named, never a fault of ours. */
import {writeFileSync} from 'node:fs'

import {expect, test} from 'vitest'

import {accountOf} from '../helpers/l2-chain.ts'
import {runHere} from '../helpers/run-here.ts'
import {makeTempHome} from '../helpers/temp-home.ts'

const owner = accountOf('owner').address
const profile = {
  ...{network: 'sepolia', owner, signer: null, rewardRecipient: null, node: null},
  keys: {owner: null, signer: null},
  endpoints: {l1: [], l2: [], pos: null},
}
const key = {
  ...{name: 'k', backend: 'file', createdAt: '2026-01-01T00:00:00Z', kind: 'account'},
  ...{passwordFile: null, backupVerifiedAt: null, address: owner},
  publicKey: `0x${'11'.repeat(64)}`,
}

test.each([
  ['an address that is no URL', {endpoints: {l1: ['http://['], l2: [], pos: null}}, {}],
  ['an address of another scheme', {endpoints: {l1: [], l2: ['ws://a.example'], pos: null}}, {}],
  [
    'an announcer of another scheme',
    {endpoints: {l1: [], l2: [], pos: null, l2Ws: 'https://a.example'}},
    {},
  ],
  ['a consensus layer that is no URL', {endpoints: {l1: [], l2: [], pos: 'http://a b'}}, {}],
  ['a list where a word belongs', {}, {backend: ['file']}],
  ['a list where the kind belongs', {}, {kind: ['account']}],
])('%s in the settings is refused where they are read', async (_what, ofProfile, ofKey) => {
  using temp = makeTempHome()
  const config = {
    ...{currentProfile: 'p', signers: {}},
    profiles: {p: {...profile, ...ofProfile}},
    keys: {k: {...key, ...ofKey}},
  }
  writeFileSync(temp.path('config.json'), JSON.stringify(config))
  for (const line of [
    ['network', 'check'],
    ['profile', 'list'],
    ['key', 'list'],
  ])
    expect((await runHere(line, temp.root)).error).toMatchObject({code: 'CONFIG_INVALID'})
})

test('a file where the directory of networks belongs', async () => {
  using temp = makeTempHome()
  writeFileSync(temp.path('networks'), '')
  for (const line of ['network list', 'network show mine'])
    expect((await runHere(line.split(' '), temp.root)).error, line).toMatchObject({exitCode: 3})
  // Of a shell that completes: silent.
  await runHere(['completion', 'names', 'network'], temp.root)
  expect((await runHere(['local', 'reset', '--yes'], temp.root)).error?.code).not.toBe('BUG')
})

test('what cannot be read is not said to be unwritable', async () => {
  using temp = makeTempHome()
  writeFileSync(temp.path('file'), '')
  const {error} = await runHere(['key', 'list'], temp.path('file'))
  expect(error).toMatchObject({code: 'FILE_UNREADABLE', exitCode: 3})
  expect(error?.message).toContain('cannot be read: ')
})
