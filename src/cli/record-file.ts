/** Recordings of the dashboard as files: written while a session lasts, and opened at any of its frames. */
import {closeSync, openSync, writeSync} from 'node:fs'
import {constants, createGzip, gunzipSync} from 'node:zlib'

import {fileExists, fromFileError, fromReadError} from '../lib/files.ts'
import {messageOf, systemErrorCode} from '../lib/errors.ts'
import {readBoundedFile} from '../lib/read-file.ts'
import {
  createFrameEncoder,
  decodeHead,
  decodeParts,
  recordingInvalid,
  snapshotOf,
  type FrameHead,
  type FrameParts,
  type RecordedFrame,
} from '../ui/dashboard/recording.ts'

const RECORD_MS = 1000
/** Of lines: about a day. A replay has them in memory, and takes no more. */
const MOST_BYTES = 1024 ** 3

export interface Recorder {
  /** Why it has ended before the session; null while it goes on. */
  trouble(): string | null
  /** Writes what is left. */
  close(): Promise<void>
}

/**
 * Records a frame each second to a new file, compressed, until it is closed. After a kill every frame but the last is there.
 *
 * @param mostBytes of its lines; at more it ends, since it could not be replayed
 * @throws {MetisSeqError} FILE_EXISTS, FILE_NOT_WRITABLE
 */
export function recordTo(
  path: string,
  frame: () => RecordedFrame,
  mostBytes = MOST_BYTES,
): Recorder {
  const descriptor = openNew(path)
  const encode = createFrameEncoder()
  const gzip = createGzip()
  let trouble: string | null = null
  let isBroken = false
  let bytes = 0
  const end = (why: string | null) => {
    clearInterval(timer)
    trouble ??= why
    gzip.end()
  }
  gzip.on('data', (chunk: Buffer) => {
    if (isBroken) return
    try {
      for (let at = 0; at < chunk.length; ) at += writeSync(descriptor, chunk, at)
    } catch (error) {
      // A full disk ends the recording and not the screen.
      isBroken = true
      end(`The recording has ended: ${messageOf(fromFileError(error, path))}`)
    }
  })
  const timer = setInterval(() => {
    const line = `${encode(frame())}\n`
    bytes += Buffer.byteLength(line)
    if (bytes > mostBytes) return end('The recording has ended: a replay takes no more.')
    gzip.write(line)
    gzip.flush()
  }, RECORD_MS)
  const closed = new Promise<void>((resolve) =>
    gzip.once('end', () => {
      closeSync(descriptor)
      resolve()
    }),
  )
  return {
    trouble: () => trouble,
    close() {
      end(null)
      return closed
    },
  }
}

function openNew(path: string): number {
  try {
    return openSync(path, 'wx', 0o600)
  } catch (error) {
    throw systemErrorCode(error) === 'EEXIST' ? fileExists(path, error) : fromFileError(error, path)
  }
}

export interface Recording {
  /** Of every frame, oldest first; never none. */
  heads: readonly FrameHead[]
  /** @throws {MetisSeqError} RECORDING_INVALID */
  frame(index: number): RecordedFrame
}

/**
 * Opens a recording. Its frames are decoded when they are asked for.
 *
 * @param mostBytes of its lines, and of the file
 * @throws {MetisSeqError} RECORDING_INVALID, FILE_UNREADABLE
 */
export function openRecording(path: string, mostBytes = MOST_BYTES): Recording {
  const lines = linesOf(readRecording(path, mostBytes))
  const heads = lines.map((line, index) =>
    decodeHead(line.subarray(0, MOST_HEAD_BYTES).toString(), index + 1),
  )
  if (!heads[0]?.isWhole) throw recordingInvalid('it does not begin with a whole frame')
  const unordered = heads.findIndex(
    ({monotonicMs}, index) => monotonicMs < (heads[index - 1]?.monotonicMs ?? 0),
  )
  if (unordered !== -1)
    throw recordingInvalid(`line ${unordered + 1}: it is older than the one before`)
  let latest: {index: number; parts: FrameParts} | null = null
  const partsOf = (index: number): FrameParts => {
    let from = heads.findLastIndex(({isWhole}, at) => isWhole && at <= index)
    let parts: FrameParts = new Map()
    if (latest && latest.index >= from && latest.index <= index) {
      ;({parts} = latest)
      from = latest.index + 1
    }
    for (let at = from; at <= index; at++) parts = decodeParts(lines[at]!.toString(), at + 1, parts)
    latest = {index, parts}
    return parts
  }
  return {
    heads,
    frame: (index) => ({now: heads[index]!, snapshot: snapshotOf(partsOf(index))}),
  }
}

const MOST_HEAD_BYTES = 200
const GZIP_MAGIC = 0x1f_8b

function readRecording(path: string, mostBytes: number): Buffer {
  let file: Buffer
  try {
    file = readBoundedFile(path, mostBytes)
  } catch (error) {
    throw fromReadError(error, path)
  }
  if (file.length < 2 || file.readUInt16BE(0) !== GZIP_MAGIC) {
    throw recordingInvalid('it is not compressed as recordings are')
  }
  try {
    // One that was killed has no end.
    const finishFlush = constants.Z_SYNC_FLUSH
    return gunzipSync(file, {finishFlush, maxOutputLength: mostBytes})
  } catch (cause) {
    throw recordingInvalid(messageOf(cause), cause)
  }
}

/** Lines with their end; half a line of a recording that was killed is left out. */
function linesOf(text: Buffer): Buffer[] {
  const lines: Buffer[] = []
  for (let start = 0; ; ) {
    const end = text.indexOf('\n', start)
    if (end === -1) return lines
    lines.push(text.subarray(start, end))
    start = end + 1
  }
}
