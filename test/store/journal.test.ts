import {statSync, writeFileSync} from 'node:fs'
import {DatabaseSync} from 'node:sqlite'

import {expect, test} from 'vitest'

import {openJournal, type NewJournalEntry} from '../../src/store/journal.ts'
import {makeTempHome} from '../helpers/temp-home.ts'

const FROM = '0xAbCdEf0123456789aBcDeF0123456789abcdef01'
const entry: NewJournalEntry = {
  action: 'sequencer register',
  label: 'Lock 20,000 METIS',
  network: 'test',
  chainId: 31_337,
  from: FROM,
  to: '0x2222222222222222222222222222222222222222',
  nonce: 7,
  valueWei: 2n ** 200n,
  hash: `0x${'aa'.repeat(32)}`,
  raw: '0x02f86b',
}

test('a prepared entry is on disk when prepare returns, before anything is sent', () => {
  using temp = makeTempHome()
  const journal = openJournal(temp.home.journalFile)

  const prepared = journal.prepare(entry)

  // Another connection sees only what is committed; the first one is still open.
  const other = openJournal(temp.home.journalFile)
  expect(other.open(31_337, FROM)).toEqual([prepared])
  expect(prepared).toMatchObject({
    ...entry,
    from: FROM.toLowerCase(),
    status: 'prepared',
    blockNumber: null,
  })
  other.close()
  journal.close()
})

test('open lists prepared and sent entries of that account on that chain, by nonce', () => {
  using temp = makeTempHome()
  const journal = openJournal(temp.home.journalFile)
  const later = journal.prepare({...entry, nonce: 9})
  const earlier = journal.prepare({...entry, nonce: 8})
  const mined = journal.prepare({...entry, nonce: 5})
  const reverted = journal.prepare({...entry, nonce: 6})
  const replaced = journal.prepare(entry)
  journal.prepare({...entry, chainId: 1})
  journal.prepare({...entry, from: '0x3333333333333333333333333333333333333333'})

  journal.mark(later.id, 'sent')
  journal.mark(mined.id, 'mined', 12n)
  journal.mark(reverted.id, 'reverted', 2n ** 60n)
  journal.mark(replaced.id, 'replaced')

  expect(journal.open(31_337, FROM).map(({nonce, status}) => [nonce, status])).toEqual([
    [8, 'prepared'],
    [9, 'sent'],
  ])
  expect(journal.open(31_337, FROM.toLowerCase() as typeof FROM)).toHaveLength(2)
  const ends = journal.list(10).map(({id, status, blockNumber}) => ({id, status, blockNumber}))
  expect(ends).toContainEqual({id: mined.id, status: 'mined', blockNumber: 12n})
  expect(ends).toContainEqual({id: reverted.id, status: 'reverted', blockNumber: 2n ** 60n})
  expect(ends).toContainEqual({id: earlier.id, status: 'prepared', blockNumber: null})
  journal.close()
})

test('reopening keeps entries, amounts beyond 2^53 and new ids', () => {
  using temp = makeTempHome()
  const first = openJournal(temp.home.journalFile)
  const before = first.prepare(entry)
  first.close()

  const second = openJournal(temp.home.journalFile)
  const after = second.prepare({...entry, nonce: 8})

  expect(second.list(1)).toEqual([after])
  expect(second.list(10)).toEqual([after, before])
  expect(second.list(10)[1]?.valueWei).toBe(2n ** 200n)
  second.close()
})

test('a journal of an earlier version knows of no calls that were to follow', () => {
  using temp = makeTempHome()
  openJournal(temp.home.journalFile).close()
  const old = new DatabaseSync(temp.home.journalFile)
  for (const column of ['step', 'rest']) old.exec(`ALTER TABLE entries DROP COLUMN ${column}`)
  old.close()

  const journal = openJournal(temp.home.journalFile)
  const before = journal.prepare(entry)
  const after = journal.prepare({...entry, isStep: true, rest: 'metis-seq cdp close 1'})
  journal.close()

  expect(before).toMatchObject({isStep: false, rest: null})
  expect(after).toMatchObject({isStep: true, rest: 'metis-seq cdp close 1'})
})

test('two processes may write at the same time', () => {
  using temp = makeTempHome()
  const one = openJournal(temp.home.journalFile)
  const two = openJournal(temp.home.journalFile)

  for (let nonce = 0; nonce < 10; nonce++) (nonce % 2 ? one : two).prepare({...entry, nonce})

  expect(one.open(31_337, FROM).map(({nonce}) => nonce)).toEqual([...Array(10).keys()])
  one.close()
  two.close()
})

test('a file that is no database is named, and left alone', () => {
  using temp = makeTempHome()
  writeFileSync(temp.home.journalFile, 'not a database, and longer than its header'.repeat(50))
  const {size} = statSync(temp.home.journalFile)

  expect(() => openJournal(temp.home.journalFile)).toThrow(
    expect.objectContaining({code: 'STORE_DAMAGED', exit: 'config'}),
  )
  expect(statSync(temp.home.journalFile).size).toBe(size)
})

test('only the owner of the home can read the journal', () => {
  using temp = makeTempHome()
  openJournal(temp.path('deep', 'journal.sqlite')).close()

  expect(statSync(temp.path('deep')).mode & 0o777).toBe(0o700)
  expect(new DatabaseSync(temp.path('deep', 'journal.sqlite')).isOpen).toBe(true)
})
