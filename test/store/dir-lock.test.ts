import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {existsSync, mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {afterEach, beforeEach, expect, test} from 'vitest'

import {lockDirectory} from '../../src/store/dir-lock.ts'

const module = join(import.meta.dirname, '../../src/store/dir-lock.ts')
const script = `
  const {lockDirectory} = await import(${JSON.stringify(module)})
  try {
    lockDirectory(process.argv[1], 'test')
    console.log('locked')
    setInterval(() => {}, 1000)
  } catch (error) {
    console.log(JSON.stringify({code: error.code, pid: error.facts?.pid, exit: error.exitCode}))
  }
`

let dir: string
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'metis-seq-lock-'))))
afterEach(() => rmSync(dir, {recursive: true, force: true}))

/** A real second process that tries to lock, and what it says first. */
async function other() {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return {child, line: line.toString().trim(), closed}
}

test('another live process keeps its directory; after kill -9 it is taken over', async () => {
  const {child, line, closed} = await other()
  expect(line).toBe('locked')
  expect(() => lockDirectory(dir, 'test')).toThrow(
    expect.objectContaining({
      code: 'DIRECTORY_LOCKED',
      exit: 'busy',
      facts: {directory: dir, pid: String(child.pid)},
    }),
  )
  child.kill('SIGKILL')
  await closed
  const lock = lockDirectory(dir, 'test')
  expect(JSON.parse(readFileSync(join(dir, 'test.pid'), 'utf8'))).toMatchObject({pid: process.pid})
  lock.release()
})

test('our lock keeps another process out until it is released', async () => {
  const lock = lockDirectory(dir, 'test')
  const refused = await other()
  expect(JSON.parse(refused.line)).toEqual({
    code: 'DIRECTORY_LOCKED',
    pid: String(process.pid),
    exit: 15,
  })
  await refused.closed
  lock.release()
  const accepted = await other()
  expect(accepted.line).toBe('locked')
  accepted.child.kill('SIGKILL')
  await accepted.closed
})

test('within one process as well, per name, and releasing twice frees nobody else', () => {
  const first = lockDirectory(dir, 'test')
  expect(() => lockDirectory(dir, 'test')).toThrow(/in use/)
  lockDirectory(dir, 'another').release()
  first.release()
  expect(existsSync(join(dir, 'test.pid'))).toBe(false)
  const second = lockDirectory(dir, 'test')
  first.release()
  expect(() => lockDirectory(dir, 'test')).toThrow(/in use/)
  second.release()
})

test('a directory that is not there yet is made', () => {
  const deep = join(dir, 'a/b')
  lockDirectory(deep, 'test').release()
  expect(existsSync(deep)).toBe(true)
})
