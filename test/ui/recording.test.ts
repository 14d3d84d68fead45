/** A session on file: as small as its changes, there after a kill, and refused or named where it is damaged. */
import {mkdirSync, readdirSync, writeFileSync} from 'node:fs'
import {gzipSync} from 'node:zlib'

import {afterAll, afterEach, beforeAll, expect, test, vi} from 'vitest'

import {openRecording, recordTo} from '../../src/cli/record-file.ts'
import {replaySource} from '../../src/cli/dashboard-source.ts'
import {createFrameEncoder, type RecordedFrame} from '../../src/ui/dashboard/recording.ts'
import {currentEpoch, feeds, fresh, NOW, rotation, snapshot} from '../helpers/dashboard-data.ts'
import {makeTempHome, type TempHome} from '../helpers/temp-home.ts'

let temp: TempHome
beforeAll(() => {
  temp = makeTempHome()
})
afterAll(() => temp[Symbol.dispose]())
afterEach(() => {
  vi.useRealTimers()
})

/** The frame of a second: the head moves each second, and the epoch each ten. */
function frameOf(second: number): RecordedFrame {
  const headBlock = 1000n + BigInt(second)
  const l2 = rotation({...currentEpoch({headBlock})})
  return {
    now: {wallMs: NOW.wallMs + second * 1000, monotonicMs: NOW.monotonicMs + second * 1000},
    snapshot: snapshot({...feeds, l2: fresh(l2)}),
  }
}

const linesOf = (count: number, frame = frameOf) => {
  const encode = createFrameEncoder()
  return Array.from({length: count}, (_, second) => encode(frame(second)))
}

function fileOf(name: string, lines: readonly string[]): string {
  const path = temp.path(name)
  writeFileSync(path, gzipSync(lines.map((line) => `${line}\n`).join('')))
  return path
}

test('every frame comes back, from any place and in any order', () => {
  const recording = openRecording(fileOf('all.gz', linesOf(150)))
  expect(recording.heads).toHaveLength(150)
  const order = [149, 0, 60, 59, 61, 1, 148, ...Array.from({length: 150}, (_, at) => at)]
  for (const at of order) {
    const {now, snapshot: shown} = recording.frame(at)
    expect({now, snapshot: shown}).toMatchObject(frameOf(at))
  }
})

test('a file that is there is neither recorded over nor called unwritable', () => {
  const path = fileOf('there.gz', linesOf(1))
  expect(() => recordTo(path, () => frameOf(0))).toThrow(
    expect.objectContaining({code: 'FILE_EXISTS', facts: {path}}),
  )
  expect(openRecording(path).heads).toHaveLength(1)
})

test('a recording ends before it is too long for a replay, counted as a replay counts', async () => {
  vi.useFakeTimers({toFake: ['setInterval', 'clearInterval']})
  const path = temp.path('long.gz')
  const mostBytes = 60_000
  let second = 0
  const named = (): RecordedFrame => {
    const {now, snapshot: shown} = frameOf(second++)
    return {
      now,
      snapshot: {...shown, setting: {...shown.setting, profile: `◆${second}`.repeat(500)}},
    }
  }
  const recorder = recordTo(path, named, mostBytes)
  while (recorder.trouble() === null && second < 1000) vi.advanceTimersByTime(1000)
  await recorder.close()
  expect(recorder.trouble()).toContain('a replay takes no more')
  const {heads} = openRecording(path, mostBytes)
  // All of them but the one that was too much.
  expect(heads).toHaveLength(second - 1)
})

test('a line has only what moved, and every sixtieth has everything', () => {
  const lines = linesOf(121)
  const wholes = lines.flatMap((line, at) => (line.includes('"isWhole":true') ? [at] : []))
  expect(wholes).toEqual([0, 60, 120])
  expect(lines[1]!.length).toBeLessThan(lines[0]!.length / 4)
  expect(lines[1]).toContain('"feeds.l2"')
  expect(lines[1]).not.toContain('"feeds.money"')
})

