import {readFileSync, readdirSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import process from 'node:process'

import {expect, test} from 'vitest'

import {writeFileAtomic} from '../../src/lib/files.ts'
import {mapSqliteErrors, openDurableDatabase} from '../../src/lib/sqlite.ts'
import {cleanEnv} from '../helpers/run-cli.ts'
import {canMount, onSmallDisk} from '../helpers/small-disk.ts'
import {makeTempHome} from '../helpers/temp-home.ts'

const diskFull = expect.objectContaining({
  code: 'DISK_FULL',
  exit: 'precondition',
  exitCode: 5,
  retryable: true,
})

test('a file on a full device is reported, and the old content stays', () => {
  using temp = makeTempHome()
  const path = temp.path('config.json')
  writeFileSync(path, 'old')
  // The new content goes to this name first; the device answers every write with "no space".
  symlinkSync('/dev/full', `${path}.${process.pid}.tmp`)

  expect(() => writeFileAtomic(path, 'new')).toThrow(diskFull)

  expect(readFileSync(path, 'utf8')).toBe('old')
  expect(readdirSync(temp.root)).toEqual(['config.json'])
})

test('a full database rolls back what did not fit, and takes writes again when there is space', () => {
  using temp = makeTempHome()
  const path = temp.path('store.sqlite')
  const database = openDurableDatabase(path)
  database.exec('CREATE TABLE lines (text TEXT); PRAGMA max_page_count = 8')
  const insert = database.prepare('INSERT INTO lines VALUES (?)')
  const fill = () => mapSqliteErrors(path, () => insert.run('x'.repeat(1000)))
  const count = () => Number(database.prepare('SELECT count(*) AS n FROM lines').get()?.['n'])

  expect(() => {
    for (let index = 0; index < 100; index++) fill()
  }).toThrow(diskFull)

  const kept = count()
  expect(kept).toBeGreaterThan(3)
  database.exec('PRAGMA max_page_count = 100')
  fill()
  expect(count()).toBe(kept + 1)
  database.close()
})

test.each(canMount() ? [256] : [])(
  'journal and settings on a real disk of %i KiB: what was written before stays readable',
  async (sizeKib) => {
    using temp = makeTempHome()
    const script = join(import.meta.dirname, '../helpers/fill-journal.ts')

    const {stdout, stderr, exitCode} = await onSmallDisk(
      sizeKib,
      `"${process.execPath}" "${script}"`,
      cleanEnv({home: temp.root}),
    )

    expect({stderr, exitCode}).toEqual({stderr: '', exitCode: 0})
    const said = JSON.parse(stdout) as Record<string, unknown>
    expect(said).toMatchObject({
      prepare: 'DISK_FULL 5',
      update: 'DISK_FULL 5',
      currentProfile: 'before',
    })
    expect(said['prepared']).toBeGreaterThan(10)
    expect(said['kept']).toBe(said['prepared'])
  },
)
