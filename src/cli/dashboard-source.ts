/** Where the frames of the dashboard come from: live sources, which may be recorded, or a recording. */
import {closeSync, openSync, writeSync} from 'node:fs'

import {stringifyJson} from '../lib/json.ts'
import {fromFileError, fromReadError, writeNewFile} from '../lib/files.ts'
import {readBoundedText} from '../lib/read-file.ts'
import type {Dashboard} from '../services/live/dashboard.ts'
import {toDashboardData} from '../ui/dashboard/data.ts'
import {
  decodeFrame,
  encodeFrame,
  recordingInvalid,
  type RecordedFrame,
} from '../ui/dashboard/recording.ts'
import type {Now} from '../ui/dashboard/model.ts'
import {takeSnapshot, toDashboardView} from '../ui/dashboard/view.ts'
import type {FrameSource} from '../ui/screens/dashboard.tsx'

/** A frame with its time, whatever it is drawn on. */
export interface SnapshotSource extends FrameSource {
  frame(): RecordedFrame
}

export function timeNow(): Now {
  return {wallMs: Date.now(), monotonicMs: performance.now()}
}

/** The sources as they are now. */
export function liveSource(dashboard: Dashboard): SnapshotSource {
  const frame = () => ({now: timeNow(), snapshot: takeSnapshot(dashboard)})
  return {...sourceOf('LIVE', frame), refresh: () => dashboard.refresh()}
}

function sourceOf(mode: FrameSource['mode'], frame: () => RecordedFrame): SnapshotSource {
  return {
    ...{mode, frame},
    view: () => {
      const {snapshot, now} = frame()
      return toDashboardView(snapshot, now)
    },
    refresh: () => {},
    save: () => saveFrame(frame()),
  }
}

/** Into the working directory, under a name of its own. @returns a note for the screen */
function saveFrame({snapshot, now}: RecordedFrame): string {
  const stamp = new Date(now.wallMs).toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const path = `metis-seq-${snapshot.setting.network}-${stamp}.json`
  try {
    writeNewFile(path, `${stringifyJson(toDashboardData(snapshot, now), 2)}\n`)
    return `Wrote ${path}.`
  } catch (error) {
    const {message} = fromFileError(error, path) as Error
    return `Nothing was written: ${message}`
  }
}

/** A recording takes a frame a second; a day of it has some hundred megabytes. */
const RECORD_MS = 1000

/**
 * Records a source to a new file until the signal aborts.
 *
 * @throws {MetisSeqError} FILE_EXISTS, FILE_NOT_WRITABLE
 */
export function recordTo(path: string, source: SnapshotSource, signal: AbortSignal): void {
  let descriptor: number
  try {
    descriptor = openSync(path, 'wx', 0o600)
  } catch (error) {
    throw fromFileError(error, path)
  }
  const write = () => writeSync(descriptor, `${encodeFrame(source.frame())}\n`)
  const timer = setInterval(() => {
    try {
      write()
    } catch {
      // A full disk ends the recording and not the screen.
      clearInterval(timer)
    }
  }, RECORD_MS)
  signal.addEventListener(
    'abort',
    () => {
      clearInterval(timer)
      closeSync(descriptor)
    },
    {once: true},
  )
}

const MOST_RECORDING_BYTES = 1024 ** 3

/**
 * Plays a recording at the speed at which it was made; the last frame stays.
 *
 * @throws {MetisSeqError} RECORDING_INVALID, FILE_UNREADABLE
 */
export function replaySource(path: string): SnapshotSource {
  const frames = readRecording(path)
  const [first] = frames
  if (!first) throw recordingInvalid('it has no frame')
  const startedMs = performance.now()
  let at = 0
  const frame = () => {
    const playedMs = performance.now() - startedMs
    while (frames[at + 1] && frames[at + 1]!.now.wallMs - first.now.wallMs <= playedMs) at++
    return frames[at]!
  }
  // A damaged frame must be found before the screen is taken over.
  for (const each of frames) tryFrame(each)
  return sourceOf('REPLAY', frame)
}

function readRecording(path: string): RecordedFrame[] {
  let text: string
  try {
    text = readBoundedText(path, MOST_RECORDING_BYTES)
  } catch (error) {
    throw fromReadError(error, path)
  }
  const lines = text.split('\n')
  // A recording that was killed ends in half a line.
  const whole = lines.filter(
    (line, at) => line !== '' && (at < lines.length - 1 || line.endsWith('}')),
  )
  return whole.map((line, at) => decodeFrame(line, at + 1))
}

function tryFrame({snapshot, now}: RecordedFrame): void {
  try {
    toDashboardView(snapshot, now)
  } catch (cause) {
    throw recordingInvalid('a frame cannot be drawn', cause)
  }
}
