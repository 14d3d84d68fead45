import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {keccak256} from 'viem'
import {afterEach, beforeEach, expect, test} from 'vitest'

import {salvageFloor, SignGuard} from '../../src/store/sign-guard.ts'

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
  expect(readFileSync(path, 'utf8')).toMatch(new RegExp(`^10 ${one} \\d{13}\n$`))
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
    expect(readFileSync(path, 'utf8').replaceAll(/ \d{13}\n/g, '\n')).toBe(`10 ${one}\n11 ${one}\n`)
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

test('a file that nobody but the node has touched is trusted; a copy is not', async () => {
  SignGuard.createNew(path)
  const guard = SignGuard.open(path)
  expect(guard.isTrusted).toBe(true)
  guard.checkAndRecord(10, one)
  guard.close()
  const again = SignGuard.open(path)
  expect(again.isTrusted).toBe(true)
  again.close()
  const copy = join(dir, 'copy.log')
  // Longer than a write takes: as long as the shortest copy of a home would take.
  await new Promise((resolve) => setTimeout(resolve, 300))
  cpSync(path, copy, {preserveTimestamps: true})
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