test('a part that comes or goes makes a whole line', () => {
  const lines = linesOf(4, (second) => {
    const frame = frameOf(second)
    return second < 2 ? frame : {...frame, snapshot: {...frame.snapshot, more: 1} as never}
  })
  expect(lines.map((line) => line.includes('"isWhole":true'))).toEqual([true, false, true, false])
})

test.each([
  ['plain text', () => Buffer.from(linesOf(2).join('\n')), /not compressed/],
  ['nothing', () => Buffer.alloc(0), /not compressed/],
  ['no line', () => gzipSync(''), /whole frame/],
  ['half a line', () => gzipSync(linesOf(1)[0]!.slice(0, 100)), /whole frame/],
  ['another version', () => gzipSync('{"version":1,"now":{}}\n'), /line 1/],
  ['no whole line first', () => gzipSync(`${linesOf(2)[1]}\n`), /whole frame/],
  [
    'going back in time',
    () => gzipSync(`${linesOf(2).toReversed().join('\n')}\n`),
    /whole frame|older/,
  ],
  [
    'a frame of nothing',
    () => gzipSync(`${linesOf(1)[0]!.replace(/"parts":.*/, '"parts":{}}')}\n`),
    /drawn/,
  ],
  ['damaged data', () => gzipSync(linesOf(2).join('\n')).fill(255, 20, 60), /./],
])('%s is refused', (name, content, reason) => {
  const path = temp.path(`${name}.gz`)
  writeFileSync(path, content())
  expect(() => replaySource(path)).toThrow(
    expect.objectContaining({code: 'RECORDING_INVALID', message: expect.stringMatching(reason)}),
  )
})

test('a replay moves by itself and on request, is held, and stays at its last frame', () => {
  vi.useFakeTimers({toFake: ['performance']})
  const source = replaySource(fileOf('move.gz', linesOf(120)))
  const second = () => (source.frame().now.wallMs - NOW.wallMs) / 1000
  expect(second()).toBe(0)
  vi.advanceTimersByTime(3500)
  expect(second()).toBe(3)
  source.player!.seek(60_000)
  expect(second()).toBe(63)
  source.player!.hold(true)
  vi.advanceTimersByTime(30_000)
  expect(second()).toBe(63)
  source.player!.seek(-10_000)
  expect(second()).toBe(53)
  source.player!.hold(false)
  vi.advanceTimersByTime(1000)
  expect(second()).toBe(54)
  source.player!.seek(-600_000)
  expect(second()).toBe(0)
  source.player!.seek(600_000)
  vi.advanceTimersByTime(10_000)
  expect(second()).toBe(119)
})

test('what is saved from a replay stays in the working directory, whatever its network is called', () => {
  const frame = (second: number) => {
    const {now, snapshot: shown} = frameOf(second)
    const network = `/../../../../../..${temp.path('outside')}/x\u001B[2J`
    return {now, snapshot: {...shown, setting: {...shown.setting, network}}}
  }
  const file = fileOf('foreign.gz', linesOf(1, frame))
  const before = process.cwd()
  mkdirSync(temp.path('work'))
  process.chdir(temp.path('work'))
  try {
    expect(replaySource(file).save()).toMatch(/^Wrote metis-seq-[\w-]+\.json\.$/)
    expect(readdirSync('.')).toEqual([expect.stringMatching(/^metis-seq-[\w-]+\.json$/)])
  } finally {
    process.chdir(before)
  }
})

test('a damaged frame leaves the one before it, and is named', () => {
  vi.useFakeTimers({toFake: ['performance']})
  const lines = linesOf(5)
  lines[2] = lines[2]!.replace(/"parts":.*/, '"parts":{"feeds.l2":7}}')
  const source = replaySource(fileOf('damaged.gz', lines))
  const second = () => (source.frame().now.wallMs - NOW.wallMs) / 1000
  vi.advanceTimersByTime(1000)
  expect([second(), source.trouble()]).toEqual([1, null])
  vi.advanceTimersByTime(1000)
  expect(second()).toBe(1)
  expect(source.trouble()).toMatch(/cannot be drawn/)
  vi.advanceTimersByTime(1000)
  expect([second(), source.trouble()]).toEqual([3, null])
})
