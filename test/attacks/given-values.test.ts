/** Values of flags and paths as shells and units of systemd hand them over: taken right, or refused before anything is done. */
import {execFileSync} from 'node:child_process'
import {existsSync, lstatSync, readFileSync, symlinkSync} from 'node:fs'

import {afterAll, beforeAll, expect, test} from 'vitest'

import {checkedValues} from '../../src/cli/given-values.ts'
import {sendFlags} from '../../src/cli/flags.ts'
import {assertMayWrite, writeFileAtomic} from '../../src/lib/files.ts'
import {runHere} from '../helpers/run-here.ts'
import {makeTempHome, type TempHome} from '../helpers/temp-home.ts'

let temp: TempHome
const HOME = process.env['HOME']
beforeAll(() => {
  temp = makeTempHome()
  process.env['HOME'] = temp.path('me')
})
afterAll(() => {
  if (HOME === undefined) delete process.env['HOME']
  else process.env['HOME'] = HOME
  temp[Symbol.dispose]()
})

const check = (given: object) => checkedValues(given as Record<string, unknown>, sendFlags)

test('an empty value is none: whoever meant to write a file sends nothing', async () => {
  for (const given of [{unsigned: ''}, {profile: ''}, {override: ['absurd-fee', '']}])
    expect(() => check(given)).toThrow('was given an empty value')
  for (const line of [
    ['profile', 'list', '--profile', ''],
    ['init', '--profile', 'p', '--network', 'sepolia', '--relayer-key='],
    ['reward', 'export', '--output', ''],
  ])
    expect((await runHere(line, temp.root)).error).toMatchObject({code: 'USAGE', exitCode: 2})
  // A name of the environment without a value is one that is not set.
  process.env['METIS_SEQ_NETWORK'] = ''
  expect((await runHere(['profile', 'list'], temp.root)).error).toBeNull()
  delete process.env['METIS_SEQ_NETWORK']
})

test('a number that would be rounded is refused', () => {
  for (const nonce of [2 ** 53, 1e20, Infinity])
    expect(() => check({nonce})).toThrow('is more than 9007199254740991')
  expect(check({nonce: 2 ** 53 - 1})).toEqual({nonce: 2 ** 53 - 1})
})

test('a tilde that no shell has replaced is the home of the user, and never a directory of that name', () => {
  const home = temp.path('me')
  expect(check({unsigned: '~/x', 'password-file': '~/pw', profile: '~/x'})).toEqual({
    ...{unsigned: `${home}/x`, 'password-file': `${home}/pw`, profile: '~/x'},
  })
  expect(check({unsigned: './~/x'})).toEqual({unsigned: './~/x'})
  expect(() => check({unsigned: '~other/x'})).toThrow('~other starts with a ~ that no shell has expanded')
})

test('keys and the address of a node are looked at when a profile is made', async () => {
  const line = ['init', '--profile', 'n', '--network', 'sepolia', '--node-port', '18595']
  for (const flag of ['--relayer-key', '--batch-key'])
    expect((await runHere([...line, flag, 'toString'], temp.root)).error).toMatchObject({
      code: 'KEY_UNKNOWN',
    })
  for (const host of ['a b', 'http://x', '127.0.0.1:80', '-x', 'x/y', '[::1]', 'x'.repeat(300)])
    expect((await runHere([...line, '--node-host', host], temp.root)).error, host).toMatchObject({
      code: 'USAGE',
    })
  for (const host of ['0.0.0.0', '::', '::1', 'fd00::1', 'node-1.example', 'localhost'])
    expect(
      (await runHere([...line, '--replace', '--node-host', host], temp.root)).data,
    ).toMatchObject({node: {host}})
})

test('what is no file is never replaced by one: as root, a device would be gone for the whole machine', () => {
  const [pipe, link] = [temp.path('pipe'), temp.path('link')]
  execFileSync('sh', ['-c', 'mkfifo "$0"', pipe])
  symlinkSync(pipe, link)
  for (const path of [pipe, link, temp.root]) {
    const refusal = expect.objectContaining({code: 'FILE_NOT_REPLACED', exit: 'precondition'})
    expect(() => writeFileAtomic(path, 'x'), path).toThrow(refusal)
    expect(() => assertMayWrite(path, {replace: true}), path).toThrow(refusal)
  }
  expect(lstatSync(pipe).isFIFO()).toBe(true)
  expect(lstatSync(link).isSymbolicLink()).toBe(true)
  // A link to a file is replaced, and the file stays as it is.
  writeFileAtomic(temp.path('file'), 'mine')
  symlinkSync(temp.path('file'), temp.path('to-file'))
  writeFileAtomic(temp.path('to-file'), 'new')
  expect(readFileSync(temp.path('file'), 'utf8')).toBe('mine')
  expect(existsSync(temp.path('pipe.tmp'))).toBe(false)
})

test('a path that cannot be looked at is named', async () => {
  symlinkSync('turn', temp.path('turn'))
  const paths = [temp.path('turn'), temp.path('turn', 'x'), temp.path('l'.repeat(300))]
  for (const path of paths) {
    const errors = [
      (await runHere(['key', 'verify-backup', path], temp.root)).error,
      (await runHere(['registry', 'validate', path], temp.root)).error,
    ]
    expect(
      errors.map((error) => error?.code),
      path,
    ).toEqual(['FILE_UNREADABLE', 'FILE_UNREADABLE'])
  }
})
