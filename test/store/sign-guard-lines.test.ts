/** What each line of a sign guard's file says, whichever of them is the last. */
import fs, {appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {syncBuiltinESMExports} from 'node:module'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {keccak256} from 'viem'
import {afterEach, beforeEach, expect, test} from 'vitest'

import {MetisSeqError} from '../../src/lib/errors.ts'
import {lookAtGuard, readGuard, salvageFloor} from '../../src/store/sign-guard-file.ts'
import {SignGuard} from '../../src/store/sign-guard.ts'

const one = keccak256('0x01')
const two = keccak256('0x02')
let dir: string
let path: string

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'metis-seq-guard-'))
  path = join(dir, 'guard.log')
})
afterEach(() => rmSync(dir, {recursive: true, force: true}))

const namings = () => readFileSync(path, 'utf8').match(/^file /gm)?.length

function refusal(act: () => unknown): MetisSeqError {
  try {
    act()
  } catch (error) {
    if (error instanceof MetisSeqError) return error
  }
  throw new Error('It was not refused.')
}

test('a guard that has signed nothing allows every height', () => {
  const guard = SignGuard.open(path)
  expect([guard.floor, guard.top, guard.isNew]).toEqual([0, undefined, true])
  guard.checkAndRecord(0, one)
  guard.close()
  const again = SignGuard.open(path)
  expect([again.top, again.isNew, SignGuard.topOf(path)]).toEqual([0, false, 0])
  again.close()
})

test('the directory of a guard is made with it', () => {
  const deeper = join(dir, 'data', 'guard.log')
  SignGuard.open(deeper).close()
  expect(readFileSync(deeper, 'utf8')).toBe('')
})

test('a damaged line is named by its number', () => {
  writeFileSync(path, `10 ${one}\nrubbish\n11 ${one}\n`)
  expect(refusal(() => SignGuard.open(path)).facts).toMatchObject({path, line: '2'})
  writeFileSync(path, `10 ${one}\n11 ${one}\n11 ${two}\n`)
  expect(refusal(() => SignGuard.open(path)).facts).toMatchObject({path, line: '3'})
})

test('a file is trusted by the time of its last line, whatever that line says', () => {
  SignGuard.createNew(path)
  const guard = SignGuard.open(path)
  guard.raiseFloor(20)
  guard.close()
  const fenced = SignGuard.open(path)
  expect([fenced.isTrusted, fenced.floor]).toEqual([true, 20])
  fenced.close()
  // A crash may leave the line that names the file, and nothing of what was written with it.
  const [naming] = readFileSync(path, 'utf8').split('\n')
  writeFileSync(path, `${naming}\n`)
  const writtenMs = Number(/ (\d+)$/.exec(naming!)?.[1])
  const look = lookAtGuard(path)!
  expect(readGuard(path, {...look, changedAtMs: writtenMs + 250}).isIntact).toBe(true)
  expect(readGuard(path, {...look, changedAtMs: writtenMs + 251}).isIntact).toBe(false)
})

test('a file that is named is not named again, until it is another one', () => {
  SignGuard.createNew(path)
  for (const height of [10, 11]) {
    const guard = SignGuard.open(path)
    guard.checkAndRecord(height, one)
    guard.checkAndRecord(height + 10, one)
    guard.end()
  }
  expect(namings()).toBe(1)
  const restarted = SignGuard.open(path, {
    lookAt: (file) => ({...lookAtGuard(file)!, boot: 'another'}),
  })
  restarted.checkAndRecord(30, one)
  restarted.end()
  expect(namings()).toBe(2)
})

test('an end is written once, and only where nothing is in doubt', () => {
  const ends = () => readFileSync(path, 'utf8').match(/^closed \d+$/gm)?.length ?? 0
  SignGuard.createNew(path)
  expect(ends()).toBe(1)
  const idle = SignGuard.open(path)
  idle.end()
  idle.end()
  expect(ends()).toBe(1)
  const busy = SignGuard.open(path)
  busy.checkAndRecord(10, one)
  busy.end()
  expect(ends()).toBe(2)
  const doubtful = SignGuard.open(path)
  doubtful.learn(12, two)
  doubtful.end()
  expect(ends()).toBe(2)
})

test('what is refused is said with the hash that was signed, or with the floor', () => {
  const guard = SignGuard.open(path)
  guard.checkAndRecord(10, one)
  guard.raiseFloor(20)
  const second = refusal(() => guard.checkAndRecord(10, two))
  expect(second.facts).toEqual({height: '10', hash: two, signed: one, file: path})
  expect(second.message).toContain('signed at height 10 before')
  const below = refusal(() => guard.checkAndRecord(19, two))
  expect(below.facts).toEqual({height: '19', hash: two, signed: '', file: path})
  expect(below.message).toContain('below 20')
  // At the floor itself there may be signed, and found.
  guard.checkAndRecord(20, two)
  expect([guard.covers(19, two), guard.covers(20, one), guard.covers(20, two)]).toEqual([
    ...[true, false, true],
  ])
  const found = refusal(() => guard.learn(20, one))
  expect(found.facts).toEqual({height: '20', hash: one, signed: two, file: path})
  expect([guard.learn(19, one), guard.learn(21, one)]).toEqual([false, true])
  expect(guard.signedAt(19)).toBeUndefined()
  // Nothing is known of the floor itself: what is found there is news.
  guard.raiseFloor(40)
  expect([guard.learn(39, one), guard.learn(40, one)]).toEqual([false, true])
  guard.close()
})

