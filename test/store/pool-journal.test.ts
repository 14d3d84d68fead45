import {appendFileSync, mkdtempSync, readFileSync, rmSync, statSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {afterEach, beforeEach, expect, test} from 'vitest'

import {PoolJournal} from '../../src/store/pool-journal.ts'

let dir: string
let path: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'metis-seq-journal-'))
  path = join(dir, 'pool.journal')
})
afterEach(() => rmSync(dir, {recursive: true, force: true}))

test('what was appended is there in the next life, in its order, for the owner alone', () => {
  const journal = PoolJournal.open(path)
  journal.append('0x01')
  journal.append('0x0203')
  // No close: the process was killed.
  const next = PoolJournal.open(path)
  expect(next.load()).toEqual(['0x01', '0x0203'])
  expect(statSync(path).mode & 0o777).toBe(0o600)
  next.close()
  journal.close()
})

test('a line that a crash cut short does not spoil the next one', () => {
  appendFileSync(path, '0x01\n0x02')
  const journal = PoolJournal.open(path)
  journal.append('0x0304')
  expect(journal.load()).toEqual(['0x01', '0x02', '0x0304'])
  journal.close()
})

test('rewriting keeps what is held, and does nothing while nothing was added', () => {
  const journal = PoolJournal.open(path)
  for (const raw of ['0x01', '0x02', '0x03'] as const) journal.append(raw)
  journal.rewrite(['0x02'])
  journal.append('0x04')
  expect(journal.load()).toEqual(['0x02', '0x04'])
  journal.rewrite([])
  const inode = statSync(path).ino
  journal.rewrite([])
  expect(statSync(path).ino).toBe(inode)
  expect(readFileSync(path, 'utf8')).toBe('')
  journal.close()
})

test('a directory that is not there is told as such', () => {
  expect(() => PoolJournal.open(join(dir, 'missing', 'pool.journal'))).toThrow()
})

test('what was withdrawn is not brought back', () => {
  const journal = PoolJournal.open(path)
  for (const raw of ['0x01', '0x02'] as const) journal.append(raw)
  journal.withdraw('0x01')
  expect(journal.load()).toEqual(['0x02'])
  journal.close()
})

test('what was refused, offered again and accepted is brought back; refused once more it is not', () => {
  const journal = PoolJournal.open(path)
  journal.append('0x01')
  journal.withdraw('0x01')
  journal.append('0x02')
  journal.append('0x01')
  expect(journal.load()).toEqual(['0x02', '0x01'])
  journal.withdraw('0x01')
  expect(journal.load()).toEqual(['0x02'])
  journal.close()
})
