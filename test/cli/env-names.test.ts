/** Every flag has an environment name, and the command line wins over it. */
import {expect, test} from 'vitest'

import manifest from '../../oclif.manifest.json' with {type: 'json'}
import {envNameOf, withListsFromEnv} from '../../src/cli/env-names.ts'
import {runCli} from '../helpers/run-cli.ts'
import {makeTempHome} from '../helpers/temp-home.ts'

test('each flag of each command is named after itself, but for those that are meant for one command', () => {
  const flags = Object.values(manifest.commands).flatMap(({id, flags: own}) =>
    Object.entries(own).map(([name, flag]) => ({id, name, env: (flag as {env?: string}).env})),
  )

  expect(flags.length).toBeGreaterThan(500)
  const others = flags.filter(({name, env}) => env !== envNameOf(name))
  expect(others.filter(({env}) => env !== '')).toEqual([])
  // Each is meant for one command: it lets a secret out, passes a trap, replaces a file, names one place.
  expect(new Set(others.map(({name}) => name))).toEqual(
    new Set([
      ...['override', 'force', 'nonce', 'reveal', 'yes', 'confirm', 'replace'],
      'allow-weak-password',
    ]),
  )
  expect(others.filter(({name}) => name === 'yes').map(({id}) => id)).toEqual([
    'key:export-themis',
    'key:show',
  ])
  expect(envNameOf('max-fee')).toBe('METIS_SEQ_MAX_FEE')
})

test('values of a flag that takes several stand behind the arguments, and before what follows --', () => {
  const flags = {url: {multiple: true}, trap: {multiple: true, env: ''}, limit: {}} as never
  const env = {METIS_SEQ_URL: 'one, two', METIS_SEQ_TRAP: 'x', METIS_SEQ_LIMIT: '3'}

  expect(withListsFromEnv(['a', '--', 'b'], flags, env)).toEqual([
    ...['a', '--url=one', '--url=two', '--', 'b'],
  ])
  expect(withListsFromEnv(['--url', 'x'], flags, env)).toEqual(['--url', 'x'])
  expect(withListsFromEnv(['--url=x'], flags, env)).toEqual(['--url=x'])
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
  // No trap is passed by a name that holds for every command.
  expect(trap.json?.error).toMatchObject({code: 'KEY_UNKNOWN'})
})