test('the highest height is kept, in whatever order they come', () => {
  const guard = SignGuard.open(path)
  for (const height of [5, 9, 7]) guard.checkAndRecord(height, one)
  expect(guard.top).toBe(9)
  guard.close()
  expect(SignGuard.topOf(path)).toBe(9)
  expect(SignGuard.topOf(join(dir, 'none'))).toBeNull()
})

test('a floor that is raised to where it is, or lower, is not written again; doubt always is', () => {
  const guard = SignGuard.open(path)
  guard.raiseFloor(20)
  const before = readFileSync(path, 'utf8')
  guard.raiseFloor(20)
  guard.raiseFloor(19)
  expect(readFileSync(path, 'utf8')).toBe(before)
  guard.distrust(15)
  expect(readFileSync(path, 'utf8')).toBe(`${before}floor 20\n`)
  expect([guard.floor, guard.isTrusted]).toEqual([20, false])
  guard.distrust(30)
  expect(guard.floor).toBe(30)
  guard.close()
  expect(SignGuard.open(path).floor).toBe(30)
})

test('a line that a crash cut short is gone from the disk as well', () => {
  writeFileSync(path, `10 ${one}\n11 0x`)
  const guard = SignGuard.open(path)
  expect(readFileSync(path, 'utf8')).toBe(`10 ${one}\n`)
  guard.close()
})

test('a compacted file keeps floor, heights and trust', () => {
  SignGuard.createNew(path)
  const lines = Array.from({length: 200_001}, (_, height) => `${height} ${one}\n`)
  appendFileSync(path, lines.join(''))
  appendFileSync(path, `floor 150000\nclosed ${Date.now()}\n`)
  const look = {lookAt: (file: string) => ({...lookAtGuard(file)!, changedAtMs: Date.now()})}
  const guard = SignGuard.open(path, look)
  expect([guard.floor, guard.top, guard.isTrusted, guard.wasClosed]).toEqual([
    ...[150_000, 200_000, true, true],
  ])
  expect([guard.signedAt(100_001), guard.signedAt(100_000)]).toEqual([one, undefined])
  guard.close()
  const again = SignGuard.open(path)
  expect([again.floor, again.top, again.isTrusted]).toEqual([150_000, 200_000, true])
  expect(readFileSync(path, 'utf8').split('\n').length).toBeLessThan(100_010)
  again.close()
})

test('nothing of a damaged file that can be read is signed again', () => {
  writeFileSync(path, `floor 50\nrubbish\n10 ${one}\n`)
  expect(salvageFloor(path)).toBe(50)
  writeFileSync(path, `floor 5\n60 ${one}\n61`)
  expect(salvageFloor(path)).toBe(61)
})

/** What the system does in place of writing a line. */
function whileWriting<T>(write: (descriptor: number, line: Buffer) => number, act: () => T): T {
  const before = fs.writeSync
  fs.writeSync = write as typeof fs.writeSync
  syncBuiltinESMExports()
  try {
    return act()
  } finally {
    fs.writeSync = before
    syncBuiltinESMExports()
  }
}

test('a line that the disk took half of allows nothing, and is gone before the next one', () => {
  const {writeSync} = fs
  const guard = SignGuard.open(path)
  guard.checkAndRecord(10, one)
  const before = readFileSync(path, 'utf8')
  const half = (descriptor: number, line: Buffer) => writeSync(descriptor, line.subarray(0, 20))
  const full = whileWriting(half, () => refusal(() => guard.checkAndRecord(11, one)))
  expect(full.code).toBe('DISK_FULL')
  expect([readFileSync(path, 'utf8'), guard.signedAt(11), guard.top]).toEqual([
    ...[before, undefined, 10],
  ])
  guard.checkAndRecord(11, two)
  guard.close()
  expect(SignGuard.topOf(path)).toBe(11)
})

test('another process that writes in the same moment is seen by this line, not by the next one', () => {
  const {writeSync} = fs
  const guard = SignGuard.open(path)
  const both = (descriptor: number, line: Buffer) => {
    const written = writeSync(descriptor, line)
    writeSync(descriptor, Buffer.from(`10 ${two}\n`))
    return written
  }
  const seen = whileWriting(both, () => refusal(() => guard.checkAndRecord(10, one)))
  expect(seen.code).toBe('SIGN_GUARD_CHANGED')
  guard.close()
})
