/** Where the frames of the dashboard come from: live sources, or a recording. */
import {cleanText} from '../lib/clean-text.ts'
import {messageOf} from '../lib/errors.ts'
import {stringifyJson} from '../lib/json.ts'
import {fromFileError, writeNewFile} from '../lib/files.ts'
import type {Context} from '../services/context.ts'
import {nodeRuntimeOf} from '../services/node/node-runtime.ts'
import type {Dashboard} from '../services/live/dashboard.ts'
import {toDashboardData} from '../ui/dashboard/data.ts'
import {recordingInvalid, type RecordedFrame} from '../ui/dashboard/recording.ts'
import type {Mode, Now} from '../ui/dashboard/model.ts'
import {takeSnapshot, toDashboardView} from '../ui/dashboard/view.ts'
import type {FrameSource} from '../ui/screens/dashboard.tsx'
import {openRecording, type Recorder} from './record-file.ts'

/** A frame with its time, whatever it is drawn on. */
export interface SnapshotSource extends FrameSource {
  frame(): RecordedFrame
}

export function timeNow(): Now {
  return {wallMs: Date.now(), monotonicMs: performance.now()}
}

/** Lines that fill the tallest screen some times. */
const LOG_LINES = 500
const MAX_LOG_LINE = 1000

/** The sources as they are now. */
export function liveSource(context: Context, dashboard: Dashboard): SnapshotSource {
  const runtime = nodeRuntimeOf(context)
  const frame = () => ({now: timeNow(), snapshot: takeSnapshot(dashboard)})
  return {
    ...sourceOf('LIVE', frame),
    onHead: (listener) => onHead(dashboard, listener),
    refresh: () => dashboard.refresh(),
    logs: () => {
      if (!runtime?.capabilities.logs) return ['The profile has no node on this machine.']
      const lines = runtime.logs(LOG_LINES).map((line) => cleanText(line, MAX_LOG_LINE))
      return lines.length > 0 ? lines : ['The log is empty.']
    },
  }
}

/** The same, and the screen says when its recording has ended. */
export function recordedSource(source: SnapshotSource, recorder: Recorder): SnapshotSource {
  return {...source, trouble: () => recorder.trouble()}
}

function onHead({pollers}: Dashboard, listener: () => void): () => void {
  const headOf = () => pollers.l2.store.get().value?.headBlock
  let known = headOf()
  return pollers.l2.store.subscribe(() => {
    const head = headOf()
    if (head === known) return
    known = head
    listener()
  })
}

function sourceOf(mode: FrameSource['mode'], frame: () => RecordedFrame): SnapshotSource {
  return {
    ...{mode, frame, player: null},
    view: () => {
      const {snapshot, now} = frame()
      return toDashboardView(snapshot, now)
    },
    trouble: () => null,
    logs: () => ['A recording has no log.'],
    onHead: () => () => {},
    refresh: () => {},
    save: () => saveFrame(frame(), mode),
  }
}

/** Into the working directory, under a name of its own. @returns a note for the screen */
function saveFrame({snapshot, now}: RecordedFrame, mode: Mode): string {
  const stamp = new Date(now.wallMs).toISOString().replaceAll(/[-:]|\.\d+/g, '')
  // A recording may name anything, and a path is none of its business.
  const network = snapshot.setting.network.replaceAll(/[^\w-]+/g, '-').slice(0, 40)
  const path = `metis-seq-${network}-${stamp}.json`
  try {
    writeNewFile(path, `${stringifyJson(toDashboardData(snapshot, now, mode), 2)}\n`)
    return `Wrote ${path}.`
  } catch (error) {
    const {message} = fromFileError(error, path) as Error
    return `Nothing was written: ${message}`
  }
}

/**
 * Plays a recording at the speed at which it was made; the last frame stays. A frame that cannot be drawn leaves the one
 * before it, and is named.
 *
 * @throws {MetisSeqError} RECORDING_INVALID, FILE_UNREADABLE
 */
export function replaySource(path: string): SnapshotSource {
  const recording = openRecording(path)
  const {heads} = recording
  const firstMs = heads[0]!.monotonicMs
  const lengthMs = heads.at(-1)!.monotonicMs - firstMs
  // Position in the recording, and the time since which it moves by itself; null while it is held.
  let atMs = 0
  let sinceMs: number | null = performance.now()
  const positionMs = () => {
    const moved = sinceMs === null ? 0 : performance.now() - sinceMs
    return Math.min(lengthMs, atMs + moved)
  }
  let shown = {index: 0, frame: drawable(recording.frame(0))}
  let trouble: string | null = null
  const frame = () => {
    const wantedMs = firstMs + positionMs()
    const index = heads.findLastIndex(({monotonicMs}) => monotonicMs <= wantedMs)
    if (index === shown.index) return shown.frame
    try {
      shown = {index, frame: drawable(recording.frame(index))}
      trouble = null
    } catch (error) {
      shown = {...shown, index}
      trouble = messageOf(error)
    }
    return shown.frame
  }
  const moveTo = (ms: number, holds: boolean) => {
    atMs = Math.max(0, Math.min(lengthMs, ms))
    sinceMs = holds ? null : performance.now()
  }
  return {
    ...sourceOf('REPLAY', frame),
    trouble: () => trouble,
    player: {
      seek: (ms) => moveTo(positionMs() + ms, sinceMs === null),
      hold: (isHeld) => moveTo(positionMs(), isHeld),
    },
  }
}

/** Found out before the screen is taken over. */
function drawable(frame: RecordedFrame): RecordedFrame {
  try {
    toDashboardView(frame.snapshot, frame.now)
    toDashboardData(frame.snapshot, frame.now)
    return frame
  } catch (cause) {
    throw recordingInvalid('a frame cannot be drawn', cause)
  }
}
