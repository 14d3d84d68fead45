import {join} from 'node:path'
import process from 'node:process'

import {expect, test} from 'vitest'

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

test.each(canMount() ? [16] : [])(
  'a file on a full disk of %i KiB is reported, and the old content stays',
  async (sizeKib) => {
    const files = join(import.meta.dirname, '../../src/lib/files.ts')
    const write = `
      import {readdirSync, readFileSync, writeFileSync} from 'node:fs'
      import {writeFileAtomic} from '${files}'
      const path = process.env.DISK + '/config.json'
      writeFileSync(path, 'old')
      try { writeFileAtomic(path, 'x'.repeat(100_000)) } catch ({code, exitCode, retryable}) {
        const [left, content] = [readdirSync(process.env.DISK), readFileSync(path, 'utf8')]
        console.log(JSON.stringify({code, exitCode, retryable, left, content}))
      }`

    const {stdout} = await onSmallDisk(
      sizeKib,
      `"${process.execPath}" --input-type=module -e "$WRITE"`,
      {...cleanEnv({home: '/nonexistent'}), WRITE: write},
    )

    expect(JSON.parse(stdout)).toEqual({
      ...{code: 'DISK_FULL', exitCode: 5, retryable: true},
      ...{left: ['config.json'], content: 'old'},
    })
  },
)

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
