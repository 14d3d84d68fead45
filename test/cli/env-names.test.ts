/** Every flag has an environment name, and the command line wins over it. */
import {expect, test} from 'vitest'

import manifest from '../../oclif.manifest.json' with {type: 'json'}
import {envNameOf, withListsFromEnv} from '../../src/cli/env-names.ts'
import {runCli} from '../helpers/run-cli.ts'
import {makeTempHome} from '../helpers/temp-home.ts'

test('each flag of each command is named after itself', () => {
  const flags = Object.values(manifest.commands).flatMap(({id, flags: own}) =>
    Object.entries(own).map(([name, flag]) => ({id, name, env: (flag as {env?: string}).env})),
  )

  expect(flags.length).toBeGreaterThan(500)
  const others = flags.filter(({name, env}) => env !== envNameOf(name))
  expect(others.map(({id, name, env}) => `${id} --${name} ${env}`)).toEqual([
    'key:export-themis --reveal ',
    'key:export-themis --yes ',
    'key:show --reveal ',
    'key:show --yes ',
  ])
  expect(envNameOf('max-fee')).toBe('METIS_SEQ_MAX_FEE')
})

test('values of a flag that takes several stand behind the arguments, and before what follows --', () => {
  const flags = {override: {multiple: true}, limit: {}} as never
  const env = {METIS_SEQ_OVERRIDE: 'one, two', METIS_SEQ_LIMIT: '3'}

  expect(withListsFromEnv(['a', '--', 'b'], flags, env)).toEqual([
    ...['a', '--override=one', '--override=two', '--', 'b'],
  ])
  expect(withListsFromEnv(['--override', 'x'], flags, env)).toEqual(['--override', 'x'])
  expect(withListsFromEnv(['--override=x'], flags, env)).toEqual(['--override=x'])
  expect(withListsFromEnv(['a'], flags, {})).toEqual(['a'])
})

test('a value, a switch, a list and the form of the output come from the environment; a flag wins', async () => {
  using temp = makeTempHome()
  const env = {
    METIS_SEQ_JSON: '1',
    METIS_SEQ_NO_INPUT: 'true',
    METIS_SEQ_PROFILE: 'main',
    METIS_SEQ_NETWORK: 'andromeda',
    METIS_SEQ_L1_RPC_URL: 'http://127.0.0.1:1,http://127.0.0.1:2',
  }

  const made = await runCli(['init', '--network', 'sepolia'], {home: temp.root, env})
  const wrong = await runCli(['tx', 'list'], {
    home: temp.root,
    env: {METIS_SEQ_JSON: '1', METIS_SEQ_LIMIT: 'many'},
  })
  const trap = await runCli(['key', 'delete', 'nobody', '--json'], {
    home: temp.root,
    env: {METIS_SEQ_OVERRIDE: 'no-such-trap'},
  })

  expect(made.json?.data).toMatchObject({
    network: 'sepolia',
    endpoints: {l1: ['http://127.0.0.1:1', 'http://127.0.0.1:2']},
  })
  expect(wrong.json?.error).toMatchObject({code: 'USAGE', exitCode: 2})
  expect(trap.json?.error?.message).toContain('no-such-trap')
})
