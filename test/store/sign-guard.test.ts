import {
  appendFileSync,
  cpSync,
  linkSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {keccak256} from 'viem'
import {afterEach, beforeEach, expect, test} from 'vitest'

import {lookAtGuard, salvageFloor} from '../../src/store/sign-guard-file.ts'
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

test('one hash per height, also after a restart; the same hash again is allowed', () => {
  const guard = SignGuard.open(path)
  guard.checkAndRecord(10, one)
  guard.checkAndRecord(10, one)
  expect(() => guard.checkAndRecord(10, two)).toThrow(
    expect.objectContaining({code: 'DOUBLE_SIGN', exit: 'interlock'}),
  )
  guard.close()
  const again = SignGuard.open(path)
  expect(again.signedAt(10)).toBe(one)
  expect(() => again.checkAndRecord(10, two)).toThrow(
    expect.objectContaining({code: 'DOUBLE_SIGN'}),
  )
  again.checkAndRecord(11, two)
  again.close()
})

test('permission is on disk before it is given', () => {
  const guard = SignGuard.open(path)
  guard.checkAndRecord(10, one)
  expect(readFileSync(path, 'utf8')).toMatch(
    new RegExp(`^file \\d+ \\d+ \\d+ \\S+ \\d{13}\n10 ${one} \\d{13}\n$`),
  )
  expect(statSync(path).mode & 0o777).toBe(0o600)
  guard.close()
})

test('heights below the newest may be signed when they never were', () => {
  const guard = SignGuard.open(path)
  guard.checkAndRecord(100, one)
  guard.checkAndRecord(50, two)
  expect(() => guard.checkAndRecord(50, one)).toThrow(
    expect.objectContaining({code: 'DOUBLE_SIGN'}),
  )
  guard.close()
})

test.each(['', '1', '11', '11 0xab', `11 ${two.slice(0, -1)}`, `11 ${two}`])(
  'a last line that a crash cut short (%s) is removed, and the height is free',
  (torn) => {
    const guard = SignGuard.open(path)
    guard.checkAndRecord(10, one)
    guard.close()
    appendFileSync(path, torn)
    const again = SignGuard.open(path)
    expect(again.signedAt(10)).toBe(one)
    again.checkAndRecord(11, one)
    again.close()
    const lines = readFileSync(path, 'utf8').replaceAll(/^file .*\n/gm, '')
    expect(lines.replaceAll(/ \d{13}\n/g, '\n')).toBe(`10 ${one}\n11 ${one}\n`)
  },
)

test.each([
  ['a broken line in the middle', `10 ${one}\nrubbish\n11 ${two}\n`],
  ['two hashes at one height', `10 ${one}\n10 ${two}\n`],
  ['a floor that is no number', `floor 11\nfloor x\n`],
])('refuses to open with %s', (_name, content) => {
  writeFileSync(path, content)
  expect(() => SignGuard.open(path)).toThrow(
    expect.objectContaining({code: 'SIGN_GUARD_DAMAGED', exit: 'interlock'}),
  )
  expect(readFileSync(path, 'utf8')).toBe(content)
})

test('below the floor of a compacted file nothing is signed', () => {
  writeFileSync(path, `floor 100\n100 ${one}\n`)
  const guard = SignGuard.open(path)
  expect(() => guard.checkAndRecord(99, one)).toThrow(
    expect.objectContaining({code: 'DOUBLE_SIGN'}),
  )
  guard.checkAndRecord(101, one)
  guard.close()
})

test('a long file is compacted at the start, and none of the newest is forgotten', () => {
  const lines = Array.from({length: 200_001}, (_, height) => `${height} ${one}\n`)
  writeFileSync(path, lines.join(''))
  SignGuard.open(path).close()
  const guard = SignGuard.open(path)
  expect(guard.signedAt(200_000)).toBe(one)
  expect(guard.signedAt(100_001)).toBe(one)
  expect(() => guard.checkAndRecord(100_000, two)).toThrow(
    expect.objectContaining({code: 'DOUBLE_SIGN'}),
  )
  guard.close()
})

test('the floor only rises, over restarts and whatever was signed', () => {
  const guard = SignGuard.open(path)
  guard.checkAndRecord(10, one)
  guard.raiseFloor(20)
  guard.raiseFloor(15)
  guard.close()
  const again = SignGuard.open(path)
  expect([again.floor, again.top]).toEqual([20, 10])
  expect(() => again.checkAndRecord(19, one)).toThrow(
    expect.objectContaining({code: 'DOUBLE_SIGN'}),
  )
  // The same signature once more is no second one.
  again.checkAndRecord(10, one)
  expect([again.covers(10, one), again.covers(10, two), again.covers(20, two)]).toEqual([
    ...[true, true, false],
  ])
  again.close()
})

test('a signature found elsewhere is kept, and one that contradicts ours is told', () => {
  const guard = SignGuard.open(path)
  expect(guard.learn(30, two)).toBe(true)
  expect(guard.learn(30, two)).toBe(false)
  expect(() => guard.learn(30, one)).toThrow(
    expect.objectContaining({code: 'SECOND_SIGNATURE', exit: 'interlock'}),
  )
  expect(() => guard.checkAndRecord(30, one)).toThrow(
    expect.objectContaining({code: 'DOUBLE_SIGN'}),
  )
  guard.close()
})

test('a file that nobody but the node has touched is trusted; a copy is not, at whatever moment it is made', () => {
  SignGuard.createNew(path)
  const guard = SignGuard.open(path)
  expect(guard.isTrusted).toBe(true)
  guard.checkAndRecord(10, one)
  const copy = join(dir, 'copy.log')
  // Within a millisecond of the write, and with every time that can be kept.
  cpSync(path, copy, {preserveTimestamps: true})
  guard.close()
  const again = SignGuard.open(path)
  expect(again.isTrusted).toBe(true)
  again.close()
  const copied = SignGuard.open(copy)
  expect(copied.isTrusted).toBe(false)
  // What is learned or fenced does not make it trusted; a signature that was allowed does.
  copied.learn(12, two)
  copied.raiseFloor(13)
  copied.close()
  const untrusted = SignGuard.open(copy)
  expect(untrusted.isTrusted).toBe(false)
  untrusted.checkAndRecord(14, one)
  untrusted.close()
  const trusted = SignGuard.open(copy)
  expect(trusted.isTrusted).toBe(true)
  trusted.distrust(0)
  trusted.close()
  const restored = SignGuard.open(copy)
  expect([restored.isTrusted, restored.floor]).toEqual([false, 13])
  restored.close()
})

test('a guard that learns of a signature is not trusted, nor one that was made for a key of before', () => {
  const made = SignGuard.open(path)
  expect(made.isTrusted).toBe(false)
  // Of a peer's block: the key has signed on another host, and may have signed more than this.
  made.learn(10, one)
  expect(made.isTrusted).toBe(false)
  made.close()
  const again = SignGuard.open(path)
  expect([again.isTrusted, again.top]).toEqual([false, 10])
  again.checkAndRecord(11, one)
  expect(again.isTrusted).toBe(true)
  again.learn(12, two)
  expect(again.isTrusted).toBe(false)
  again.close()
})

test('what a damaged file still tells is below the floor of its successor', () => {
  writeFileSync(path, `10 ${one}\nrubbish\nfloor 40 1700000000000\n41 0xab`)
  expect(salvageFloor(path)).toBe(42)
  expect(salvageFloor(join(dir, 'none'))).toBe(0)
})

test('a process that was killed, and a machine that was restarted, leave a guard that is trusted and not closed', () => {
  const at = (boot: string, device = '1') => ({
    lookAt: (file: string) => ({...lookAtGuard(file)!, boot, device}),
  })
  const openedIn = (boot: string, device?: string) => {
    const guard = SignGuard.open(path, at(boot, device))
    const seen = [guard.isTrusted, guard.wasClosed]
    guard.end()
    return seen
  }
  SignGuard.createNew(path, at('a'))
  expect(openedIn('a')).toEqual([true, true])
  // After a restart a disk may get another number. In one run of the system it is another disk.
  expect(openedIn('b', '2')).toEqual([true, false])
  expect(openedIn('a', '2')).toEqual([false, false])
  expect(openedIn('')).toEqual([true, false])
  const killed = SignGuard.open(path, at('a'))
  killed.checkAndRecord(10, one)
  killed.close()
  expect(openedIn('a')).toEqual([true, false])
  // A life that has signed nothing knows no more than the one before.
  expect(openedIn('a')).toEqual([true, false])
  const ended = SignGuard.open(path, at('b'))
  ended.checkAndRecord(11, one)
  ended.end()
  expect(openedIn('b')).toEqual([true, true])
  expect(openedIn('a')).toEqual([true, false])
})

test('a file system without times of birth proves nothing, nor does the reused number of a deleted file', () => {
  const born = (bornNs: string) => ({lookAt: (file: string) => ({...lookAtGuard(file)!, bornNs})})
  const isTrusted = (bornNs: string) => {
    const guard = SignGuard.open(path, born(bornNs))
    guard.close()
    return guard.isTrusted
  }
  SignGuard.createNew(path, born('7'))
  expect([isTrusted('7'), isTrusted('8')]).toEqual([true, false])
  rmSync(path)
  SignGuard.createNew(path, born('0'))
  expect(isTrusted('0')).toBe(false)
})

test('an older content of its own, written into the very file, is not trusted, nor where the clock was set back', () => {
  let nowMs = Date.now()
  const clock = {nowMs: () => nowMs}
  SignGuard.createNew(path)
  const older = readFileSync(path)
  const guard = SignGuard.open(path, clock)
  guard.checkAndRecord(10, one)
  guard.end()
  nowMs -= 1_000_000
  const again = SignGuard.open(path, clock)
  expect(again.isTrusted).toBe(true)
  again.checkAndRecord(11, one)
  again.end()
  const behind = SignGuard.open(path, clock)
  expect(behind.isTrusted).toBe(false)
  behind.close()
  writeFileSync(
    path,
    String(older).replaceAll(/ (\d{13})$/gm, (_, ms) => ` ${Number(ms) - 300}`),
  )
  const rewritten = SignGuard.open(path)
  expect(rewritten.isTrusted).toBe(false)
  rewritten.close()
})

test.each<[string, () => void]>([
  ['another process writes it as well', () => appendFileSync(path, `90 ${two}\n`)],
  ['it is cut', () => truncateSync(path, 4)],
  ['it is gone', () => rmSync(path)],
  [
    'another file lies in its place',
    () => (cpSync(path, `${path}.2`), renameSync(`${path}.2`, path)),
  ],
])('nothing more is signed when %s while the node runs', (_name, change) => {
  const guard = SignGuard.open(path)
  guard.checkAndRecord(10, one)
  change()
  expect(() => guard.checkAndRecord(11, one)).toThrow(
    expect.objectContaining({code: 'SIGN_GUARD_CHANGED', exit: 'interlock'}),
  )
  expect(guard.signedAt(11)).toBeUndefined()
  guard.end()
})

test('two processes behind two names of one file stop each other', () => {
  const first = SignGuard.open(path)
  first.checkAndRecord(10, one)
  linkSync(path, join(dir, 'link.log'))
  const second = SignGuard.open(join(dir, 'link.log'))
  second.checkAndRecord(11, two)
  expect(() => first.checkAndRecord(11, one)).toThrow(
    expect.objectContaining({code: 'SIGN_GUARD_CHANGED'}),
  )
  first.close()
  second.close()
})
