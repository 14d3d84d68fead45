import {readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'

import {expect, test} from 'vitest'

import {writeNewFile} from '../../src/lib/files.ts'
import {makeTempHome} from '../helpers/temp-home.ts'

test('a new file is written whole, for its owner alone, and a second one never takes its place', () => {
  using temp = makeTempHome()
  const path = temp.path('made', 'file')

  writeNewFile(path, 'first')
  expect(() => writeNewFile(path, 'second')).toThrow(
    expect.objectContaining({code: 'FILE_EXISTS', exit: 'precondition'}),
  )

  expect(readFileSync(path, 'utf8')).toBe('first')
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(readdirSync(temp.path('made')), 'no temporary file stays').toEqual(['file'])
})

test('a file where a directory should be is an error an operator can read', () => {
  using temp = makeTempHome()
  writeFileSync(temp.path('file'), 'mine')

  expect(() => writeNewFile(temp.path('file', 'below'), 'text')).toThrow(
    expect.objectContaining({code: 'FILE_NOT_WRITABLE'}),
  )
  expect(readFileSync(temp.path('file'), 'utf8')).toBe('mine')
})
